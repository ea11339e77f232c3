import type { JsonObject } from "../../json/json-object.ts";
import { isZeroValue } from "../../json/narrow.ts";

/** Hints, labels and storage of the vendor's: what another vendor answers without them is the same answer. */
const HINTS: ReadonlySet<string> = new Set([
  "user",
  "store",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "prompt_cache_options",
  "stream_options",
  "n",
  "prediction",
  // OpenRouter asks for the usage so, which is always told here.
  "usage",
]);

/** Fields that turn the answer without making it another one. A provider that has no place for them is not asked in vain: it warns. */
const TUNING_FIELDS: ReadonlySet<string> = new Set([
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "logit_bias",
  "top_k",
  "top_a",
  "min_p",
  "verbosity",
]);

interface ClassifiedFields {
  /** Hints, and what says nothing (`null`, `false`, `[]`). */
  original: JsonObject;
  /** What is lost on a provider of another format. */
  fields: JsonObject;
  /** The first field without which the request would be another one. */
  requirement: string | undefined;
}

/** The fields of a request that the chat model has not. Those that nobody here knows requireFormat it to servers that may know them. */
export function classifyFields(rest: JsonObject): ClassifiedFields {
  const classified: ClassifiedFields = { original: {}, fields: {}, requirement: undefined };
  for (const [name, value] of Object.entries(rest)) {
    if (value === null) continue;
    if (isEmptyValue(value) || HINTS.has(name) || asksForText(name, value))
      classified.original[name] = value;
    else {
      classified.fields[name] = value;
      if (!TUNING_FIELDS.has(name)) classified.requirement ??= name.slice(0, 100);
    }
  }
  return classified;
}

/** Other answers than texts (speech, images) and their probabilities are carried whole, for callers of the same format alone. */
function asksForText(name: string, value: unknown): boolean {
  return (
    name === "modalities" && Array.isArray(value) && value.every((modality) => modality === "text")
  );
}

/** The fields of a message, a part or a tool that the chat model has not, in two heaps: those that say nothing, and the others. */
export function splitFields(rest: JsonObject): { original: JsonObject; fields: JsonObject } {
  const original: JsonObject = {};
  const fields: JsonObject = {};
  for (const [name, value] of Object.entries(rest))
    (isEmptyValue(value) || isZeroValue(value) ? original : fields)[name] = value;
  return { original, fields };
}

function isEmptyValue(value: unknown): boolean {
  return (
    value === null ||
    value === false ||
    value === 0 ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}
