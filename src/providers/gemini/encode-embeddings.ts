import type { EmbeddingRequest } from "../../embeddings/request.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { EmbedCall } from "../provider.ts";
import type { TransportName } from "./transport.ts";

/** One request to Google, for some of the inputs. */
export interface EmbeddingBatch {
  /** Where the first of its inputs is among all of them. */
  readonly start: number;
  readonly count: number;
  readonly verb: "batchEmbedContents" | "embedContent" | "predict";
  readonly body: JsonObject;
}

/** Requests that one `batchEmbedContents` may hold. */
const MAX_BATCH = 100;

/**
 * The inputs in as few requests as Google takes them: a hundred at a time in the Gemini API
 * (https://ai.google.dev/api/embeddings, 2026-11-28), one by one on Vertex AI, where the models
 * before gemini-embedding-2 have another method.
 */
export function encodeEmbeddings(
  { request, warn }: Pick<EmbedCall, "request" | "warn">,
  model: string,
  transport: TransportName,
): EmbeddingBatch[] {
  const texts = readTexts(request);
  for (const param of [...(request.user === undefined ? [] : ["user"]), ...listExtras(request)])
    warn({ code: "unsupported_parameter", param, message: `gemini does not support ${param}.` });
  const outputDimensionality = request.dimensions;
  const encode = (text: string) => ({
    content: { parts: [{ text }] },
    ...defined({ outputDimensionality }),
  });
  if (transport === "api") {
    return split(texts, MAX_BATCH).map(({ start, part }) => ({
      start,
      count: part.length,
      verb: "batchEmbedContents",
      body: { requests: part.map((text) => ({ model: `models/${model}`, ...encode(text) })) },
    }));
  }
  if (!/^(gemini-embedding-001|text-|embedding)/.test(model))
    return texts.map((text, start) => ({
      start,
      count: 1,
      verb: "embedContent",
      body: encode(text),
    }));
  return texts.map((content, start) => ({
    start,
    count: 1,
    verb: "predict",
    body: { instances: [{ content }], parameters: defined({ outputDimensionality }) },
  }));
}

function readTexts({ inputs }: EmbeddingRequest): string[] {
  return inputs.map((input) => {
    if (typeof input === "string") return input;
    throw new ChatError("unsupported_parameter", {
      param: "input",
      message: "input: gemini takes texts, not tokens.",
    });
  });
}

function listExtras({ extras }: EmbeddingRequest): string[] {
  return Object.keys(extras).filter((name) => extras[name] !== null);
}

function split(texts: readonly string[], size: number): { start: number; part: string[] }[] {
  const parts: { start: number; part: string[] }[] = [];
  for (let start = 0; start < texts.length; start += size)
    parts.push({ start, part: texts.slice(start, start + size) });
  return parts;
}
