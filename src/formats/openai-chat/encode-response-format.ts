import type { ChatRequest } from "../../chat/request.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import type { Quirks } from "./quirks.ts";

type ResponseFormat = NonNullable<ChatRequest["response_format"]>;

const ORIGINAL_TYPES = { text: "text", json: "json_object", json_schema: "json_schema" } as const;

/** Response format → `response_format`, in the caller's own form if that is still right. */
export function encodeResponseFormat(
  format: ResponseFormat | undefined,
  original: unknown,
  quirks: Quirks,
): JsonObject | undefined {
  if (!format) return undefined;
  // A schema that was reduced to plain JSON no longer matches the original.
  if (
    isJsonObject(original) &&
    ORIGINAL_TYPES[format.type] === original.type &&
    !(format.type === "json_schema" && quirks.json_schema === "as_json")
  ) {
    return original;
  }
  if (format.type === "text") return { type: "text" };
  if (format.type === "json" || quirks.json_schema === "as_json") return { type: "json_object" };
  const { name = "answer", description, schema, strict } = format;
  return {
    type: "json_schema",
    json_schema: {
      // OpenAI's alphabet, which others have taken over.
      name: name.replace(/[^\w-]/g, "_"),
      ...defined({ description }),
      schema,
      ...defined({ strict }),
    },
  };
}

/**
 * The schema as an instruction, for a server that only supports plain JSON. DeepSeek also refuses
 * JSON mode unless the prompt contains the word "JSON".
 */
export function describeSchema(format: Extract<ResponseFormat, { type: "json_schema" }>): string {
  return `Answer with one JSON value that fits this JSON Schema, and with nothing else:\n${JSON.stringify(format.schema)}`;
}
