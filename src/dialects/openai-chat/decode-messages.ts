import type { Message } from "../../chat/message.ts";
import type { Part, ToolResultPart } from "../../chat/part.ts";
import { type Notes, openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { sortInner } from "./classify-fields.ts";
import { decodeAssistant } from "./decode-assistant.ts";
import { type Bind, decodeCacheControl, decodeElement } from "./decode-content.ts";
import { decodeMessageCache } from "./decode-message-cache.ts";
import type { WireContent, WireMessage, WirePlainMessage, WireToolMessage } from "./request.ts";

export interface DecodedMessages {
  messages: Message[];
  /** The path of the first thing that only a server of this format can do. */
  binding: string | undefined;
}

/** `messages` → messages, one for one. */
export function decodeMessages(messages: readonly WireMessage[]): DecodedMessages {
  let binding: string | undefined;
  const bind: Bind = (param) => {
    binding ??= param;
  };
  const decoded = messages.map(
    (message, index): Message => decodeMessageCache(decode(message, index)),
  );
  return { messages: decoded, binding };

  function decode(message: WireMessage, index: number): Message {
    const place = `messages[${index}]`;
    switch (message.role) {
      case "assistant":
        return decodeAssistant(message, place, bind);
      case "tool":
        return decodeToolMessage(message, place, bind);
      default:
        return decodePlain(message, place, bind);
    }
  }
}

function decodePlain(message: WirePlainMessage, place: string, bind: Bind): Message {
  const { role, content, ...rest } = message;
  const { said, fields } = sortInner(rest);
  const notes: Notes = role === "developer" ? { $role: "developer" } : {};
  return {
    role: role === "user" ? "user" : "system",
    content: decodeContent(content, place, bind),
    ...openaiChatExtras.wrap(fields, { $original: said, ...notes }),
  };
}

function decodeContent(content: WireContent, place: string, bind: Bind): string | Part[] {
  return typeof content === "string"
    ? content
    : content.map((part, index) => decodeElement(part, `${place}.content[${index}]`, bind));
}

/** One result; its fields go with the part, since a provider may write several results of one message. */
function decodeToolMessage(message: WireToolMessage, place: string, bind: Bind): Message {
  const { role, tool_call_id, name, content, ...rest } = message;
  const { said, fields } = sortInner(rest);
  if (name !== undefined) said.name = name;
  const cache = decodeCacheControl(fields.cache_control);
  if (cache) {
    said.cache_control = fields.cache_control;
    delete fields.cache_control;
  }
  const result: ToolResultPart = {
    type: "tool_result",
    tool_call_id,
    ...(name ? { name } : {}),
    content: decodeResult(content, place, bind),
    ...(cache ? { cache } : {}),
    ...openaiChatExtras.wrap(fields, { $original: said }),
  };
  return { role, content: [result] };
}

function decodeResult(content: WireContent, place: string, bind: Bind): ToolResultPart["content"] {
  if (typeof content === "string") return content;
  return content.flatMap((part, index) => {
    const decoded = decodeElement(part, `${place}.content[${index}]`, bind);
    return decoded.type === "reasoning" ? [] : [decoded];
  });
}
