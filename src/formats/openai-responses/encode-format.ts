import type { ResponseFormat } from "../../chat/request.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";

/** Response format → `text.format`. */
export function encodeFormat(format: ResponseFormat): JsonObject {
  switch (format.type) {
    case "text":
      return { type: "text" };
    case "json":
      return { type: "json_object" };
    case "json_schema":
      return {
        type: "json_schema",
        // "does not match pattern '^[a-zA-Z0-9_-]+$'"
        name: (format.name ?? "answer").replace(/[^\w-]/g, "_"),
        ...defined({ description: format.description }),
        schema: format.schema,
        ...defined({ strict: format.strict }),
      };
  }
}
