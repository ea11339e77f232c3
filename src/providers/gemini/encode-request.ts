import type { EncodeCall } from "../../chat/encode-call.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { encodeContents } from "./encode-contents.ts";
import { encodeThinking } from "./encode-thinking.ts";
import { encodeTools } from "./encode-tools.ts";
import { googleExtras } from "./extras.ts";
import { encodeSchema } from "./limit-schema.ts";
import type { GenerateRequest, GenerationConfig } from "./request.ts";

/** The most that Google takes. */
const MAX_STOP_SEQUENCES = 5;

/** Extras must not set these: a caller could switch models or exceed its token's limits. */
const PROTECTED_FIELDS: ReadonlySet<string> = new Set(["model", "contents"]);
const PROTECTED_CONFIG_FIELDS: ReadonlySet<string> = new Set(["maxOutputTokens", "candidateCount"]);

/** A chat request → the body of `generateContent`. */
export function encodeRequest(call: EncodeCall): GenerateRequest {
  const { request } = call;
  const generationConfig = encodeGenerationConfig(call);
  return googleExtras.overlay(
    {
      ...encodeContents(call),
      ...encodeTools(request),
      ...defined({
        generationConfig: isEmptyObject(generationConfig) ? undefined : generationConfig,
        labels: encodeLabels(call),
      }),
    },
    googleExtras.wrap(readExtras(request)),
    { except: PROTECTED_FIELDS },
  );
}

function readExtras(request: ChatRequest): JsonObject {
  const { generationConfig, ...fields } = toCamelCase(googleExtras.fields(request));
  // Any other value would replace the encoded object.
  if (isJsonObject(generationConfig)) {
    fields.generationConfig = googleExtras.fields(
      googleExtras.wrap(toCamelCase(generationConfig)),
      PROTECTED_CONFIG_FIELDS,
    );
  }
  return fields;
}

/** Google also reads field names in snake case; with one spelling, no field can be set twice. */
function toCamelCase(fields: JsonObject): JsonObject {
  const renamed: JsonObject = {};
  for (const [name, value] of Object.entries(fields)) {
    renamed[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())] = value;
  }
  return renamed;
}

function encodeGenerationConfig({ request, model, warn }: EncodeCall): GenerationConfig {
  const { temperature, top_p, max_tokens, stop, seed } = request;
  const thinkingConfig = encodeThinking(request.reasoning, model, warn);
  if (stop && stop.length > MAX_STOP_SEQUENCES) {
    const message = `Gemini takes at most ${MAX_STOP_SEQUENCES} stop sequences; the first ones were sent.`;
    warn({ code: "adjusted_parameter", param: "stop", message });
  }
  return defined({
    temperature,
    topP: top_p,
    maxOutputTokens: max_tokens,
    stopSequences: stop?.length ? stop.slice(0, MAX_STOP_SEQUENCES) : undefined,
    seed,
    ...encodeResponseFormat(request.response_format),
    thinkingConfig,
  });
}

function encodeResponseFormat(format: ChatRequest["response_format"]): GenerationConfig {
  switch (format?.type) {
    case undefined:
    case "text":
      return {};
    case "json":
      return { responseMimeType: "application/json" };
    case "json_schema":
      return {
        responseMimeType: "application/json",
        responseJsonSchema: encodeSchema(format.schema),
      };
  }
}

/**
 * Vertex AI takes metadata as labels, whose alphabet is narrow
 * (cloud.google.com/vertex-ai/generative-ai/docs/add-labels-to-api-calls).
 */
function encodeLabels({
  request: { metadata },
  warn,
}: EncodeCall): Record<string, string> | undefined {
  if (!metadata) return undefined;
  const labels = new Map<string, string>();
  for (const [key, value] of Object.entries(metadata)) {
    if (/^[a-z][a-z0-9_-]{0,62}$/.test(key) && /^[a-z0-9_-]{0,63}$/.test(value))
      labels.set(key, value);
    else {
      const message =
        "Vertex AI labels have at most 63 lower-case letters, digits, _ and -; this one was left out.";
      warn({ code: "unsupported_parameter", param: `metadata.${key}`, message });
    }
  }
  return labels.size === 0 ? undefined : Object.fromEntries(labels);
}
