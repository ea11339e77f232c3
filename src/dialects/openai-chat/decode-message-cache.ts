import type { Message } from "../../chat/message.ts";
import { partsOf } from "../../chat/message.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { keepPlace } from "../caller-paths.ts";
import { decodeCacheControl } from "./decode-content.ts";

/**
 * A message whose `cache_control` stands on itself, as the AI SDK's openai-compatible client writes
 * it → the hint on its last part, where other vendors have it. A server of this format gets it
 * where it stood.
 */
export function decodeMessageCache(message: Message): Message {
  const fields = message.extras?.openai_chat;
  const cache = decodeCacheControl(fields?.cache_control);
  const parts = partsOf(message);
  const last = parts[parts.length - 1];
  if (!cache || !last || last.type === "opaque") return message;
  const { cache_control, ...rest } = openaiChatExtras.fields(message);
  const original = openaiChatExtras.noteFields(message, "$original");
  const notes = Object.entries(fields ?? {}).filter(([name]) => name.startsWith("$"));
  const noted = { ...last.extras?.openai_chat, $cache_on_message: true as const };
  return {
    ...message,
    content: [
      ...parts.slice(0, -1),
      keepPlace(last, { ...last, cache, extras: { ...last.extras, openai_chat: noted } }),
    ],
    ...openaiChatExtras.wrap(rest, {
      ...Object.fromEntries(notes),
      $original: { ...original, cache_control },
    }),
  };
}
