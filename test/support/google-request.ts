import * as z from "zod/mini";
import type { Message } from "../../src/chat/message.ts";
import type { DocumentPart, ImagePart, Part } from "../../src/chat/part.ts";
import { type ChatRequest, effortSchema, type Reasoning } from "../../src/chat/request.ts";
import type { Tool } from "../../src/chat/tool.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";

/** Fields whose content is the caller's own, or a schema: no names of Google's in it. */
const FOREIGN: ReadonlySet<string> = new Set([
  "args",
  "response",
  "parametersJsonSchema",
  "parameters",
  "responseJsonSchema",
  "responseSchema",
  "labels",
]);

function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Google reads its fields' names in snake case too, and a null as nothing; here they are all in
 * camel case, and there.
 */
export function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, item]) => {
    const camel = camelName(name);
    return item === null ? [] : [[camel, FOREIGN.has(camel) ? item : toCamelCase(item)]];
  });
  return Object.fromEntries(entries);
}

const asObject = (value: unknown): JsonObject => jsonObjectSchema.parse(value);
/** Google takes one item for a list of one. */
const asList = (value: unknown): JsonObject[] =>
  z.array(jsonObjectSchema).parse(Array.isArray(value) ? value : value == null ? [] : [value]);
const asText = (value: unknown): string => String(value);

/** The fields that are left when the known ones are taken out; undefined if none are. */
function without(value: JsonObject, ...names: string[]): JsonObject | undefined {
  const left = Object.entries(value).filter(([name]) => !names.includes(name));
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

const googleExtras = (extras: JsonObject | undefined) =>
  extras ? { extras: { google: extras } } : {};
const defined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));

/** A part without an id gets this one, by the order of the calls and of the results. */
const mintedId = (order: number) => `minted_${order}`;

/** A part that is nothing but data of an image or a PDF. */
function readInline(part: JsonObject): ImagePart | DocumentPart | undefined {
  if (!part.inlineData || Object.keys(part).length > 1) return undefined;
  const { mimeType, data } = asObject(part.inlineData);
  if (asText(mimeType).startsWith("image/"))
    return { type: "image", media_type: asText(mimeType), data: asText(data) };
  if (mimeType === "application/pdf")
    return { type: "document", media_type: "application/pdf", data: asText(data) };
  return undefined;
}

function readPart(part: JsonObject, counters: { calls: number; results: number }): Part {
  const signature =
    part.thoughtSignature === undefined
      ? {}
      : { signature: { format: "google", value: asText(part.thoughtSignature) } as const };
  if (part.functionCall) {
    const { id, name, args } = asObject(part.functionCall);
    return {
      type: "tool_call",
      id: id === undefined ? mintedId(counters.calls++) : asText(id),
      name: asText(name),
      arguments: asObject(args),
      ...signature,
    };
  }
  if (part.functionResponse) {
    const { id, name, response, parts } = asObject(part.functionResponse);
    const tool_call_id = id === undefined ? mintedId(counters.results++) : asText(id);
    const media = asList(parts).map(readInline);
    // The chat model has fields for inline media; files by URL go into extras.
    const content = media.filter((item) => item !== undefined);
    const said = content.length === media.length;
    const extras = { google: { functionResponse: { response, ...(said ? {} : { parts }) } } };
    return {
      type: "tool_result",
      tool_call_id,
      name: asText(name),
      content: said ? content : "",
      extras,
    };
  }
  const media = readInline(part);
  if (media) return media;
  if (typeof part.text === "string")
    return { type: part.thought === true ? "reasoning" : "text", text: part.text, ...signature };
  return { type: "opaque", format: "google", value: part };
}

function readTools(tools: JsonObject[]): Tool[] {
  return tools.flatMap((tool): Tool[] => {
    if (!tool.functionDeclarations) return [{ type: "opaque", format: "google", value: tool }];
    return asList(tool.functionDeclarations).map((declaration) => {
      const { name, description, parametersJsonSchema } = declaration;
      return {
        name: asText(name),
        ...(description === undefined ? {} : { description: asText(description) }),
        ...(parametersJsonSchema === undefined
          ? {}
          : { parameters: asObject(parametersJsonSchema) }),
        ...googleExtras(without(declaration, "name", "description", "parametersJsonSchema")),
      };
    });
  });
}

const MODES: Readonly<Record<string, ChatRequest["tool_choice"]>> = {
  AUTO: "auto",
  ANY: "required",
  NONE: "none",
};

function readToolConfig(config: JsonObject): {
  choice?: NonNullable<ChatRequest["tool_choice"]>;
  extras?: JsonObject;
} {
  const calling =
    config.functionCallingConfig === undefined ? undefined : asObject(config.functionCallingConfig);
  const names = calling?.allowedFunctionNames;
  const choice = calling && MODES[asText(calling.mode)];
  const exact =
    calling && (!choice || names !== undefined) ? { functionCallingConfig: calling } : {};
  const extras = { ...without(config, "functionCallingConfig"), ...exact };
  return { ...(choice ? { choice } : {}), ...(Object.keys(extras).length > 0 ? { extras } : {}) };
}

/** Undefined if the chat model cannot express it (a budget of -1: the model decides). */
function readThinking({
  includeThoughts,
  thinkingBudget,
  thinkingLevel,
  ...others
}: JsonObject): Reasoning | undefined {
  if (thinkingBudget === -1 || Object.keys(others).length > 0) return undefined;
  const effort =
    thinkingLevel === undefined
      ? undefined
      : effortSchema.parse(asText(thinkingLevel).toLowerCase());
  return defined({ visible: includeThoughts, budget_tokens: thinkingBudget, effort });
}

function readGeneration(config: JsonObject): {
  settings: Partial<ChatRequest>;
  extras: JsonObject | undefined;
} {
  const {
    temperature,
    topP,
    maxOutputTokens,
    stopSequences,
    seed,
    responseMimeType,
    responseJsonSchema,
    thinkingConfig,
  } = config;
  const known = ["temperature", "topP", "maxOutputTokens", "stopSequences", "seed"];
  const settings: Partial<ChatRequest> = defined({
    temperature,
    top_p: topP,
    max_tokens: maxOutputTokens,
    stop: stopSequences,
    seed,
  });
  if (responseMimeType === "application/json" && responseJsonSchema !== undefined) {
    settings.response_format = { type: "json_schema", schema: asObject(responseJsonSchema) };
    known.push("responseMimeType", "responseJsonSchema");
  } else if (responseMimeType === "application/json") {
    settings.response_format = { type: "json" };
    known.push("responseMimeType");
  }
  const thinking =
    thinkingConfig === undefined ? undefined : readThinking(asObject(thinkingConfig));
  if (thinking) {
    settings.reasoning = thinking;
    known.push("thinkingConfig");
  }
  return { settings, extras: without(config, ...known) };
}

/**
 * The body of a `generateContent` call → the equivalent chat request: what the chat model can say
 * in its words, the rest as extras. Written apart from the server's own code, so that tests can
 * hold that against it.
 */
export function readGoogleRequest(recorded: JsonObject): ChatRequest {
  const body = asObject(toCamelCase(recorded));
  const counters = { calls: 0, results: 0 };
  const messages: Message[] = [];
  const extras: JsonObject = {
    ...without(
      body,
      "contents",
      "systemInstruction",
      "tools",
      "toolConfig",
      "generationConfig",
      "labels",
    ),
  };
  if (body.systemInstruction) {
    const instruction = asObject(body.systemInstruction);
    messages.push({
      role: "system",
      content: asList(instruction.parts).map((part) => readPart(part, counters)),
    });
    const others = without(instruction, "parts");
    if (others) extras.systemInstruction = others;
  }
  for (const content of asList(body.contents)) {
    const parts = asList(content.parts).map((part) => readPart(part, counters));
    messages.push({ role: content.role === "model" ? "assistant" : "user", content: parts });
  }
  const toolConfig = body.toolConfig === undefined ? {} : readToolConfig(asObject(body.toolConfig));
  const generation = readGeneration(asObject(body.generationConfig ?? {}));
  if (toolConfig.extras) extras.toolConfig = toolConfig.extras;
  if (generation.extras) extras.generationConfig = generation.extras;
  return {
    messages,
    ...(body.tools ? { tools: readTools(asList(body.tools)) } : {}),
    ...(toolConfig.choice ? { tool_choice: toolConfig.choice } : {}),
    ...(body.labels
      ? {
          metadata: Object.fromEntries(
            Object.entries(asObject(body.labels)).map(([key, value]) => [key, asText(value)]),
          ),
        }
      : {}),
    ...generation.settings,
    ...googleExtras(Object.keys(extras).length > 0 ? extras : undefined),
  };
}

function toStandardBase64(text: string): string {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
}

/**
 * What a request means, so that two that mean the same are equal. The differences that it lets
 * pass:
 * - names in snake case, signatures in base64url, fields that are null, an empty `generationConfig`;
 * - tools that are no list but the one item of it;
 * - neighbouring turns of one role, which are one turn, unless the one has results and the other has none;
 * - a text that is empty and unsigned, beside other parts;
 * - ids of calls and results that had none, which the server mints so that results find their calls.
 */
export function normalizeGoogleRequest(request: unknown): unknown {
  const body = asObject(toCamelCase(request));
  const turns: { role: unknown; parts: JsonObject[] }[] = [];
  for (const { role, parts } of asList(body.contents)) {
    const last = turns[turns.length - 1];
    if (last && last.role === role && hasResults(last.parts) === hasResults(asList(parts)))
      last.parts.push(...asList(parts));
    else turns.push({ role, parts: [...asList(parts)] });
  }
  const contents = turns.map(({ role, parts }) => {
    const said = parts
      .filter((part) => part.text !== "" || part.thoughtSignature !== undefined)
      .map(normalizePart);
    return { role, parts: said.length > 0 ? said : [{ text: "" }] };
  });
  const { generationConfig, tools, ...rest } = body;
  const config = asObject(generationConfig ?? {});
  return {
    ...rest,
    contents,
    ...(tools ? { tools: asList(tools) } : {}),
    ...(Object.keys(config).length > 0 ? { generationConfig: config } : {}),
  };
}

function hasResults(parts: readonly JsonObject[]): boolean {
  return parts.some((part) => part.functionResponse !== undefined);
}

function normalizePart(part: JsonObject): JsonObject {
  const normalized = { ...part };
  if (typeof part.thoughtSignature === "string")
    normalized.thoughtSignature = toStandardBase64(part.thoughtSignature);
  for (const name of ["functionCall", "functionResponse"]) {
    const value = part[name] === undefined ? undefined : asObject(part[name]);
    if (value && asText(value.id).startsWith("minted_")) normalized[name] = without(value, "id");
  }
  return normalized;
}
