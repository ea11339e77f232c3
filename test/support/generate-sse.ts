import type { SseMessage } from "../../src/stream/sse-decode.ts";
import { createRandom } from "./split-bytes.ts";

const VALUES = [
  ...["", "x", " two  spaces", ":colon: first", "{}", '{"a":"é€🎉"}', "[DONE]", "data: nested"],
  ...["a\u2028b\u2029c\u0085d", "\ufeffinner mark", "\ttab", "end ", "\u0000", "漢字".repeat(50)],
];
const NAMES = ["message_start", "délta", "a b", "x:y"];
const NOISE = [
  ": comment",
  ":",
  "retry: 10",
  "retry: soon",
  "unknown: field",
  "unknown",
  "Data: 1",
  " data: 1",
];
const LINE_ENDS = ["\n", "\r", "\r\n"];

/**
 * A stream by the standard's grammar (html.spec.whatwg.org, "Server-sent events"), and what is in
 * it.
 */
export function generateSse(seed: number): { text: string; messages: SseMessage[] } {
  const random = createRandom(seed);
  const chance = (probability: number): boolean => random() < probability;
  const choose = (list: readonly string[]): string =>
    list[Math.floor(random() * list.length)] ?? "";

  const messages: SseMessage[] = [];
  let text = chance(0.2) ? "\ufeff" : "";
  let id: string | undefined;
  /** After a lone CR comes no LF, or they would be one line's end. */
  const endLine = (): string => {
    const end = choose(LINE_ENDS);
    return text.endsWith("\r") && end === "\n" ? "\r" : end;
  };
  const addLine = (line: string): void => {
    text += line;
    text += endLine();
  };
  /**
   * `name:value`, with the one space that does not count, if it is not needed; a name alone if the
   * value is empty.
   */
  const addField = (name: string, value: string): void => {
    if (value === "" && chance(0.3)) addLine(name);
    else addLine(`${name}:${value.startsWith(" ") || chance(0.7) ? " " : ""}${value}`);
  };

  for (let count = 0; count < 8; count++) {
    if (chance(0.3)) addLine(choose(NOISE));
    const event = chance(0.5) ? choose(NAMES) : "";
    const lines = Array.from({ length: Math.floor(random() * 4) }, () => choose(VALUES));
    if (event !== "") addField("event", event);
    if (chance(0.2)) {
      id = choose(["", "7", "é"]);
      addField("id", id);
    } else if (chance(0.1)) addLine("id: ignored\u0000");
    for (const line of lines) {
      addField("data", line);
      if (chance(0.1)) addLine(choose(NOISE));
    }
    addLine("");
    if (lines.length > 0)
      messages.push({ event, data: lines.join("\n"), ...(id === undefined ? {} : { id }) });
  }
  // Without an empty line after it, this is not a message.
  if (chance(0.5)) text += "data: never told";
  return { text, messages };
}
