import { defined } from "../../json/defined.ts";
import { parseBody } from "../parse-body.ts";
import type { DecodedFields } from "./decoded-fields.ts";
import { type CompletionBody, jsonSchemaBodySchema } from "./request.ts";

/** `response_format`. An unknown type (a grammar) needs a server that knows it. */
export function decodeResponseFormat(format: CompletionBody["response_format"]): DecodedFields {
  if (!format) return {};
  const original = { response_format: format };
  switch (format.type) {
    case "text":
      return { request: { response_format: { type: "text" } }, original };
    case "json_object":
      return { request: { response_format: { type: "json" } }, original };
    case "json_schema": {
      const { json_schema: asked } = parseBody(jsonSchemaBodySchema, {
        response_format: format,
      }).response_format;
      const { name, description, schema, strict } = asked;
      return {
        request: {
          response_format: {
            type: "json_schema",
            ...defined({ name: name ?? undefined, description: description ?? undefined }),
            schema: schema ?? {},
            ...defined({ strict: strict ?? undefined }),
          },
        },
        original,
      };
    }
    default:
      return { fields: { response_format: format }, requirement: "response_format" };
  }
}
