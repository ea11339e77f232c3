import type { Message } from "../../chat/message.ts";
import type { Part, ToolResultPart } from "../../chat/part.ts";
import { type Notes, openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { defined } from "../../json/defined.ts";
import { notePlace, type Renames } from "../caller-paths.ts";
import { splitFields } from "./classify-fields.ts";
import { decodeAssistant } from "./decode-assistant.ts";
import { decodeCacheControl, decodeElement, type RequireFormat } from "./decode-content.ts";
import { decodeMessageCache } from "./decode-message-cache.ts";
import type {
  WireContent,
  WireMessage,
  WirePart,
  WirePlainMessage,
  WireToolMessage,
} from "./request.ts";

export interface DecodedMessages {
  messages: Message[];
  /** The path of the first thing that only a server of this format supports. */
  requirement: string | undefined;
}

const RENAMES: Renames = {
  cache: "cache_control",
  url: "image_url.url",
  data: "image_url.url",
  media_type: "image_url.url",
};
const FILE_RENAMES: Renames = {
  cache: "cache_control",
  data: "file.file_data",
  media_type: "file.file_data",
  title: "file.filename",
};

/** One message for each of `messages`. */
export function decodeMessages(messages: readonly WireMessage[]): DecodedMessages {
  let requirement: string | undefined;
  const requireFormat: RequireFormat = (param) => {
    requirement ??= param;
  };
  const decoded = messages.map(
    (message, index): Message =>
      notePlace(decodeMessageCache(decode(message, index)), `messages[${index}]`, RENAMES),
  );
  return { messages: decoded, requirement };

  function decode(message: WireMessage, index: number): Message {
    const path = `messages[${index}]`;
    switch (message.role) {
      case "assistant":
        return decodeAssistant(message, path, requireFormat);
      case "tool":
        return decodeToolMessage(message, path, requireFormat);
      default:
        return decodePlain(message, path, requireFormat);
    }
  }
}

function decodePlain(
  message: WirePlainMessage,
  path: string,
  requireFormat: RequireFormat,
): Message {
  const { role, content, ...rest } = message;
  const { original, fields } = splitFields(rest);
  const notes: Notes = role === "developer" ? { $role: "developer" } : {};
  return {
    role: role === "user" ? "user" : "system",
    content: decodeContent(content, path, requireFormat),
    ...openaiChatExtras.wrap(fields, { $original: original, ...notes }),
  };
}

function decodeContent(
  content: WireContent,
  path: string,
  requireFormat: RequireFormat,
): string | Part[] {
  return typeof content === "string"
    ? content
    : content.map((part, at) => decodePlaced(part, `${path}.content[${at}]`, requireFormat));
}

function decodePlaced(
  part: WirePart,
  path: string,
  requireFormat: RequireFormat,
): ReturnType<typeof decodeElement> {
  const renames = part.type === "file" ? FILE_RENAMES : RENAMES;
  return notePlace(decodeElement(part, path, requireFormat), path, renames);
}

/**
 * One result. Its fields go with the part, because a provider may merge the results of several
 * messages.
 */
function decodeToolMessage(
  message: WireToolMessage,
  path: string,
  requireFormat: RequireFormat,
): Message {
  const { role, tool_call_id, name, content, ...rest } = message;
  const { original, fields } = splitFields(rest);
  if (name !== undefined) original.name = name;
  const cache = decodeCacheControl(fields.cache_control);
  if (cache) {
    original.cache_control = fields.cache_control;
    delete fields.cache_control;
  }
  const result: ToolResultPart = {
    type: "tool_result",
    tool_call_id,
    ...defined({ name: name || undefined }),
    content: decodeResult(content, path, requireFormat),
    ...defined({ cache }),
    ...openaiChatExtras.wrap(fields, { $original: original }),
  };
  return { role, content: [notePlace(result, path, RENAMES)] };
}

function decodeResult(
  content: WireContent,
  path: string,
  requireFormat: RequireFormat,
): ToolResultPart["content"] {
  if (typeof content === "string") return content;
  return content.flatMap((part, index) => {
    const decoded = decodePlaced(part, `${path}.content[${index}]`, requireFormat);
    return decoded.type === "reasoning" ? [] : [decoded];
  });
}
