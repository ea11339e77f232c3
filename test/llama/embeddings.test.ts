import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import { hasLlama, KEY, type Llama, MODEL, startLlama } from "../support/llama/start-llama.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";

/**
 * Embeddings of a real llama-server, as the official client reads them through this server and
 * without it.
 */
describe.skipIf(!hasLlama)("embeddings of a real llama-server (needs llama-server)", () => {
  let llama: Llama;
  let server: RunningServer;
  let ours: OpenAI;
  let direct: OpenAI;

  beforeAll(async () => {
    llama = await startLlama(["--embeddings", "--pooling", "mean"]);
    server = await startServer("bun", {
      ...TEST_JWT,
      LLAMACPP_BASE_URL: llama.url,
      LLAMACPP_API_KEY: KEY,
      OPENAI_BASE_URL: `${llama.url}/v1`,
      OPENAI_API_KEY: KEY,
      RETRY_MAX: "0",
    });
    ours = new OpenAI({
      apiKey: await mintTestToken(),
      baseURL: `${server.url}/v1`,
      maxRetries: 0,
    });
    direct = new OpenAI({ apiKey: KEY, baseURL: `${llama.url}/v1`, maxRetries: 0 });
  });
  afterAll(async () => {
    await server?.stop();
    await llama?.stop();
  });

  const INPUTS: [form: string, input: string | string[] | number[] | number[][]][] = [
    ["a text", "Hello"],
    ["texts", ["Hello", "Köln 🦊"]],
    ["tokens", [300, 301, 302]],
    ["lists of tokens", [[300, 301], [302]]],
  ];
  for (const provider of ["llamacpp", "openai"]) {
    for (const encoding_format of ["float", "base64", undefined] as const) {
      test.each(INPUTS)(
        `%s through ${provider}, ${encoding_format ?? "as the client likes it"}: the same as direct`,
        async (_form, input) => {
          const asked = { input, ...(encoding_format ? { encoding_format } : {}) };
          const expected = await direct.embeddings.create({ model: MODEL, ...asked });
          const told = await ours.embeddings.create({ model: `${provider}/${MODEL}`, ...asked });
          expect({ ...told, _request_id: null }).toEqual({ ...expected, _request_id: null });
          expect(told.data.length).toBe(expected.data.length);
          expect(told.usage.prompt_tokens).toBeGreaterThan(0);
        },
      );
    }
  }
});
