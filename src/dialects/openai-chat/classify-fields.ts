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
const NUANCES: ReadonlySet<string> = new Set([
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "logit_bias",
  "top_k",
  "top_a",
  "min_p",
  "verbosity",
]);

interface SortedFields {
  /** Hints, and what says nothing (`null`, `false`, `[]`). */
  said: JsonObject;
  /** What is lost on a provider of another format. */
  fields: JsonObject;
  /** The first field without which the request would be another one. */
  binding: string | undefined;
}

/** The fields of a request that the chat model has not. Those that nobody here knows bind it to servers that may know them. */
export function sortFields(rest: JsonObject): SortedFields {
  const sorted: SortedFields = { said: {}, fields: {}, binding: undefined };
  for (const [name, value] of Object.entries(rest)) {
    if (value === null) continue;
    if (saysNothing(value) || HINTS.has(name) || asksForText(name, value))
      sorted.said[name] = value;
    else {
      sorted.fields[name] = value;
      if (!NUANCES.has(name)) sorted.binding ??= name.slice(0, 100);
    }
  }
  return sorted;
}

/** Other answers than texts (speech, images) and their probabilities are carried whole, for callers of the same format alone. */
function asksForText(name: string, value: unknown): boolean {
  return (
    name === "modalities" && Array.isArray(value) && value.every((modality) => modality === "text")
  );
}

/** The fields of a message, a part or a tool that the chat model has not, in two heaps: those that say nothing, and the others. */
export function sortInner(rest: JsonObject): { said: JsonObject; fields: JsonObject } {
  const said: JsonObject = {};
  const fields: JsonObject = {};
  for (const [name, value] of Object.entries(rest))
    (saysNothing(value) || isZeroValue(value) ? said : fields)[name] = value;
  return { said, fields };
}

function saysNothing(value: unknown): boolean {
  return (
    value === null ||
    value === false ||
    value === 0 ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}
