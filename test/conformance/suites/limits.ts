import { beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod";
import { mintTestToken, type SendOptions } from "../../support/chat-client.ts";
import { waitForLog } from "../../support/runtimes/runtime.ts";
import { until } from "../../support/until.ts";
import type { Conformance, Subject } from "../conformance.ts";

const limitsSchema = z.object({
  limits: z.array(
    z.object({
      per: z.string(),
      kind: z.string(),
      limit: z.number(),
      used: z.number(),
      reserved: z.number(),
      resets_at: z.string().nullable(),
      window: z.string().nullable(),
      mode: z.string(),
    }),
  ),
});

/** Dollars for a million tokens: an input token costs a micro-dollar, an output token ten. */
const PRICE = { input: 1, output: 10 };
const SETTINGS = {
  MODEL_CATALOG: JSON.stringify({
    echo: [
      { id: "echo", price: PRICE },
      { id: "echo-slow", price: PRICE },
    ],
  }),
  RESERVE_OUTPUT_TOKENS: "8",
  LOG_LEVEL: "info",
};

/** The four dialects: where they are, and what a call of them looks like. */
const DIALECTS = [
  {
    name: "chat",
    path: "/chat",
    body: (model: string, text: string) => ({
      provider: "echo",
      model,
      messages: [{ role: "user", content: text }],
    }),
  },
  {
    name: "openai-chat",
    path: "/v1/chat/completions",
    body: (model: string, text: string) => ({
      model: `echo/${model}`,
      messages: [{ role: "user", content: text }],
    }),
  },
  {
    name: "openai-responses",
    path: "/v1/responses",
    body: (model: string, text: string) => ({ model: `echo/${model}`, input: text }),
  },
  {
    name: "anthropic-messages",
    path: "/v1/messages",
    body: (model: string, text: string) => ({
      model: `echo/${model}`,
      max_tokens: 100_000,
      messages: [{ role: "user", content: text }],
    }),
  },
] as const;

let subjects = 0;

/** What a token may use: what its policy says, and what it holds until the token is used up. */
export function describeLimits({ start }: Conformance): void {
  describe("limits", () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await start(SETTINGS);
    });

    /** A token of a subject of its own, so that no test counts in the buckets of another. */
    async function mint(ai: unknown, claims: Record<string, unknown> = {}): Promise<string> {
      subjects += 1;
      return mintTestToken({ sub: `limited-${subjects}`, jti: `jti-${subjects}`, ai, ...claims });
    }

    const ask = (token: string, model = "echo", text = "hi", more: object = {}) =>
      subject.client.chat(
        { provider: "echo", model, messages: [{ role: "user", content: text }], ...more },
        { token },
      );

    const send = (
      dialect: (typeof DIALECTS)[number],
      token: string,
      model: string,
      text: string,
      more: object = {},
    ) => {
      const options: SendOptions = {
        token,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...dialect.body(model, text), ...more }),
      };
      return subject.client.send(dialect.path, options);
    };

    async function limitsOf(token: string) {
      const answer = await subject.client.send("/limits", { token });
      expect(answer.status).toBe(200);
      return limitsSchema.parse(answer.json()).limits;
    }

    test("exactly N of 10 × N parallel calls pass a limit of N requests", async () => {
      const token = await mint({ limits: [{ per: "subject", requests: 6, window: "1h" }] });
      const answers = await Promise.all(Array.from({ length: 60 }, () => ask(token)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(6);
      expect(statuses.filter((status) => status === 429)).toHaveLength(54);
      const again = await mint(
        { limits: [{ per: "subject", requests: 6, window: "1h" }] },
        { sub: `limited-${subjects}` },
      );
      expect((await ask(again)).status).toBe(429);
    });

    test("a refused call says which limit refused it and when to come back", async () => {
      const token = await mint({ limits: [{ per: "subject", requests: 1, window: "1m" }] });
      const first = await ask(token);
      expect(first.headers.get("x-ratelimit-limit-requests")).toBe("1");
      expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("0");
      expect(first.headers.get("ratelimit-policy")).toBe('"subject-60s";q=1;w=60');
      expect(first.headers.get("ratelimit")).toMatch(/^"subject-60s";r=0;t=(60|59)$/);
      const refused = await ask(token);
      expect(refused.status).toBe(429);
      const retryAfter = Number(refused.headers.get("retry-after"));
      expect(retryAfter).toBeGreaterThan(50);
      expect(retryAfter).toBeLessThanOrEqual(60);
      expect(refused.error()).toMatchObject({
        code: "rate_limited",
        retryable: true,
        limit: { per: "subject", kind: "requests", limit: 1, used: 1, reserved: 0 },
      });
    });

    test("of three limits the first that fails is named, and nothing of the others is consumed", async () => {
      const token = await mint({
        limits: [
          { per: "subject", requests: 10, window: "1h" },
          { per: "subject", usd: 0.000001, window: "1d" },
          { per: "token", concurrent: 0 },
        ],
      });
      const refused = await ask(token);
      expect(refused.error()).toMatchObject({ code: "budget_exceeded", limit: { kind: "usd" } });
      const limits = await limitsOf(token);
      expect(limits.map(({ used, reserved }) => [used, reserved])).toEqual([
        [0, 0],
        [0, 0],
        [0, 0],
      ]);
    });

    test("what a call really used is settled, to the micro-dollar", async () => {
      const token = await mint({
        limits: [
          { per: "subject", usd: 1, window: "1mo" },
          // Used tokens come back steadily over the window: here one in 17 seconds.
          { per: "subject", tokens: 5000, window: "1d" },
          { per: "subject", concurrent: 2 },
        ],
      });
      let dollars = 0;
      let tokens = 0;
      for (const text of ["one", "one two three", "a longer text of some more words"]) {
        const answer = z
          .object({
            usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }),
            cost: z.object({ total: z.number() }),
          })
          .parse((await ask(token, "echo", text)).json());
        dollars += answer.cost.total;
        tokens += answer.usage.input_tokens + answer.usage.output_tokens;
      }
      // A call is settled after its answer.
      await until("all calls are settled", async () =>
        (await limitsOf(token)).every(({ reserved }) => reserved === 0),
      );
      const limits = await limitsOf(token);
      expect(limits.map(({ kind }) => kind)).toEqual(["usd", "tokens", "concurrent"]);
      expect(limits[0]?.used).toBeCloseTo(dollars, 9);
      expect(limits[1]?.used).toBe(tokens);
      expect(limits[2]?.used).toBe(0);
    });

    for (const dialect of DIALECTS) {
      test(`${dialect.name}: a budget that is used up is a 429 that is not to be tried again`, async () => {
        const token = await mint({ limits: [{ per: "subject", usd: 0 }] });
        const refused = await send(dialect, token, "echo", "hi");
        expect(refused.status).toBe(429);
        expect(refused.text).toContain("budget_exceeded");
        expect(refused.text).toContain('"limit":{"per":"subject","kind":"usd","limit":0');
        if (dialect.name !== "chat") expect(refused.headers.get("x-should-retry")).toBe("false");
        expect(refused.headers.get("retry-after")).toBeNull();
      });

      test(`${dialect.name}: a stream that crosses its budget ends with budget_exceeded, and is settled`, async () => {
        // A budget for the prompt and some 200 tokens; each word looks like 50.
        const budget = 0.0035;
        const token = await mint({ limits: [{ per: "subject", usd: budget, window: "1d" }] });
        const text = `${"w".repeat(199)} `.repeat(30);
        const more = {
          stream: true,
          ...(dialect.name === "anthropic-messages" ? { max_tokens: 40 } : {}),
        };
        const streamed = await send(dialect, token, "echo-slow", text, more);
        expect(streamed.status).toBe(200);
        expect(streamed.text).toContain("wwww");
        expect(streamed.text).toContain("budget_exceeded");
        expect(streamed.text).not.toContain("[DONE]");
        expect(streamed.text).not.toContain("message_stop");
        const [limit] = await limitsOf(token);
        expect(limit?.reserved).toBe(0);
        expect(limit?.used).toBeGreaterThan(budget / 2);
        // What the vendor delivered after the last look comes on top: some words in 400 ms.
        expect(limit?.used).toBeLessThan(budget + 0.0025);
      }, 60_000);
    }

    test("the headers of /v1/messages are Anthropic's", async () => {
      const [, , , messages] = DIALECTS;
      const token = await mint({ limits: [{ per: "subject", tokens: 1_000_000, window: "1h" }] });
      const { headers } = await send(messages, token, "echo", "hi");
      expect(headers.get("anthropic-ratelimit-tokens-limit")).toBe("1000000");
      expect(Number(headers.get("anthropic-ratelimit-tokens-remaining"))).toBeLessThan(1_000_000);
      expect(Date.parse(headers.get("anthropic-ratelimit-tokens-reset") ?? "")).toBeGreaterThan(0);
    });

    test("a limit in shadow counts and refuses nothing", async () => {
      const token = await mint({
        limits: [{ per: "subject", requests: 1, window: "1h", mode: "shadow" }],
      });
      for (let index = 0; index < 3; index++) expect((await ask(token)).status).toBe(200);
      expect(await limitsOf(token)).toMatchObject([{ used: 3, limit: 1, mode: "shadow" }]);
    });

    test.each([
      ["a model", { models: ["echo/*", "!echo/echo-slow"] }, { model: "echo-slow" }, "models"],
      ["a long answer", { max_output_tokens: 10 }, { max_tokens: 11 }, "max_output_tokens"],
      ["any answer", { max_output_tokens: 0 }, {}, "max_output_tokens"],
      ["a long prompt", { max_input_tokens: 0 }, {}, "max_input_tokens"],
    ])("a token that does not allow %s: 403, naming the claim", async (_name, ai, more, claim) => {
      const refused = await ask(await mint(ai), "echo", "hello there", more);
      expect(refused.status).toBe(403);
      expect(refused.error().code).toBe("forbidden");
      expect(refused.error().message).toContain(claim);
    });

    test("a model without a price is refused under a budget", async () => {
      const token = await mint({ limits: [{ per: "subject", usd: 1 }] });
      const refused = await ask(token, "echo-cut");
      expect(refused.status).toBe(403);
      expect(refused.error().message).toContain("UNPRICED=allow");
    });

    test("a token sees the models and providers that it may use, and no others", async () => {
      const token = await mint({ models: ["echo/echo-slow"] });
      const list = async (path: string) => (await subject.client.send(path, { token })).text;
      expect(await list("/models")).toContain('"echo-slow"');
      expect(await list("/models")).not.toContain('"echo"}');
      expect(await list("/models")).not.toContain("claude");
      expect(await list("/v1/models")).toContain('"id":"echo-slow"');
      expect(await list("/v1/models")).not.toContain('"id":"echo"');
      expect(await list("/providers")).toContain('"echo"');
      expect(await list("/providers")).not.toContain('"claude"');
    });

    test("a scope without chat may not generate, and one without usage:read not see its limits", async () => {
      const token = await mint({}, { scope: "usage:read" });
      expect((await ask(token)).status).toBe(403);
      expect((await subject.client.send("/limits", { token })).status).toBe(200);
      const chatOnly = await mint({}, { scope: "chat" });
      expect((await ask(chatOnly)).status).toBe(200);
      expect((await subject.client.send("/limits", { token: chatOnly })).status).toBe(403);
    });

    test("a claim with a typing error refuses the token, and the log says which", async () => {
      const token = await mint({ limit: [{ per: "subject", usd: 1 }] });
      expect((await ask(token)).status).toBe(401);
      const reason = "policy_invalid:ai: limit is not a member of a policy";
      expect(await waitForLog(subject.server, reason)).toContain(reason);
    });

    test("a revoked token is refused, and its running stream ends within a second", async () => {
      const tenant = "gone {1}";
      const token = await mint({ tenant });
      const other = await mint({ tenant: "here" });
      const streams = [token, other].map(async (bearer) => {
        const streamed = await ask(bearer, "echo-slow", "word ".repeat(20), { stream: true });
        return { text: streamed.text, endedAt: performance.now() };
      });
      await Bun.sleep(600);
      const body = JSON.stringify({ tenant });
      const headers = { "content-type": "application/json" };
      const revoke = (bearer: string) =>
        subject.client.send("/admin/revocations", { token: bearer, headers, body });
      expect((await revoke(other)).status).toBe(403);
      const revoked = await revoke(await mint({}, { scope: "admin" }));
      expect(revoked.status).toBe(201);
      const revokedAt = performance.now();
      expect((await ask(token)).status).toBe(401);
      expect((await ask(other)).status).toBe(200);
      const [gone, here] = await Promise.all(streams);
      expect(gone?.text).toContain('"revoked"');
      expect((gone?.endedAt ?? 0) - revokedAt).toBeLessThan(1000);
      expect(here?.text).toContain('"complete":true');
    }, 60_000);

    test("a revocation names one claim", async () => {
      const token = await mint({}, { scope: "admin" });
      const headers = { "content-type": "application/json" };
      for (const body of [
        "{}",
        '{"sub":"a","jti":"b"}',
        '{"user":"a"}',
        '{"sub":""}',
        '{"sub":"a","until":-1}',
      ]) {
        const { status } = await subject.client.send("/admin/revocations", {
          token,
          headers,
          body,
        });
        expect(status).toBe(400);
      }
    });
  });
}
