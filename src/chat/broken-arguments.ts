import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { isEmptyObject } from "../json/narrow.ts";
import type { EventBatch, Warning } from "./event.ts";
import type { ToolCallPart } from "./part.ts";

/**
 * Holds the raw text of arguments that are not a JSON object, for formats that accept only objects.
 * An empty object would run as a call without arguments; this field fails the tool's validation,
 * and the model sees what it wrote.
 */
const BROKEN_FIELD = "invalid_json_arguments";

/**
 * Whether the model's arguments are no JSON object: then `arguments` is empty, and only the text
 * counts.
 */
export function isBroken({
  arguments: parsed,
  arguments_text: text,
}: Pick<ToolCallPart, "arguments" | "arguments_text">): boolean {
  return text !== undefined && text !== "" && isEmptyObject(parsed) && !isObjectText(text);
}

function isObjectText(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}

/** A call's arguments for a format that has only objects. */
export function toArgumentsObject(
  call: Pick<ToolCallPart, "arguments" | "arguments_text">,
): JsonObject {
  return isBroken(call) ? { [BROKEN_FIELD]: call.arguments_text } : call.arguments;
}

/** The reverse, when such a call comes back. */
export function fromArgumentsObject(
  given: JsonObject,
): Pick<ToolCallPart, "arguments" | "arguments_text"> {
  const text = given[BROKEN_FIELD];
  return typeof text === "string" && Object.keys(given).length === 1 && !isObjectText(text)
    ? { arguments: {}, arguments_text: text }
    : { arguments: given };
}

/** Finds the calls of an answer whose arguments are no JSON object, and warns of each. */
export class ArgumentsCheck {
  readonly #broken = new Set<number>();
  readonly #calls = new Map<number, { name: string; at: number; text: string }>();
  readonly #sink: { warn(warning: Warning): void };
  #count = 0;

  constructor(sink: { warn(warning: Warning): void }) {
    this.#sink = sink;
  }

  /** The indexes of the parts that turned out to be such calls. */
  get broken(): ReadonlySet<number> {
    return this.#broken;
  }

  /** Looks at the events as they pass. */
  observe(batch: EventBatch): void {
    const calls = this.#calls;
    for (const event of batch) {
      if (event.type === "part-start" && event.kind === "tool_call") {
        calls.set(event.index, { name: event.name, at: this.#count, text: "" });
        this.#count += 1;
      } else if (calls.size === 0) continue;
      else if (event.type === "part-delta") {
        const call = calls.get(event.index);
        if (call) call.text += event.delta;
      } else if (event.type === "part-end") this.#end(event.index);
    }
  }

  #end(index: number): void {
    const call = this.#calls.get(index);
    this.#calls.delete(index);
    if (!call || call.text === "" || isObjectText(call.text)) return;
    this.#broken.add(index);
    this.#sink.warn({
      code: "tool_arguments_invalid",
      param: `tool_calls[${call.at}]`,
      message: `The model's arguments for "${call.name}" are not a JSON object; they are given as it wrote them.`,
    });
  }
}
