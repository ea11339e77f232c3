import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { type Call, toText } from "./tool-call-list.ts";

/** How a delta stands to its call. */
export interface DeltaOf {
  readonly call: Call;
  /** Whether it begins the call. */
  readonly isFirst: boolean;
  /** Whether it brings nothing but what has come. */
  readonly isRepeated: boolean;
  /** Whether it is a call of a whole answer, which has no indexes. */
  readonly isWhole: boolean;
}

/**
 * Puts into a delta what callers of this format need of it: one index, one id and a type for each
 * call, no two calls with the same, and arguments that are a text and come once. True if it was changed.
 */
export function mendCall(
  delta: JsonObject,
  { call, isFirst, isRepeated, isWhole }: DeltaOf,
): boolean {
  let changed = mendArguments(delta.function, isRepeated, isWhole);
  if (!isWhole && delta.index !== call.index) {
    delta.index = call.index;
    changed = true;
  }
  if (typeof delta.type !== "string" && !call.custom && (isFirst || delta.type === null)) {
    delta.type = "function";
    changed = true;
  }
  const isMissing = delta.id == null || delta.id === "null";
  if (call.id !== "" && (isMissing ? isFirst : delta.id !== call.id)) {
    delta.id = call.id;
    changed = true;
  }
  return changed;
}

function mendArguments(body: unknown, isRepeated: boolean, isWhole: boolean): boolean {
  if (!isJsonObject(body)) return false;
  const { arguments: given } = body;
  if (isRepeated) body.arguments = "";
  // Of a call in pieces, they may follow.
  else if (typeof given === "string" || (given == null && !isWhole)) return false;
  else body.arguments = toText(given) || "{}";
  return true;
}
