import type { JsonObject } from "../../chat/format.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { isObject } from "./is-object.ts";
import type { Quirks } from "./quirks.ts";

type ResponseFormat = NonNullable<ChatRequest["response_format"]>;

/** The forms that the chat model has too; another one (a grammar, a regular expression) is the caller's own. */
const MODELED_TYPES: ReadonlySet<unknown> = new Set(["text", "json_object", "json_schema"]);

/** Response format → `response_format`, in the caller's own form where that still stands. */
export function encodeResponseFormat(format: ResponseFormat | undefined, said: unknown, quirks: Quirks): JsonObject | undefined {
  if (isObject(said)) {
    if (!MODELED_TYPES.has(said.type)) return said;
    if (format && !(format.type === "json_schema" && quirks.json_schema === "as_json")) return said;
  }
  if (!format) return undefined;
  if (format.type === "text") return { type: "text" };
  if (format.type === "json" || quirks.json_schema === "as_json") return { type: "json_object" };
  const { name = "answer", description, schema, strict } = format;
  return {
    type: "json_schema",
    json_schema: {
      name,
      ...(description === undefined ? {} : { description }),
      schema,
      ...(strict === undefined ? {} : { strict }),
    },
  };
}

/** The schema in words, for a server that only knows JSON. DeepSeek also refuses JSON mode unless the word "JSON" is in the prompt. */
export function describeSchema(format: Extract<ResponseFormat, { type: "json_schema" }>): string {
  return `Answer with one JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(format.schema)}`;
}
