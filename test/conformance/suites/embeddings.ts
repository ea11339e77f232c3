import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import * as z from "zod";
import { isJsonObject } from "../../../src/json/json-object.ts";
import { mintTestToken } from "../../support/chat-client.ts";
import { createServiceAccount } from "../../support/google-credentials.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { waitForLog } from "../../support/runtimes/runtime.ts";
import { until } from "../../support/until.ts";
import type { UpstreamRequest } from "../../support/upstream.ts";
import { type Answer, jsonAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, PROMPT_CANARY, type Subject } from "../conformance.ts";

const bodySchema = z.looseObject({
  object: z.literal("list"),
  model: z.string(),
  data: z.array(
    z.object({
      object: z.literal("embedding"),
      index: z.number(),
      embedding: z.union([z.string(), z.array(z.number())]),
    }),
  ),
  usage: z.looseObject({ prompt_tokens: z.number(), total_tokens: z.number() }),
});
const errorSchema = z.object({
  error: z.looseObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
const limitsSchema = z.object({
  limits: z.array(z.looseObject({ kind: z.string(), used: z.number(), reserved: z.number() })),
});
const usageSchema = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  totals: z.looseObject({ calls: z.number() }),
});
const dryRunSchema = z.object({
  targets: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
      estimated_cost: z.looseObject({ total: z.number() }).nullable(),
    }),
  ),
  limits: z.array(z.looseObject({ kind: z.string(), used: z.number() })),
});
const sentSchema = z.looseObject({ input: z.array(z.unknown()) });
const batchSchema = z.object({
  requests: z.array(
    z.looseObject({ content: z.object({ parts: z.array(z.object({ text: z.string() })) }) }),
  ),
});

/** What a 32-bit float holds exactly, and a number of which it keeps seven digits. */
const VECTOR = [0.5, -0.25, 1.5, 0.1];

/** A vendor of OpenAI's format that encodes as it is asked, in any order. */
function answerOpenai(request: UpstreamRequest): Answer {
  const body = request.json();
  const sent = sentSchema.parse(body);
  const encoded = Buffer.from(Float32Array.from(VECTOR).buffer).toString("base64");
  const base64 = isJsonObject(body) && body.encoding_format === "base64";
  return jsonAnswer({
    object: "list",
    data: sent.input
      .map((_, index) => ({ object: "embedding", index, embedding: base64 ? encoded : VECTOR }))
      .reverse(),
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 100_000, total_tokens: 100_000 },
    vendors_own: { kept: true },
  });
}

function answerGemini(request: UpstreamRequest): Answer {
  const { requests } = batchSchema.parse(request.json());
  return jsonAnswer({
    embeddings: requests.map(({ content }) => ({ values: [Number(content.parts[0]?.text), 1] })),
    usageMetadata: { promptTokenCount: requests.length },
  });
}

/** `POST /v1/embeddings`. */
export function describeEmbeddings({ upstream, start, main }: Conformance): void {
  describe("embeddings", () => {
    let vendors: Subject;

    beforeAll(async () => {
      vendors = await start({
        OPENAI_API_KEY: "sk-embeddings",
        OPENAI_BASE_URL: `${upstream.url}/v1`,
        GEMINI_API_KEY: "AIza-embeddings",
        GEMINI_BASE_URL: upstream.url,
        ROUTES: JSON.stringify({
          search: { strategy: "failover", targets: ["openai/text-embedding-3-small"] },
          either: {
            strategy: "failover",
            targets: ["openai/text-embedding-3-small", "gemini/gemini-embedding-001"],
          },
        }),
        UNPRICED: "allow",
      });
    });
    beforeEach(() => upstream.reset());

    function post({ client }: Subject, body: object, token?: string) {
      return client.send("/v1/embeddings", {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        ...(token === undefined ? {} : { token }),
      });
    }

    async function official({ server }: Subject) {
      const apiKey = await mintTestToken();
      return new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });
    }

    test("the official client reads numbers and base64, of texts and of tokens", async () => {
      upstream.respond = answerOpenai;
      const client = await official(vendors);
      // Its default is base64, which it decodes itself.
      const decoded = await client.embeddings.create({
        model: "text-embedding-3-small",
        input: [PROMPT_CANARY, "two"],
        dimensions: 4,
        user: "u-1",
      });
      expect(decoded.data.map(({ index }) => index)).toEqual([0, 1]);
      expect(decoded.data[1]?.embedding).toEqual(Array.from(Float32Array.from(VECTOR)));
      const [first] = upstream.requests;
      expect(first?.url).toBe("/v1/embeddings");
      expect(first?.headers.get("authorization")).toBe("Bearer sk-embeddings");
      expect(first?.json()).toEqual({
        model: "text-embedding-3-small",
        input: [PROMPT_CANARY, "two"],
        encoding_format: "base64",
        dimensions: 4,
        user: "u-1",
      });
      const numbers = await client.embeddings.create({
        model: "openai/text-embedding-3-large",
        input: [[1, 2], [3]],
        encoding_format: "float",
      });
      expect(numbers.data[0]?.embedding).toEqual(VECTOR);
      expect(upstream.requests[1]?.json()).toEqual({
        model: "text-embedding-3-large",
        input: [[1, 2], [3]],
      });
    });

    test("what the vendor sent besides comes through, with the cost", async () => {
      upstream.respond = answerOpenai;
      const { status, headers, json } = await post(vendors, { model: "search", input: "one" });
      expect(status).toBe(200);
      expect(bodySchema.parse(json())).toMatchObject({
        model: "text-embedding-3-small",
        // 100,000 tokens at 2 cents a million.
        usage: { prompt_tokens: 100_000, total_tokens: 100_000, cost: 0.002 },
        vendors_own: { kept: true },
      });
      expect(headers.get("x-served-by")).toBe("openai/text-embedding-3-small");
      expect(headers.get("server-timing")).toMatch(/^upstream;dur=\d+, gateway;dur=\d+$/);
    });

    test("a vendor that ignores the encoding is encoded here", async () => {
      upstream.respond = (request) => {
        const answer = answerOpenai(request);
        return { ...answer, ...jsonAnswer({ data: [{ index: 0, embedding: VECTOR }] }) };
      };
      const client = await official(vendors);
      const { data, usage, model } = await client.embeddings.create({
        model: "openai/other",
        input: "four letters",
      });
      expect(data[0]?.embedding).toEqual(Array.from(Float32Array.from(VECTOR)));
      expect(model).toBe("other");
      // The vendor counted nothing, and the answer invents nothing.
      expect(usage.prompt_tokens).toBe(0);
    });

    test("Gemini gets a hundred texts at a time, in order", async () => {
      upstream.respond = answerGemini;
      const input = Array.from({ length: 250 }, (_, index) => String(index));
      const { status, json, headers } = await post(vendors, {
        model: "gemini/gemini-embedding-001",
        input,
        dimensions: 2,
        user: "u-1",
      });
      expect(status).toBe(200);
      const { data, usage } = bodySchema.parse(json());
      expect(data.map(({ embedding }) => embedding[0])).toEqual(input.map(Number));
      expect(usage.prompt_tokens).toBe(250);
      expect(headers.get("x-warnings")).toBe('unsupported_parameter;param="user"');
      expect(upstream.requests).toHaveLength(3);
      expect(upstream.requests[0]?.url).toBe(
        "/v1beta/models/gemini-embedding-001:batchEmbedContents",
      );
      expect(batchSchema.parse(upstream.requests[0]?.json()).requests[0]).toEqual({
        model: "models/gemini-embedding-001",
        content: { parts: [{ text: "0" }] },
        outputDimensionality: 2,
      });
    });

    test("Vertex AI gets one text at a time, by the model's own method", async () => {
      const { file } = await createServiceAccount();
      const vertex = await start({
        GOOGLE_TOKEN_URL: `${upstream.url}/token`,
        VERTEX_BASE_URL: upstream.url,
        GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(file),
      });
      upstream.respond = ({ url }) => {
        if (url === "/token") return jsonAnswer({ access_token: "ya29.embed", expires_in: 3599 });
        return url.endsWith(":predict")
          ? jsonAnswer({
              predictions: [{ embeddings: { values: [1, 2], statistics: { token_count: 3 } } }],
            })
          : jsonAnswer({ embedding: { values: [3, 4] }, usageMetadata: { promptTokenCount: 5 } });
      };
      const old = await post(vertex, { model: "gemini/gemini-embedding-001", input: ["a", "b"] });
      expect(bodySchema.parse(old.json())).toMatchObject({
        data: [{ embedding: [1, 2] }, { embedding: [1, 2] }],
        usage: { prompt_tokens: 6 },
      });
      const fresh = await post(vertex, { model: "vertex/gemini-embedding-2", input: "a" });
      expect(bodySchema.parse(fresh.json())).toMatchObject({
        data: [{ embedding: [3, 4] }],
        usage: { prompt_tokens: 5 },
      });
      expect(upstream.requests.at(-1)?.url).toEndWith("models/gemini-embedding-2:embedContent");
    });

    test("a failure of the vendor is an error of OpenAI's format", async () => {
      upstream.respond = () =>
        jsonAnswer({ error: { message: "slow down", type: "rate_limit_error" } }, { status: 429 });
      const client = await official(vendors);
      const failed = await rejectionOf(
        client.embeddings.create({ model: "text-embedding-3-small", input: "a" }),
      );
      expect(failed).toBeInstanceOf(OpenAI.RateLimitError);
      for (const wrong of [
        { data: [] },
        { data: [{ index: 1, embedding: [1] }] },
        { data: [{}] },
      ]) {
        upstream.respond = () => jsonAnswer(wrong);
        const { status, json } = await post(vendors, { model: "openai/m", input: "a" });
        expect(status).toBe(502);
        expect(errorSchema.parse(json()).error.code).toBe("upstream_invalid_response");
      }
    });

    test("a deadline closes the vendor's connection", async () => {
      upstream.respond = () => ({ pieces: [], end: "stall" });
      const { status, json } = await vendors.client.send("/v1/embeddings", {
        headers: { "content-type": "application/json", "x-request-timeout-ms": "200" },
        body: JSON.stringify({ model: "openai/m", input: "a" }),
      });
      expect(status).toBe(504);
      expect(errorSchema.parse(json()).error.code).toBe("deadline_exceeded");
      await upstream.requests[0]?.closed(2000);
      expect(upstream.requests).toHaveLength(1);
    });

    test("a caller that leaves closes the vendor's connection", async () => {
      upstream.respond = () => ({ pieces: [], end: "stall" });
      const caller = new AbortController();
      const asked = vendors.client.send("/v1/embeddings", {
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "openai/m", input: "a" }),
        signal: caller.signal,
      });
      const request = await upstream.waitForRequests(1);
      caller.abort();
      await asked.catch(() => {});
      await request.closed(5000);
    });

    const REFUSED: [why: string, body: object, param: string, message: RegExp][] = [
      ["no model", { input: "a" }, "model", /model: is required/],
      ["no input", { model: "openai/m" }, "input", /is required/],
      ["an empty text", { model: "openai/m", input: ["a", ""] }, "input[1]", /not be empty/],
      ["an empty list", { model: "openai/m", input: [] }, "input", /at least one/],
      ["a number among texts", { model: "openai/m", input: ["a", 1] }, "input[1]", /a text or/],
      ["a token that is none", { model: "openai/m", input: [[1, -1]] }, "input[0][1]", /a token/],
      ["too many", { model: "openai/m", input: Array(2049).fill("a") }, "input", /at most 2048/],
      ["no dimensions", { model: "openai/m", input: "a", dimensions: 0 }, "dimensions", /dimen/],
      [
        "a vendor without them",
        { model: "claude/haiku", input: "a" },
        "model",
        /these providers have: gemini, openai/,
      ],
      ["one that is not set up", { model: "cursor/c", input: "a" }, "model", /no embeddings/],
      ["a route of two", { model: "either", input: "a" }, "model", /cannot be compared/],
      ["tokens for Gemini", { model: "gemini/g", input: [1] }, "input", /texts, not tokens/],
      ["a chat model", { model: "echo/echo", input: "a" }, "model", /echo-embedding/],
    ];
    test.each(REFUSED)(
      "%s is refused by the caller's field",
      async (_why, body, param, message) => {
        const { status, json } = await post(vendors, body);
        const { error } = errorSchema.parse(json());
        expect(error).toMatchObject({ param, message: expect.stringMatching(message) });
        expect(status).toBe(error.code === "model_not_found" ? 404 : 400);
        expect(upstream.requests).toHaveLength(0);
      },
    );

    test("echo needs no vendor: texts that share words are near each other", async () => {
      const { json } = await post(main, {
        model: "echo/echo-embedding",
        input: ["the grey cat sleeps", "a grey cat", "quarterly tax report"],
      });
      const [cat, other, tax] = bodySchema.parse(json()).data.map(({ embedding }) => embedding);
      const near = (one: unknown, two: unknown) =>
        Array.isArray(one) && Array.isArray(two)
          ? one.reduce((sum, value, index) => sum + value * two[index], 0)
          : Number.NaN;
      expect(near(cat, other)).toBeGreaterThan(near(cat, tax) + 0.3);
      expect(near(cat, cat)).toBeCloseTo(1, 9);
    });

    test("the token's models, scope, limits and budget hold", async () => {
      const scoped = await mintTestToken({ scope: "usage:read" });
      const echo = { model: "echo/echo-embedding", input: "one two three" };
      expect((await post(main, echo, scoped)).status).toBe(403);
      const modelled = await mintTestToken({ ai: { models: ["*", "!echo/echo-embedding"] } });
      const forbidden = await post(main, echo, modelled);
      expect(errorSchema.parse(forbidden.json()).error.message).toContain("echo/echo-embedding");
      expect(forbidden.status).toBe(403);
      const short = await mintTestToken({ ai: { max_input_tokens: 2 } });
      const long = await post(main, echo, short);
      expect(errorSchema.parse(long.json()).error).toMatchObject({ param: "input" });

      upstream.respond = answerOpenai;
      const claims = {
        sub: `embedder-${crypto.randomUUID()}`,
        ai: {
          // No output is allowed, and none is needed.
          max_output_tokens: 0,
          limits: [
            { per: "subject", requests: 2, window: "1h" },
            { per: "subject", usd: 0.005, window: "1d" },
          ],
        },
      };
      const token = await mintTestToken(claims);
      const paid = { model: "text-embedding-3-small", input: "one" };
      const first = await post(vendors, paid, token);
      expect(first.status).toBe(200);
      expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("1");
      await until("the call is settled", async () => {
        const { json } = await vendors.client.send("/limits", { token });
        const { limits } = limitsSchema.parse(json());
        return limits.some(
          ({ kind, used, reserved }) => kind === "usd" && used === 0.002 && reserved === 0,
        );
      });
      expect((await post(vendors, paid, token)).status).toBe(200);
      const third = await post(vendors, paid, token);
      expect(third.status).toBe(429);
      expect(errorSchema.parse(third.json()).error.code).toBe("rate_limit_exceeded");
    });

    test("a dry run says what the call would do and cost, and calls no vendor", async () => {
      const ai = { max_input_tokens: 3, limits: [{ per: "subject", requests: 2, window: "1h" }] };
      const token = await mintTestToken({ sub: `embedder-${crypto.randomUUID()}`, ai });
      const body = {
        model: "openai/text-embedding-3-small",
        input: ["a".repeat(8)],
        dry_run: true,
      };
      const { status, json } = await post(vendors, body, token);
      expect(status).toBe(200);
      expect(dryRunSchema.parse(json())).toMatchObject({
        targets: [
          {
            provider: "openai",
            model: "text-embedding-3-small",
            error: null,
            // Two tokens at 2 cents a million, and no output.
            estimated_cost: { input: 4e-8, output: 0, total: 4e-8 },
          },
        ],
        limits: [{ kind: "requests", used: 0 }],
      });
      const long = await post(vendors, { ...body, input: ["a".repeat(80)] }, token);
      const [refused] = dryRunSchema.parse(long.json()).targets;
      expect(refused?.error).toMatchObject({
        param: "input",
        message: expect.stringMatching(/about 20\.$/),
      });
      expect(upstream.requests).toHaveLength(0);
    });

    test("a model that keeps failing is named, until it works again", async () => {
      const failing = await start({
        OPENAI_API_KEY: "sk-embeddings",
        OPENAI_BASE_URL: `${upstream.url}/v1`,
        BREAKER_FAILURES: "2",
        RETRY_MAX: "0",
      });
      const open = async () => {
        const { json } = await failing.client.send("/health");
        return z.looseObject({ open_breakers: z.number() }).parse(json()).open_breakers;
      };
      const body = { model: "openai/text-embedding-3-small", input: "a" };
      upstream.respond = () => jsonAnswer({ error: { message: "down" } }, { status: 503 });
      for (let times = 0; times < 2; times++) {
        const { status } = await post(failing, body);
        expect(status).toBe(503);
      }
      await until("it is named", async () => (await open()) === 1);
      upstream.respond = answerOpenai;
      expect((await post(failing, body)).status).toBe(200);
      await until("it is named no more", async () => (await open()) === 0);
    });

    test("the call is in the log and in the ledger", async () => {
      upstream.respond = answerOpenai;
      const token = await mintTestToken({ sub: `embedder-${crypto.randomUUID()}` });
      const { headers } = await post(vendors, { model: "search", input: PROMPT_CANARY }, token);
      const id = headers.get("x-request-id") ?? "";
      const lines = (await waitForLog(vendors.server, `"request_id":"${id}"`)).split("\n");
      expect(JSON.parse(lines.find((line) => line.includes(id)) ?? "")).toMatchObject({
        event: "embeddings",
        dialect: "openai-embeddings",
        provider: "openai",
        model: "text-embedding-3-small",
        code: "ok",
        input_tokens: 100_000,
        output_tokens: 0,
        usage_source: "provider",
      });
      await until("the call is in the ledger", async () => {
        const { json } = await vendors.client.send("/usage?group_by=kind", { token });
        const { data } = usageSchema.parse(json());
        return data.some(({ kind, calls }) => kind === "embed" && calls === 1);
      });
    });

    test("the models are listed with their kind", async () => {
      const { json } = await vendors.client.send("/models");
      const { models } = z
        .object({ models: z.array(z.looseObject({ id: z.string(), kind: z.string() })) })
        .parse(json());
      expect(models.find(({ id }) => id === "text-embedding-3-small")).toMatchObject({
        kind: "embedding",
        dimensions: 1536,
      });
      expect(models.find(({ id }) => id === "echo")).toMatchObject({ kind: "chat" });
    });
  });
}
