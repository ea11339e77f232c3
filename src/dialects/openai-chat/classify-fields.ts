import type { JsonObject } from "../../json/json-object.ts";
import { isZeroValue } from "../../json/narrow.ts";

/** Hints, labels and storage: without them, another vendor's answer is still the same answer. */
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
  // OpenRouter's way of asking for usage, which is always reported here.
  "usage",
]);

/** Tuning fields: safe to drop, with a warning. */
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
  /** Hints, and empty values (`null`, `false`, `[]`). */
  original: JsonObject;
  /** What a provider of another format loses. */
  fields: JsonObject;
  /** The first field that changes what is asked. */
  requirement: string | undefined;
}

/**
 * Sorts the fields that the chat model lacks. An unknown field limits the request to servers of
 * this format, which may know it.
 */
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

/** Other modalities (speech, images) only make sense to callers of this format. */
function asksForText(name: string, value: unknown): boolean {
  return (
    name === "modalities" && Array.isArray(value) && value.every((modality) => modality === "text")
  );
}

/**
 * Splits the fields of a message, part or tool that the chat model lacks: empty values, and the
 * rest.
 */
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
