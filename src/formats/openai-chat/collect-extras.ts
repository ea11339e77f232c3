import type { Extras } from "../../chat/format.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { FORMAT } from "./format.ts";

/** Fields that the chat model has, or that are useless once the answer is over. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  // of the answer
  "id",
  "object",
  "created",
  "model",
  "choices",
  "usage",
  "obfuscation",
  "error",
  // of the choice
  "index",
  "delta",
  "message",
  "finish_reason",
  // of the message
  "role",
  "content",
  "refusal",
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "tool_calls",
  "function_call",
  "images",
  "channel",
]);

/**
 * Collects what an answer has beyond the chat model (citations, the vendor behind a router, a
 * fingerprint) into the extras of its end.
 */
export interface ExtrasCollector {
  add(fields: JsonObject): void;
  extras(): Extras | undefined;
}

export function createExtrasCollector(): ExtrasCollector {
  const found: JsonObject = {};
  return {
    add(fields) {
      for (const [name, value] of Object.entries(fields)) {
        if (
          KNOWN_FIELDS.has(name) ||
          value === null ||
          (Array.isArray(value) && value.length === 0)
        )
          continue;
        const before = found[name];
        // Annotations of a streamed answer arrive one by one.
        found[name] =
          name === "annotations" && Array.isArray(before) && Array.isArray(value)
            ? [...before, ...value]
            : value;
      }
    },
    extras: () => (Object.keys(found).length > 0 ? { [FORMAT]: found } : undefined),
  };
}
