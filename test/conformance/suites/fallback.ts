import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod";
import { attemptSchema, dryRunSchema } from "../../../src/dialects/chat/response.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { isErrorCode } from "../../../src/errors/error-codes.ts";
import { type HttpAnswer, mintTestToken } from "../../support/chat-client.ts";
import {
  type Expected,
  FALLBACK_CASES,
  failureAlone,
  LIMITS,
} from "../../support/fallback/cases.ts";
import { SPOKEN_DIALECTS, type SpokenDialect } from "../../support/fallback/dialects.ts";
import { until } from "../../support/until.ts";
import { jsonAnswer, silentAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, PROMPT_CANARY, type Settings, type Subject } from "../conformance.ts";

const CLAUDE = "claude/claude-sonnet-5-5";
const PROMPT = `Say ${PROMPT_CANARY}`;

const SETTINGS: Settings = {
  RETRY_MAX: "1",
  BREAKER_FAILURES: "0",
  FIRST_CONTENT_TIMEOUT_MS: String(LIMITS.firstContentMs),
  UPSTREAM_HEADERS_TIMEOUT_MS: String(LIMITS.upstreamMs),
  UPSTREAM_ANSWER_TIMEOUT_MS: String(LIMITS.upstreamMs),
  UPSTREAM_IDLE_TIMEOUT_MS: String(LIMITS.upstreamMs),
  UPSTREAM_PROGRESS_TIMEOUT_MS: String(LIMITS.upstreamMs),
  // A failure has its own status for as long as any of the cases takes.
  COMMIT_AFTER_MS: "60000",
  COMPATIBLE_PROVIDERS: JSON.stringify([
    { name: "refused", base_url: "http://127.0.0.1:1/v1", default_model: "m" },
    // No resolver is asked for a label of more than 63 letters, so it fails at once.
    { name: "nowhere", base_url: `http://${"x".repeat(64)}.invalid/v1`, default_model: "m" },
  ]),
  MODEL_CATALOG: JSON.stringify({
    refused: [
      { id: "no-tools", refuses: ["tools"] },
      { id: "no-images", refuses: ["image.data"] },
      { id: "no-schema", refuses: ["response_format.json_schema"] },
      { id: "no-prefill", prefill: false },
    ],
  }),
};

const attemptsSchema = z.looseObject({ attempts: z.array(attemptSchema) });

/** The attempts that `/chat` tells of, as `provider code (reason)`. */
function attemptsOf(answer: HttpAnswer, stream: boolean): string[] {
  const body = stream ? answer.stream().events.at(-1)?.data : answer.json();
  return attemptsSchema
    .parse(body)
    .attempts.map(({ provider, outcome, reason }) =>
      reason ? `${provider} ${outcome} (${reason})` : `${provider} ${outcome}`,
    );
}

/** What fails, however it is failed; what a fallback takes up; and what nobody may take up. */
export function describeFallback({ runtime, upstream, start }: Conformance): void {
  describe("fallback", () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await start(SETTINGS);
      // The first call of a runtime is slow.
      upstream.respond = () => jsonAnswer({}, { status: 500 });
      for (const stream of [false, true]) await ask(SPOKEN_DIALECTS[0], CLAUDE, stream);
    });
    afterEach(() => upstream.reset());

    function ask(spoken: SpokenDialect, model: string, stream: boolean, fallbacks?: string[]) {
      const body = spoken.body({
        model,
        stream,
        prompt: PROMPT,
        ...(fallbacks ? { fallbacks } : {}),
      });
      return subject.client.send(spoken.path, {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    }

    /** An answer that came to its end, from this target. */
    function expectAnswer(
      answer: HttpAnswer,
      spoken: SpokenDialect,
      stream: boolean,
      from: string,
    ) {
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
      expect(answer.headers.get("x-served-by")).toBe(from);
      if (!stream) return;
      expect(answer.text).toMatch(spoken.complete);
      expect(answer.text).not.toMatch(spoken.failed);
      // A frame of the target that failed would be a second beginning.
      expect(answer.text.match(spoken.start)).toHaveLength(1);
    }

    function expectFailure(answer: HttpAnswer, { dialect }: SpokenDialect, codes: string): void {
      const statuses = codes
        .split("|")
        .filter(isErrorCode)
        .map((code) => dialect.encodeError(new ChatError(code), "").status);
      expect(statuses).toContain(answer.status);
      if (dialect.name === "chat") expect(codes.split("|")).toContain(answer.error().code);
    }

    async function meet(
      spoken: SpokenDialect,
      target: string,
      stream: boolean,
      expected: Expected,
    ): Promise<void> {
      const [alone, helped] = await Promise.all([
        ask(spoken, target, stream),
        ask(spoken, target, stream, ["echo/echo"]),
      ]);
      const isChat = spoken.path === "/chat";
      if ("breaks" in expected) {
        for (const answer of [alone, helped]) {
          expect(answer.status).toBe(200);
          expect(answer.headers.get("x-served-by")).toBe(target);
          expect(answer.text).toMatch(spoken.failed);
          expect(answer.text).not.toMatch(spoken.complete);
          if (isChat) {
            expect(answer.stream().events.at(-1)?.data).toMatchObject({
              complete: false,
              error: { code: expect.stringMatching(new RegExp(`^(${expected.breaks})$`)) },
              attempts: [{ outcome: "ok" }],
            });
          }
        }
      } else if ("finish" in expected) {
        for (const answer of [alone, helped]) {
          expectAnswer(answer, spoken, stream, target);
          if (isChat) expect(answer.text).toContain(`"finish_reason":"${expected.finish}"`);
        }
      } else {
        expectAnswer(helped, spoken, stream, "echo/echo");
        expect(helped.text).toContain(PROMPT_CANARY);
        if (isChat) {
          const [provider] = target.split("/");
          const attempts = attemptsOf(helped, stream);
          expect(attempts.at(-1)).toBe("echo ok");
          expect(attempts).toHaveLength(expected.tries.length + 1);
          for (const [index, tried] of expected.tries.entries())
            expect(tried.split("|").map((outcome) => `${provider} ${outcome}`)).toContain(
              attempts[index] ?? "",
            );
        }
        const code = failureAlone(expected);
        if (code === "answers") expectAnswer(alone, spoken, stream, target);
        else expectFailure(alone, spoken, code);
      }
    }

    test.each(FALLBACK_CASES.map((scripted) => [scripted.name, scripted] as const))(
      "%s",
      async (_name, { target = CLAUDE, whole, stream }) => {
        upstream.respond = (request) => {
          const side = z.looseObject({ stream: z.literal(true) }).safeParse(request.json()).success
            ? stream
            : whole;
          return side?.answer?.() ?? jsonAnswer({}, { status: 500 });
        };
        await Promise.all(
          SPOKEN_DIALECTS.flatMap((spoken) => [
            ...(whole ? [meet(spoken, target, false, whole.expected)] : []),
            ...(stream ? [meet(spoken, target, true, stream.expected)] : []),
          ]),
        );
        if (runtime === "bun")
          await until("no call upstream is open", () =>
            upstream.requests.every(({ answered, closedAt }) => answered || closedAt !== undefined),
          );
      },
      120_000,
    );

    const messages = [{ role: "user", content: PROMPT }];
    const image = { type: "image", media_type: "image/png", data: "iVBORw0KGgo=" };
    test.each<[string, object, string, string]>([
      ["tools", { tools: [{ name: "look" }] }, "no-tools", "tools"],
      ["an image", { messages: [{ role: "user", content: [image] }] }, "no-images", "image"],
      [
        "a schema",
        { response_format: { type: "json_schema", schema: { type: "object" } } },
        "no-schema",
        "response_format",
      ],
      [
        "a prefill",
        { messages: [...messages, { role: "assistant", content: "Well," }] },
        "no-prefill",
        "prefill",
      ],
    ])("a fallback that cannot take %s is passed over", async (_what, needs, model, reason) => {
      upstream.respond = () => jsonAnswer({}, { status: 500 });
      const answer = await subject.client.chat({
        model: "claude/claude-haiku-4-5",
        messages,
        fallbacks: [{ provider: "refused", model }, "echo/echo"],
        ...needs,
      });
      expect(answer.status).toBe(200);
      expect(attemptsOf(answer, false)).toEqual([
        `refused skipped (${reason})`,
        "claude upstream_error",
        "claude upstream_error",
        "echo ok",
      ]);
    });

    test("if all targets are down, the last failure is told, with every attempt", async () => {
      upstream.respond = () => jsonAnswer({}, { status: 500 });
      const fallbacks = ["refused/m", "echo/echo-fail-upstream_overloaded"];
      for (const stream of [false, true]) {
        for (const spoken of SPOKEN_DIALECTS)
          expectFailure(
            await ask(spoken, CLAUDE, stream, fallbacks),
            spoken,
            "upstream_overloaded",
          );
      }
    });

    test("an unknown fallback is refused by its path", async () => {
      const answer = await subject.client.chat({
        model: CLAUDE,
        messages,
        fallbacks: ["echo/echo", "nobody/m"],
      });
      expect(answer.status).toBe(400);
      expect(answer.error()).toMatchObject({ code: "invalid_request", param: "fallbacks[1]" });
    });

    test.each([
      ["in the body", { deadline_ms: 600 }, {}],
      ["in a header", {}, { "x-request-timeout-ms": "600" }],
    ])("a deadline %s ends the call, with all its attempts", async (_where, fields, headers) => {
      for (const stream of [false, true]) {
        const answer = await subject.client.chat(
          { model: "echo/echo-stall-0", messages, fallbacks: ["echo/echo"], stream, ...fields },
          { headers },
        );
        expect(answer.status).toBe(504);
        expect(answer.error()).toMatchObject({ code: "deadline_exceeded", retryable: false });
      }
      const broken = await subject.client.chat(
        { model: "echo/echo-stall-1", messages, stream: true, ...fields },
        { headers },
      );
      expect(broken.stream().events.at(-1)?.data).toMatchObject({
        complete: false,
        error: { code: "deadline_exceeded" },
        attempts: [{ outcome: "ok" }],
      });
    });

    test("a dry run says what would be tried, and calls nobody", async () => {
      const answer = await subject.client.chat({
        model: "claude/opus",
        messages,
        temperature: 1,
        max_tokens: 100,
        fallbacks: ["echo/echo", { provider: "refused", model: "no-tools" }],
        tools: [{ name: "look" }],
        deadline_ms: 9000,
        dry_run: true,
        stream: true,
      });
      expect(answer.status).toBe(200);
      const body = dryRunSchema.parse(answer.json());
      expect(body).toMatchObject({
        targets: [
          {
            provider: "claude",
            model: "claude-opus-5-5",
            warnings: [{ code: "unsupported_parameter", param: "temperature" }],
            error: null,
            estimated_cost: { currency: "USD" },
          },
          { provider: "echo", model: "echo", estimated_cost: null },
        ],
        skipped: [{ provider: "refused", outcome: "skipped", reason: "tools" }],
        deadline_ms: 9000,
        hedge_after_ms: null,
        limits: [],
      });
      expect(upstream.requests).toHaveLength(0);
      const strict = await subject.client.chat({
        model: "claude/opus",
        messages,
        temperature: 1,
        strict: true,
        dry_run: true,
      });
      expect(dryRunSchema.parse(strict.json()).targets[0]?.error).toMatchObject({
        code: "unsupported_parameter",
        param: "temperature",
      });
    });

    test("a dry run tells what the call would be refused for", async () => {
      const budget = { limits: [{ per: "subject", usd: 1, window: "1d" }] };
      const token = await mintTestToken({ sub: "dry", ai: budget });
      const asked = { provider: "echo", messages };
      const dry = await subject.client.open({ ...asked, dry_run: true }, { token });
      const [target] = dryRunSchema.parse(await dry.json()).targets;
      expect(target?.error).toMatchObject({ code: "forbidden", param: "model" });
      const call = await subject.client.open(asked, { token });
      expect(call.status).toBe(403);
      expect(await call.json()).toMatchObject({ error: { message: target?.error?.message } });
    });

    test("Server-Timing tells the wait for the target from the rest", async () => {
      for (const stream of [false, true]) {
        const answer = await subject.client.chat({ model: "echo/echo-late-300", messages, stream });
        const [, upstreamMs = "", gatewayMs = ""] =
          /^upstream;dur=(\d+), gateway;dur=(\d+)$/.exec(
            answer.headers.get("server-timing") ?? "",
          ) ?? [];
        expect(Number(upstreamMs)).toBeGreaterThanOrEqual(250);
        expect(gatewayMs).not.toBe("");
      }
    });

    test("a call that fails tells of its attempts too", async () => {
      for (const stream of [false, true]) {
        const { client } = subject;
        const fallbacks = ["nowhere/m"];
        const answer = await client.chat({ model: "refused/m", messages, fallbacks, stream });
        expect(answer.status).toBe(502);
        // The status is still open, so that a stream is answered like a whole answer.
        expect(attemptsOf(answer, false)).toEqual([
          "refused upstream_unavailable",
          "refused upstream_unavailable",
          "nowhere upstream_unavailable",
          "nowhere upstream_unavailable",
        ]);
      }
      const refused = await subject.client.chat({ model: "refused/m", messages, max_tokens: -1 });
      expect(refused.json()).not.toHaveProperty("attempts");
    });

    test("a hedged call is answered by the next target, and the silent one is closed", async () => {
      const withinMs = 1000;
      for (const stream of [false, true]) {
        upstream.reset();
        upstream.enqueue(silentAnswer());
        const answer = await subject.client.chat({
          model: CLAUDE,
          messages,
          fallbacks: ["echo/echo"],
          hedge_after_ms: 200,
          stream,
        });
        expect(attemptsOf(answer, stream)).toEqual(["claude cancelled", "echo ok"]);
        expect(answer.headers.get("x-served-by")).toBe("echo/echo");
        const [silent] = upstream.requests;
        await silent?.closed(withinMs);
      }
    });

    test("a route is a model in every dialect, and is listed", async () => {
      const { client } = await start({
        ...SETTINGS,
        ROUTES: JSON.stringify({ fast: { targets: ["refused/m", "echo/echo"] } }),
      });
      for (const spoken of SPOKEN_DIALECTS) {
        for (const stream of [false, true]) {
          const answer = await client.send(spoken.path, {
            headers: { "content-type": "application/json" },
            body: JSON.stringify(spoken.body({ model: "fast", stream, prompt: PROMPT })),
          });
          expectAnswer(answer, spoken, stream, "echo/echo");
        }
      }
      const answer = await client.chat({ provider: "fast", messages });
      expect(attemptsOf(answer, false)).toContain("echo ok");
      expect((await client.send("/models")).json()).toMatchObject({
        routes: [{ name: "fast", strategy: "failover", targets: ["refused/m", "echo/echo"] }],
      });
      expect((await client.send("/v1/models/fast")).json()).toMatchObject({ id: "fast" });
    });

    test("a model whose provider is unavailable is refused by the caller's own field", async () => {
      const { client } = await start(SETTINGS);
      for (const spoken of SPOKEN_DIALECTS) {
        const answer = await client.send(spoken.path, {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(spoken.body({ model: "gemini/m", stream: false, prompt: PROMPT })),
        });
        expect(answer.status).toBe(503);
        expect(answer.text).toContain(`"The model's provider, gemini, is unavailable: `);
        expect(answer.text).not.toContain('"param":"provider"');
      }
    });

    test("a target that keeps failing is tried last, and first again once it is well", async () => {
      const cooldownMs = 1500;
      const { client } = await start({
        ...SETTINGS,
        RETRY_MAX: "0",
        BREAKER_FAILURES: "2",
        BREAKER_COOLDOWN_MS: String(cooldownMs),
      });
      const call = async () => {
        const answer = await client.chat({ model: CLAUDE, messages, fallbacks: ["echo/echo"] });
        return attemptsOf(answer, false);
      };
      const openBreakers = async () =>
        z.looseObject({ open_breakers: z.int() }).parse((await client.send("/health")).json())
          .open_breakers;
      upstream.respond = () => jsonAnswer({}, { status: 500 });
      for (let times = 0; times < 2; times++)
        expect(await call()).toEqual(["claude upstream_error", "echo ok"]);
      expect(await call()).toEqual(["echo ok"]);
      expect(await openBreakers()).toBe(1);
      upstream.respond = () =>
        jsonAnswer({
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "claude-sonnet-5-5",
          content: [{ type: "text", text: "well again" }],
          stop_reason: "end_turn",
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        });
      await Bun.sleep(cooldownMs);
      expect(await call()).toEqual(["claude ok"]);
      expect(await openBreakers()).toBe(0);
    });
  });
}
