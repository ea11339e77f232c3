import type { Extras, Signature } from "../../chat/format.ts";
import type { ReasoningPart } from "../../chat/part.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readObjects, readString } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { noteItemFields, openaiResponsesExtras, overlayItem } from "./extras.ts";

/** Separates the texts of one reasoning item in a part's text. */
export const TEXT_SEPARATOR = "\n\n";

/**
 * A reasoning item has two lists of texts: `summary`, which OpenAI shows, and `content`, the raw
 * reasoning of open models.
 */
export type TextList = "summary" | "content";
const TEXT_TYPES: Record<TextList, string> = { summary: "summary_text", content: "reasoning_text" };

/** One text of an item, in the order of the part's text. */
export interface ReasoningText {
  list: TextList;
  text: string;
}

/** The item's texts: the summary, then the content. */
export function textsOf(item: JsonObject): ReasoningText[] {
  const texts: ReasoningText[] = [];
  for (const list of ["summary", "content"] as const) {
    for (const { text } of readObjects(item[list]))
      if (typeof text === "string") texts.push({ list, text });
  }
  return texts;
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(["type", "summary", "content"]);
const SIGNED_TEXT_FIELDS: ReadonlySet<string> = new Set([
  ...TEXT_FIELDS,
  "id",
  "encrypted_content",
]);

/**
 * The signature and the extras of a reasoning part. If the text alone does not determine the lists,
 * a note has the list and the length of each text. A list that holds more than plain texts is kept
 * whole.
 */
export function decodeReasoningExtras(
  item: JsonObject,
  texts: readonly ReasoningText[],
): { signature?: Signature; extras?: Extras } {
  const id = readString(item.id);
  const value = readString(item.encrypted_content);
  const fields = noteItemFields(omit(item, value ? SIGNED_TEXT_FIELDS : TEXT_FIELDS));
  const isPlain =
    texts.length <= 1 && texts.every(({ list, text }) => list === "summary" && text !== "");
  if (!isPlain) fields.$texts = texts.map(({ list, text }) => [list, text.length]);
  for (const list of ["summary", "content"] as const)
    if (!holdsOnlyTexts(item[list], list)) fields[list] = item[list];
  return {
    ...(value ? { signature: { format: "openai_responses", value, ...(id ? { id } : {}) } } : {}),
    ...openaiResponsesExtras.wrap(fields),
  };
}

function holdsOnlyTexts(value: unknown, list: TextList): boolean {
  if (value === undefined || value === null) return true;
  if (!Array.isArray(value)) return false;
  return value.every(
    (entry: unknown) =>
      isJsonObject(entry) &&
      entry.type === TEXT_TYPES[list] &&
      typeof entry.text === "string" &&
      Object.keys(entry).length === 2,
  );
}

/**
 * A reasoning part → its item; undefined if it is of another format, because the vendor only takes
 * its own reasoning.
 */
export function restoreReasoning(part: ReasoningPart): JsonObject | undefined {
  const signature = part.signature?.format === "openai_responses" ? part.signature : undefined;
  if (!signature && !openaiResponsesExtras.has(part)) return undefined;
  const texts = splitText(part.text, openaiResponsesExtras.note(part, "$texts"));
  const content = entriesOf(texts, "content");
  const item: JsonObject = {
    type: "reasoning",
    ...defined({ id: signature?.id || undefined }),
    summary: entriesOf(texts, "summary"),
    ...defined({
      content: content.length > 0 ? content : undefined,
      encrypted_content: signature?.value,
    }),
  };
  return overlayItem(item, part);
}

function entriesOf(texts: readonly ReasoningText[], list: TextList): JsonObject[] {
  return texts
    .filter((entry) => entry.list === list)
    .map(({ text }) => ({ type: TEXT_TYPES[list], text }));
}

/**
 * The part's text, split by the noted lengths; one summary if they are missing or do not fit (the
 * text was changed).
 */
function splitText(text: string, lengths: unknown): ReasoningText[] {
  const whole: ReasoningText[] = text === "" ? [] : [{ list: "summary", text }];
  if (!Array.isArray(lengths)) return whole;
  const texts: ReasoningText[] = [];
  let at = 0;
  for (const entry of lengths) {
    if (!Array.isArray(entry)) return whole;
    const [list, length]: unknown[] = entry;
    if ((list !== "summary" && list !== "content") || typeof length !== "number") return whole;
    texts.push({ list, text: text.slice(at, at + length) });
    at += length + TEXT_SEPARATOR.length;
  }
  return at - TEXT_SEPARATOR.length === text.length ? texts : whole;
}
