import type { EncodeCall } from "../../chat/encode-call.ts";
import type { FunctionTool } from "../../chat/tool.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { limitSchema, type SchemaRules } from "../../formats/json-schema/limit-schema.ts";
import { isPlainRoot, mergeRoot } from "../../formats/json-schema/merge-root.ts";
import { warnOfMoved } from "../../formats/json-schema/warn-of-moved.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

/**
 * What Claude takes if it is to enforce a schema: in structured output and in strict tools
 * (platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema limitations",
 * November 2026).
 */
const STRICT: SchemaRules = {
  keywords: new Set([
    ..."type enum const anyOf allOf $ref $defs definitions default required properties".split(" "),
    ..."additionalProperties items minItems format pattern title description".split(" "),
  ]),
  takes(keyword, value) {
    switch (keyword) {
      case "additionalProperties":
        return value === false;
      case "minItems":
        return value === 0 || value === 1;
      case "format":
        return typeof value === "string" && FORMATS.has(value);
      case "pattern":
        // Neither back references nor what looks around.
        return typeof value === "string" && !/\\[1-9bB]|\(\?/.test(value.replace(/\(\?:/g, "("));
      case "enum":
        return (
          Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null)
        );
      default:
        return true;
    }
  },
  closed: true,
};

const FORMATS: ReadonlySet<string> = new Set(
  "date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "),
);

/**
 * A schema that Claude is to enforce, without what it refuses; a warning says what it does not
 * enforce.
 */
export function limitOutputSchema(schema: JsonObject, warn: EncodeCall["warn"]): JsonObject {
  const { schema: limited, moved } = limitSchema(schema, STRICT);
  warnOfMoved("Claude", moved, "response_format", warn);
  return limited;
}

/** "Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'" */
const KEY = /^[\w.-]{1,64}$/;

/** Refuses a property's name that Claude refuses: the caller's tool knows no other. */
function checkKeys({ properties }: JsonObject, param: string): void {
  if (!isJsonObject(properties) || Object.keys(properties).every((name) => KEY.test(name))) return;
  const at = `${param}.properties`;
  const message = `${at}: Claude takes names of at most 64 letters, digits, _, . and -.`;
  throw new ChatError("unsupported_parameter", { param: at, message });
}

/** A tool's schema as Claude takes it: one object, and within its limits if the tool is strict. */
export function limitToolSchema(
  { name, parameters, strict }: FunctionTool,
  param: string,
  warn: EncodeCall["warn"],
): JsonObject {
  if (!parameters) return { type: "object", properties: {} };
  const given: JsonObject = { type: "object", ...parameters };
  checkKeys(given, param);
  let schema = given;
  if (!isPlainRoot(given)) {
    const root = mergeRoot(given);
    ({ schema } = root);
    if (root.isLooser) {
      const message = `Claude takes no alternatives at the root of a tool's schema; those of "${name}" were merged into one object.`;
      warn({ code: "adjusted_parameter", param, message });
    }
  }
  if (!strict) return schema;
  const { schema: limited, moved } = limitSchema(schema, STRICT);
  warnOfMoved("Claude", moved, param, warn);
  return limited;
}
