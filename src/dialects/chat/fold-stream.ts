import { closePart, type OpenPart } from "../../chat/fold-events.ts";
import { textOf } from "../../chat/message.ts";
import { defined } from "../../json/defined.ts";
import { dataLines } from "../../stream/data-lines.ts";
import { encodeCalls } from "./encode-response.ts";
import { streamEventSchema } from "./event.ts";
import type { ChatResponseBody } from "./response.ts";

/**
 * The text of a whole stream of `POST /chat` → the answer as it is without `stream`; null if it is
 * cut.
 */
export function foldStream(text: string): ChatResponseBody | null {
  const parts: OpenPart[] = [];
  for (const json of dataLines(text)) {
    const event = streamEventSchema.safeParse(JSON.parse(json)).data;
    switch (event?.type) {
      case "part-start":
        parts[event.index] = { start: defined(event), pieces: "" };
        break;
      case "part-delta": {
        const part = parts[event.index];
        if (part) part.pieces += event.delta;
        break;
      }
      case "part-end": {
        const part = parts[event.index];
        if (part) part.end = defined(event);
        break;
      }
      case "done": {
        const { type: _type, complete: _complete, ...ending } = event;
        const content = parts.map(closePart);
        return {
          ...ending,
          role: "assistant",
          text: textOf({ content }),
          content,
          tool_calls: encodeCalls(content),
        };
      }
      default:
        break;
    }
  }
  return null;
}
