import type { JsonObject } from "../../json/json-object.ts";
import { readObjects, readString } from "../../json/narrow.ts";

/** Encodes one event from its type and its other fields, as JSON without the braces. */
export type EncodeEvent = (type: string, fields: string) => string;

/**
 * Encodes the events of one output item. Its text is one content part, one summary or one list of
 * arguments.
 */
export interface ItemEncoder {
  added(item: JsonObject): string;
  textStart(): string;
  textDelta(delta: string): string;
  /** `item` is the finished item. */
  textEnd(text: string, item: JsonObject): string;
  done(item: JsonObject): string;
}

export type TextKind =
  | "output_text"
  | "refusal"
  | "summary"
  | "reasoning_text"
  | "arguments"
  | "input";

/** The item's only text, which is no part of anything. */
function isLone(kind: TextKind): kind is "arguments" | "input" {
  return kind === "arguments" || kind === "input";
}

export function createItemEncoder(
  encodeSse: EncodeEvent,
  place: { id: string; outputIndex: number; kind: TextKind; textIndex?: number },
): ItemEncoder {
  const { kind, outputIndex, textIndex = 0 } = place;
  const item = `"item_id":${JSON.stringify(place.id)},"output_index":${outputIndex}`;
  const text = isLone(kind)
    ? item
    : `${item},"${kind === "summary" ? "summary_index" : "content_index"}":${textIndex}`;
  const deltaType = DELTA_TYPES[kind];
  const deltaEnd = kind === "output_text" ? `,"logprobs":[]` : "";

  return {
    added: (value) =>
      encodeSse(
        "response.output_item.added",
        `"output_index":${outputIndex},"item":${JSON.stringify(value)}`,
      ),
    textStart() {
      if (isLone(kind)) return "";
      const type =
        kind === "summary"
          ? "response.reasoning_summary_part.added"
          : "response.content_part.added";
      return encodeSse(type, `${text},"part":${JSON.stringify(partOf(kind, "", undefined))}`);
    },
    textDelta: (delta) =>
      encodeSse(`${deltaType}.delta`, `${text},"delta":${JSON.stringify(delta)}${deltaEnd}`),
    textEnd(whole, value) {
      const field = isLone(kind) || kind === "refusal" ? kind : "text";
      const name = kind === "arguments" ? `,"name":${JSON.stringify(value.name)}` : "";
      const end = encodeSse(
        `${deltaType}.done`,
        `${text},"${field}":${JSON.stringify(whole)}${name}${deltaEnd}`,
      );
      if (isLone(kind)) return end;
      const type =
        kind === "summary" ? "response.reasoning_summary_part.done" : "response.content_part.done";
      const content = readObjects(value.content)[textIndex];
      return (
        end + encodeSse(type, `${text},"part":${JSON.stringify(partOf(kind, whole, content))}`)
      );
    },
    done: (value) =>
      encodeSse(
        "response.output_item.done",
        `"output_index":${outputIndex},"item":${JSON.stringify(value)}`,
      ),
  };
}

const DELTA_TYPES: Record<TextKind, string> = {
  output_text: "response.output_text",
  refusal: "response.refusal",
  summary: "response.reasoning_summary_text",
  reasoning_text: "response.reasoning_text",
  arguments: "response.function_call_arguments",
  input: "response.custom_tool_call_input",
};

function partOf(
  kind: Exclude<TextKind, "arguments" | "input">,
  text: string,
  content: JsonObject | undefined,
): JsonObject {
  switch (kind) {
    case "output_text":
      return content ?? { type: kind, annotations: [], logprobs: [], text };
    case "refusal":
      return content ?? { type: kind, refusal: text };
    case "summary":
      return { type: "summary_text", text };
    case "reasoning_text":
      return { type: kind, text };
  }
}

/** The item before its text arrives. */
export function emptyItem(item: JsonObject): JsonObject {
  switch (item.type) {
    case "message":
      return { ...item, status: "in_progress", content: [] };
    case "reasoning": {
      const { encrypted_content: _secret, content: _content, ...rest } = item;
      return { ...rest, summary: [] };
    }
    case "function_call":
      return { ...item, status: "in_progress", arguments: "" };
    case "custom_tool_call":
      return { ...item, status: "in_progress", input: "" };
    default:
      return item;
  }
}

/** All events of a finished item. */
export function encodeWholeItem(
  encodeSse: EncodeEvent,
  item: JsonObject,
  outputIndex: number,
): string {
  const place = { id: readString(item.id) ?? "", outputIndex };
  const encoder = createItemEncoder(encodeSse, { ...place, kind: "arguments" });
  let events = encoder.added(emptyItem(item));
  function addText(kind: TextKind, textIndex: number, text: string): void {
    const part = createItemEncoder(encodeSse, { ...place, kind, textIndex });
    events +=
      part.textStart() + (text === "" ? "" : part.textDelta(text)) + part.textEnd(text, item);
  }
  switch (item.type) {
    case "message":
      readObjects(item.content).forEach((content, index) => {
        if (content.type === "refusal")
          addText("refusal", index, readString(content.refusal) ?? "");
        else if (content.type === "output_text")
          addText("output_text", index, readString(content.text) ?? "");
      });
      break;
    case "reasoning":
      readObjects(item.summary).forEach(({ text }, index) => {
        addText("summary", index, readString(text) ?? "");
      });
      readObjects(item.content).forEach(({ text }, index) => {
        addText("reasoning_text", index, readString(text) ?? "");
      });
      break;
    case "function_call":
      addText("arguments", 0, readString(item.arguments) ?? "");
      break;
    case "custom_tool_call":
      addText("input", 0, readString(item.input) ?? "");
      break;
  }
  return events + encoder.done(item);
}
