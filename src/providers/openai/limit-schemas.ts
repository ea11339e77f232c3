import type { EncodeCall } from "../../chat/encode-call.ts";
import type { ResponseFormat } from "../../chat/request.ts";
import type { FunctionTool, Tool } from "../../chat/tool.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { limitSchema, type SchemaRules } from "../../formats/json-schema/limit-schema.ts";
import { isPlainRoot, mergeRoot } from "../../formats/json-schema/merge-root.ts";
import { warnOfMoved } from "../../formats/json-schema/warn-of-moved.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject, readObjects } from "../../json/narrow.ts";

/**
 * What OpenAI takes in a strict schema (platform.openai.com/docs/guides/structured-outputs,
 * "Supported schemas", November 2026). It says of any other keyword that it is not permitted.
 */
const STRICT: SchemaRules = {
  keywords: new Set([
    ..."type enum const anyOf $ref $defs definitions required properties additionalProperties".split(
      " ",
    ),
    ..."items minItems maxItems pattern format minLength maxLength title description".split(" "),
    ..."multipleOf minimum maximum exclusiveMinimum exclusiveMaximum $schema $id $comment".split(
      " ",
    ),
  ]),
  takes: (keyword, value) => keyword !== "additionalProperties" || value === false,
  closed: true,
};

/**
 * The format, with a schema that OpenAI takes: an object, and within its limits if it is strict.
 */
export function limitFormat(format: ResponseFormat, warn: EncodeCall["warn"]): ResponseFormat {
  if (format.type !== "json_schema") return format;
  const rooted = { ...format, schema: limitRoot(format, warn) };
  if (!format.strict) return rooted;
  const limited = limitStrict(rooted.schema, "response_format", warn);
  return limited ? { ...rooted, schema: limited } : { ...rooted, strict: false };
}

/** "schema must be a JSON Schema of 'type: \"object\"'"; if strict, without alternatives. */
function limitRoot(
  { schema, strict }: Extract<ResponseFormat, { type: "json_schema" }>,
  warn: EncodeCall["warn"],
): JsonObject {
  if (isPlainRoot(schema) || (schema.type === "object" && !strict)) return schema;
  const root = mergeRoot(schema);
  const param = "response_format.schema";
  if (schema.type !== "object" && isEmptyObject(Object(root.schema.properties))) {
    const message = `${param}: OpenAI takes only an object at the root; make the schema a property of one.`;
    throw new ChatError("unsupported_parameter", { param, message });
  }
  if (root.isLooser) {
    const message =
      "OpenAI takes no alternatives at the root of an answer's schema; they were merged into one object.";
    warn({ code: "adjusted_parameter", param, message });
  }
  return root.schema;
}

/**
 * The tools, each with a schema that OpenAI takes: an object, and within its limits if it is
 * strict.
 */
export function limitTools(tools: readonly Tool[], warn: EncodeCall["warn"]): Tool[] {
  return tools.map((tool, index) =>
    tool.type === "opaque" || !tool.parameters
      ? tool
      : limitTool(tool, tool.parameters, `tools[${index}].parameters`, warn),
  );
}

function limitTool(
  tool: FunctionTool,
  parameters: JsonObject,
  param: string,
  warn: EncodeCall["warn"],
): FunctionTool {
  let limited = tool;
  let schema = parameters;
  if (!isPlainRoot(parameters)) {
    const root = mergeRoot(parameters);
    ({ schema } = root);
    if (root.isLooser) {
      const message = `OpenAI takes no alternatives at the root of a tool's schema; those of "${tool.name}" were merged into one object.`;
      warn({ code: "adjusted_parameter", param, message });
    }
    limited = { ...tool, parameters: schema };
  }
  if (!tool.strict) return limited;
  const strict = limitStrict(schema, param, warn);
  return strict ? { ...limited, parameters: strict } : { ...limited, strict: false };
}

/** Undefined if the schema has what OpenAI cannot enforce at all: fields that may be left out. */
function limitStrict(
  schema: JsonObject,
  param: string,
  warn: EncodeCall["warn"],
): JsonObject | undefined {
  if (hasOptional(schema)) {
    const message =
      "OpenAI's strict schemas have no fields that may be left out; it was sent as not strict.";
    warn({ code: "adjusted_parameter", param, message });
    return undefined;
  }
  const { schema: limited, moved } = limitSchema(schema, STRICT);
  warnOfMoved("OpenAI", moved, param, warn);
  return limited;
}

/** Whether an object has a property that it does not require, or takes any other. */
function hasOptional(schema: JsonObject, depth = 0): boolean {
  if (depth > 64) return false;
  const { properties, required, additionalProperties } = schema;
  if (additionalProperties === true || isJsonObject(additionalProperties)) return true;
  const inner: JsonObject[] = [];
  if (isJsonObject(properties)) {
    const names = Array.isArray(required) ? required : [];
    if (Object.keys(properties).some((name) => !names.includes(name))) return true;
    inner.push(...readObjects(Object.values(properties)));
  }
  for (const name of ["$defs", "definitions"]) {
    const group = schema[name];
    if (isJsonObject(group)) inner.push(...readObjects(Object.values(group)));
  }
  for (const name of ["anyOf", "oneOf"]) inner.push(...readObjects(schema[name]));
  if (isJsonObject(schema.items)) inner.push(schema.items);
  return inner.some((part) => hasOptional(part, depth + 1));
}
