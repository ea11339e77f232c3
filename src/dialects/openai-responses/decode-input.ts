import { parseArguments } from "../../chat/fold-events.ts";
import type { Message } from "../../chat/message.ts";
import type { Part, TextPart, ToolCallPart, ToolResultPart } from "../../chat/part.ts";
import { noteOrigin } from "../../formats/openai-chat/reasoning-origin.ts";
import { decodeContent } from "../../formats/openai-responses/decode-content.ts";
import { carryItem, openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { carryOutputText } from "../../formats/openai-responses/message-item.ts";
import {
  carryReasoning,
  TEXT_SEPARATOR,
  textsOf,
} from "../../formats/openai-responses/reasoning-item.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { nameForOthers } from "./caller-tool.ts";
import { type Carried, decodeCarried } from "./embed-foreign.ts";
import type {
  CustomCallItem,
  CustomCallOutputItem,
  FunctionCallItem,
  FunctionCallOutputItem,
  InputItem,
  MessageItem,
  OtherItem,
  ReasoningItem,
} from "./item.ts";

/**
 * The flat list of items → messages. What the assistant did in one go (reasoning, texts, calls) becomes one message, and so do the
 * results of its calls: other vendors know turns, not items.
 */
export function decodeInput(items: readonly InputItem[]): Message[] {
  const messages: Message[] = [];
  /** The parts of the message that still grows. */
  let parts: Part[] = [];
  let role: "assistant" | "tool" | undefined;
  const said: Said = { calls: new Map(), text: undefined };

  function add(author: "assistant" | "tool", part: Part): void {
    if (role !== author) {
      role = author;
      parts = [];
      messages.push({ role, content: parts });
    }
    parts.push(part);
    if (part.type === "tool_call") said.calls.set(part.id, part);
    else if (part.type === "text") said.text = part;
  }

  items.forEach((item, index) => {
    if (isMessage(item)) {
      if (item.role === "assistant")
        for (const part of decodeAssistantContent(item)) add("assistant", part);
      else {
        role = undefined;
        messages.push(decodeMessage(item));
      }
    } else if (isFunctionCall(item)) add("assistant", decodeCall(item));
    else if (isFunctionCallOutput(item)) add("tool", decodeResult(item));
    else if (isCustomCall(item)) add("assistant", decodeCustomCall(item));
    else if (isCustomCallOutput(item)) add("tool", decodeCustomResult(item));
    else if (isReasoning(item)) {
      const carried = decodeCarried(item.encrypted_content, `input[${index}].encrypted_content`);
      const part = carried ? restoreCarried(carried, item, said) : decodeReasoning(item);
      if (part) add("assistant", part);
    } else
      add(isAnswerToModel(item) ? "tool" : "assistant", {
        type: "opaque",
        format: "openai_responses",
        value: item,
        // Its tools are among those of the request.
        ...(item.type === "additional_tools" ? { text: "" } : {}),
      });
  });
  return messages;
}

const CALL_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "call_id",
  "name",
  "namespace",
  "arguments",
]);
const CUSTOM_CALL_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "call_id",
  "name",
  "namespace",
  "input",
]);
const RESULT_FIELDS: ReadonlySet<string> = new Set(["type", "call_id", "output"]);
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["type", "role", "content"]);

/** One that names its call. An output that does not is the vendor's own matter. */
type AnsweredCall = FunctionCallOutputItem & { call_id: string };

function isMessage(item: InputItem): item is MessageItem {
  return item.type === undefined || item.type === "message";
}

function isFunctionCall(item: InputItem): item is FunctionCallItem {
  return item.type === "function_call";
}

function isFunctionCallOutput(item: InputItem): item is AnsweredCall {
  return item.type === "function_call_output" && typeof item.call_id === "string";
}

function isCustomCall(item: InputItem): item is CustomCallItem {
  return item.type === "custom_tool_call";
}

function isCustomCallOutput(item: InputItem): item is CustomCallOutputItem {
  return item.type === "custom_tool_call_output";
}

function isReasoning(item: InputItem): item is ReasoningItem {
  return item.type === "reasoning";
}

function decodeCall(item: FunctionCallItem): Part {
  const { call_id: id, name, namespace, arguments: text } = item;
  return {
    type: "tool_call",
    id,
    name: nameForOthers(name, namespace ?? undefined),
    ...parseArguments(text),
    ...openaiResponsesExtras.wrap(
      carryItem(omit(item, CALL_FIELDS)),
      namespace == null ? {} : { $original: { name, namespace } },
    ),
  };
}

/** For other vendors a call of the function that stands for the tool; see `decodeTools`. */
function decodeCustomCall(item: CustomCallItem): Part {
  const { type, call_id: id, name, namespace, input } = item;
  return {
    type: "tool_call",
    id,
    name: nameForOthers(name, namespace ?? undefined),
    arguments: { input },
    ...openaiResponsesExtras.wrap(carryItem(omit(item, CUSTOM_CALL_FIELDS)), {
      $original: { type, name, input, ...(namespace == null ? {} : { namespace }) },
      $unset: ["arguments"],
    }),
  };
}

function decodeCustomResult({ type, ...item }: CustomCallOutputItem): Part {
  const part = decodeResult({ ...item, type: "function_call_output" });
  const fields = part.extras?.openai_responses ?? {};
  return { ...part, ...openaiResponsesExtras.wrap(fields, { $original: { type } }) };
}

function decodeResult(item: AnsweredCall): ToolResultPart {
  const content = typeof item.output === "string" ? item.output : item.output.map(decodeContent);
  return {
    type: "tool_result",
    tool_call_id: item.call_id,
    content,
    ...openaiResponsesExtras.wrap(carryItem(omit(item, RESULT_FIELDS))),
  };
}

/** What the caller answers to the model's calls, in contrast to what the model said. */
function isAnswerToModel(item: Pick<OtherItem, "type">): boolean {
  return item.type.endsWith("_output") || item.type.endsWith("_response");
}

/** A message of the user's, or one of the system's that stands among the items: its role says so. */
function decodeMessage(item: MessageItem): Message {
  const content = typeof item.content === "string" ? item.content : item.content.map(decodeContent);
  const rest = carryItem(omit(item, MESSAGE_FIELDS));
  if (item.role === "user") return { role: "user", content, ...openaiResponsesExtras.wrap(rest) };
  return { role: "system", content, ...openaiResponsesExtras.wrap({ ...rest, $role: item.role }) };
}

function decodeAssistantContent(item: MessageItem): Part[] {
  const { content } = item;
  if (typeof content === "string") {
    const rest = omit(item, MESSAGE_FIELDS);
    return [
      {
        type: "text",
        text: content,
        ...openaiResponsesExtras.wrap(isEmptyObject(rest) ? {} : { $item: rest }, {
          ...(item.type === undefined && isEmptyObject(rest) ? { $short: true } : {}),
        }),
      },
    ];
  }
  // It may stand for what the reasoning before it led to, so it must not be lost.
  if (content.length === 0) return [{ type: "opaque", format: "openai_responses", value: item }];
  return content.map((part, index): Part => {
    const text = part.type === "refusal" ? part.refusal : part.text;
    if (typeof text === "string")
      return { type: "text", text, ...carryOutputText(part, item, index) };
    return { type: "opaque", format: "openai_responses", value: { ...item, content: [part] } };
  });
}

function decodeReasoning(item: ReasoningItem): Part {
  return { type: "reasoning", text: joinTexts(item), ...carryReasoning(item, textsOf(item)) };
}

function joinTexts(item: ReasoningItem): string {
  return textsOf(item)
    .map(({ text }) => text)
    .join(TEXT_SEPARATOR);
}

/** What the assistant said so far that a signature may belong to: its calls by id, and its latest text. */
interface Said {
  readonly calls: Map<string, ToolCallPart>;
  text: TextPart | undefined;
}

/** What this server hid in a reasoning item: a part of its own, or the signature of a part that came before. */
function restoreCarried(carried: Carried, item: ReasoningItem, said: Said): Part | undefined {
  switch (carried.of) {
    case "reasoning": {
      const { of: _of, origin, ...proof } = carried;
      const noted = origin === undefined ? {} : noteOrigin(origin);
      return { type: "reasoning", text: joinTexts(item), ...proof, ...noted };
    }
    case "opaque":
      return { type: "opaque", format: carried.format, value: carried.value };
    case "tool_call": {
      const call = said.calls.get(carried.id);
      if (call) call.signature = carried.signature;
      return undefined;
    }
    case "text":
      if (said.text) said.text.signature = carried.signature;
      return undefined;
  }
}
