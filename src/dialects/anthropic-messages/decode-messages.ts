import type { Signature } from "../../chat/format.ts";
import type { Message } from "../../chat/message.ts";
import type { Part, ReasoningPart } from "../../chat/part.ts";
import { decodeBlock } from "../../formats/anthropic-messages/decode-block.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import type { Block, MessagesBody, WireMessage } from "../../formats/anthropic-messages/request.ts";
import { noteOrigin } from "../../formats/openai-chat/reasoning-origin.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { omit } from "../../json/omit.ts";
import { keepPlace, notePlace, noteSignature, type Renames } from "../caller-paths.ts";
import { restoreSignature } from "./embed-signature.ts";

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["role", "content"]);

/**
 * `system` and `messages` → messages. Tool results become messages of role `tool`, as other vendors
 * have them. A message is pinned if a provider would choose another position or role for it: its
 * extras name its role.
 */
export function decodeMessages(
  system: MessagesBody["system"],
  messages: readonly WireMessage[],
): Message[] {
  const decoded: Message[] = [];
  if (typeof system === "string") {
    if (system !== "") decoded.push({ role: "system", content: system });
  } else if (system && system.length > 0)
    decoded.push({ role: "system", content: decodeBlocks(system, "system") });
  const [first] = decoded;
  if (first) notePlace(first, "system");
  messages.forEach((message, index) => {
    const path = `messages[${index}]`;
    const from = decoded.length;
    decodeMessage(message, path, decoded);
    for (const own of decoded.slice(from)) notePlace(own, path);
  });
  return decoded;
}

function decodeBlocks(blocks: readonly Block[], path: string): Part[] {
  return blocks.map((block, at) => placed(decodeBlock(block), `${path}[${at}]`));
}

const RENAMES: Renames = {
  cache: "cache_control",
  tool_call_id: "tool_use_id",
  arguments: "input",
  data: "source.data",
  url: "source.url",
  media_type: "source.media_type",
  // One that stands nowhere in the body was remembered; see `recallSignatures`.
  signature: "",
};

function placed(part: Part, path: string): Part {
  if (part.type === "tool_result" && typeof part.content !== "string")
    part.content.forEach((inner, at) => {
      notePlace(inner, `${path}.content[${at}]`, RENAMES);
    });
  if (part.type === "reasoning")
    noteSignature(part.signature, `${path}.${part.redacted ? "data" : "signature"}`);
  return notePlace(part, path, RENAMES);
}

function decodeMessage(message: WireMessage, path: string, decoded: Message[]): void {
  const { role, content } = message;
  const rest = omit(message, MESSAGE_FIELDS);
  switch (role) {
    case "assistant":
      decoded.push({
        role,
        content: typeof content === "string" ? content : decodeAnswer(content, `${path}.content`),
        ...anthropicExtras.wrap(rest),
      });
      return;
    case "system":
      decoded.push({
        role,
        content: typeof content === "string" ? content : decodeBlocks(content, `${path}.content`),
        ...pinned(role, rest),
      });
      return;
    case "user": {
      // Tool results and the message after them are merged on the way out; two messages must stay
      // two.
      const extras =
        decoded[decoded.length - 1]?.role === "tool"
          ? pinned(role, rest)
          : anthropicExtras.wrap(rest);
      if (typeof content === "string") decoded.push({ role, content, ...extras });
      else {
        const [first, ...others] = splitResults(content, `${path}.content`);
        decoded.push({ ...(first ?? { role, content: [] }), ...extras }, ...others);
      }
    }
  }
}

function pinned(role: WireMessage["role"], rest: JsonObject): Pick<Message, "extras"> {
  return anthropicExtras.wrap(rest, { $role: role });
}

/** A user's blocks as messages: role `tool` for results, role `user` for the rest, in order. */
function splitResults(blocks: readonly Block[], path: string): Message[] {
  const messages: { role: "tool" | "user"; content: Part[] }[] = [];
  for (const part of decodeBlocks(blocks, path)) {
    const role = part.type === "tool_result" ? "tool" : "user";
    const last = messages[messages.length - 1];
    if (last?.role === role) last.content.push(part);
    else messages.push({ role, content: [part] });
  }
  return messages;
}

/** The assistant's blocks, with other vendors' signatures restored. */
function decodeAnswer(blocks: readonly Block[], path: string): Part[] {
  const parts: Part[] = [];
  const callSignatures = new Map<string, Signature>();
  for (const part of decodeBlocks(blocks, path)) {
    const embedded =
      part.type === "reasoning" && part.signature
        ? restoreSignature(part.signature.value)
        : undefined;
    if (part.type !== "reasoning" || !embedded) {
      parts.push(part);
      continue;
    }
    const { signature, owner } = embedded;
    if (part.signature) keepPlace(part.signature, signature);
    const last = parts[parts.length - 1];
    switch (owner.kind) {
      case "reasoning":
        parts.push(keepPlace(part, { ...part, signature }));
        break;
      case "redacted":
        parts.push(keepPlace(part, { ...part, redacted: true, signature }));
        break;
      case "tool_call":
        callSignatures.set(owner.toolCallId, signature);
        if (part.text !== "") parts.push(keepPlace(part, withoutSignature(part)));
        break;
      case "origin":
        parts.push(keepPlace(part, { ...withoutSignature(part), ...noteOrigin(signature.value) }));
        break;
      case "text":
        if (last?.type === "text") last.signature = signature;
        break;
      case "empty_text":
        parts.push(keepPlace(part, { type: "text", text: "", signature }));
        break;
    }
  }
  for (const part of parts) {
    const signature = part.type === "tool_call" ? callSignatures.get(part.id) : undefined;
    if (part.type === "tool_call" && signature) part.signature = signature;
  }
  return parts;
}

function withoutSignature({ signature: _carrier, ...part }: ReasoningPart): ReasoningPart {
  return part;
}
