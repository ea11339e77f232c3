import { collectToolNames } from "../../chat/collect-tool-names.ts";
import type { EncodeCall } from "../../chat/encode-call.ts";
import { giveUserTurn } from "../../chat/give-user-turn.ts";
import { type Message, partsOf } from "../../chat/message.ts";
import { defined } from "../../json/defined.ts";
import { encodePart } from "./encode-part.ts";
import type { PartContext } from "./encode-tool-result.ts";
import { isThirdGeneration } from "./model-generation.ts";
import type { Content, GenerateRequest, RequestPart } from "./request.ts";

/**
 * Tells the signature check of Gemini 3 and later that a function call comes from elsewhere: from
 * another model or from the caller. Without a signature, the first call of a turn would be a 400
 * (ai.google.dev/gemini-api/docs/thought-signatures). It is base64 of
 * "skip_thought_signature_validator".
 */
const NO_SIGNATURE = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

/**
 * The conversation as user and model turns. Consecutive messages of one role become one turn, as
 * Google requires, but results are a turn of their own, and system messages are kept apart from the
 * turns. Extras of a message are ignored: a turn has only a role and parts, and an answer that
 * comes back as a message has extras that Google refuses in a request (grounding, safety ratings).
 */
export function encodeContents({
  request,
  model,
  warn,
}: EncodeCall): Pick<GenerateRequest, "contents" | "systemInstruction"> {
  const messages = giveUserTurn(request.messages, warn);
  const context: PartContext = { model, warn, toolNames: collectToolNames(messages) };
  const turns: Content[] = [];
  const system: RequestPart[] = [];
  messages.forEach((message, at) => {
    const encoded = encodeParts(message, at, context);
    if (message.role === "system") {
      if (turns.length > 0 && encoded.length > 0) {
        const text =
          "Gemini has one system instruction, before the conversation; this message was added to it.";
        warn({ code: "adjusted_parameter", param: `messages[${at}]`, message: text });
      }
      system.push(...encoded);
      return;
    }
    const role = message.role === "assistant" ? "model" : "user";
    // An answer that says nothing is left out; the user's turns around it become one.
    if (role === "model" && encoded.length === 0) return;
    const last = turns[turns.length - 1];
    if (last?.role === role) last.parts.push(...encoded);
    else turns.push({ role, parts: encoded });
  });
  // Google refuses function calls without a user turn before them.
  if (!turns[0] || callsOf(turns[0]).length > 0) turns.unshift({ role: "user", parts: [] });
  // A turn without parts is refused; one of the user's that says nothing is sent as an empty text,
  // which Google takes (recorded).
  for (const { parts } of turns) if (parts.length === 0) parts.push({ text: "" });
  const contents = turns.flatMap(setResultsApart);
  if (isThirdGeneration(model)) for (const content of contents) markUnsignedCalls(content);
  return defined({
    contents,
    systemInstruction: system.length > 0 ? { parts: system } : undefined,
  });
}

/**
 * Splits a turn with results and other parts: first all results together, like the calls, then the
 * rest. In the same turn as results, the rest would count as the model's own text, and the answer
 * would be empty (gemini-3.5-flash, August 2026; github.com/pydantic/pydantic-ai/issues/4210).
 */
function setResultsApart(turn: Content): Content[] {
  const results = turn.parts.filter((part) => part.functionResponse);
  if (results.length === 0 || results.length === turn.parts.length) return [turn];
  return [
    { role: turn.role, parts: results },
    { role: turn.role, parts: turn.parts.filter((part) => !part.functionResponse) },
  ];
}

function encodeParts(message: Message, at: number, context: PartContext): RequestPart[] {
  const encoded: RequestPart[] = [];
  partsOf(message).forEach((part, index) => {
    const param =
      typeof message.content === "string"
        ? `messages[${at}].content`
        : `messages[${at}].content[${index}]`;
    encoded.push(...encodePart(part, param, context));
  });
  return encoded;
}

/**
 * Google signs only the first of several calls in one turn, so one signature is enough for a turn.
 */
function markUnsignedCalls(turn: Content): void {
  const calls = callsOf(turn);
  if (calls[0] && calls.every((part) => part.thoughtSignature === undefined))
    calls[0].thoughtSignature = NO_SIGNATURE;
}

function callsOf({ role, parts }: Content): RequestPart[] {
  return role === "model" ? parts.filter((part) => part.functionCall) : [];
}
