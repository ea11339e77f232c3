import { type EmbeddingAnswer, inputUsage } from "../../embeddings/answer.ts";
import { readErrorBody } from "../../google/read-error.ts";
import type { ProviderDeps } from "../../platform.ts";
import { requestJson } from "../../upstream/request-json.ts";
import type { EmbedCall } from "../provider.ts";
import { type DecodedBatch, decodeEmbeddings } from "./decode-embeddings.ts";
import { type EmbeddingBatch, encodeEmbeddings } from "./encode-embeddings.ts";
import { readModelId } from "./read-model-id.ts";
import type { Transport } from "./transport.ts";

/** Requests of one call that are under way at once. */
const PARALLEL = 4;

/** Google's vectors. If one of its requests fails, the others of the call are given up too. */
export async function embed(
  call: EmbedCall,
  transport: Transport,
  deps: ProviderDeps,
): Promise<EmbeddingAnswer> {
  const model = readModelId(call.model.id);
  const batches = encodeEmbeddings(call, model, transport.name);
  const failed = new AbortController();
  const signal = AbortSignal.any([call.signal, failed.signal]);
  const vectors: (readonly number[])[] = [];
  let tokens: number | undefined = 0;
  let next = 0;

  async function work(): Promise<void> {
    for (let batch = batches[next++]; batch; batch = batches[next++]) {
      const decoded = await request(batch, model, transport, { ...call, signal }, deps);
      decoded.vectors.forEach((vector, index) => {
        vectors[batch.start + index] = vector;
      });
      // Unknown as soon as one of them is.
      if (decoded.inputTokens === undefined) tokens = undefined;
      else if (tokens !== undefined) tokens += decoded.inputTokens;
    }
  }

  try {
    await Promise.all(Array.from({ length: Math.min(PARALLEL, batches.length) }, work));
  } catch (thrown) {
    failed.abort();
    throw thrown;
  }
  return { vectors, usage: tokens === undefined ? null : inputUsage(tokens) };
}

async function request(
  batch: EmbeddingBatch,
  model: string,
  transport: Transport,
  { signal, traceparent }: EmbedCall,
  deps: ProviderDeps,
): Promise<DecodedBatch> {
  const body = JSON.stringify(batch.body);
  const answer = await transport.sendAuthorized(signal, (headers) =>
    requestJson(
      {
        method: "POST",
        url: transport.url(model, batch.verb),
        headers: { "content-type": "application/json", ...headers },
        body,
        signal,
        traceparent,
        timeoutMs: deps.timeouts.answerMs,
        readErrorBody,
      },
      deps,
    ),
  );
  return decodeEmbeddings(answer, batch);
}
