import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../src/chat/event.ts";
import { ChatError } from "../../src/errors/chat-error.ts";
import type { UpstreamTimeouts } from "../../src/platform.ts";
import { createClaudeProvider } from "../../src/providers/claude/index.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { type FaultUpstream, startFaultUpstream } from "../support/fault-upstream.ts";
import { collectEvents, createTestCall, createTestDeps } from "../support/play-response.ts";
import { requireAvailable } from "../support/require-available.ts";

/** The expected outcome of each scenario: an answer's text, or the code of the failure. */
const OUTCOMES: Readonly<
  Record<string, { text: string } | { code: RegExp; retryAfterSeconds?: number }>
> = {
  ok: { text: "Hello 🎉" },
  bytewise: { text: "Hello 🎉" },
  crlf: { text: "Hello 🎉" },
  cr: { text: "Hello 🎉" },
  bom: { text: "Hello 🎉" },
  noevent: { text: "Hello 🎉" },
  unknownev: { text: "Hello" },
  badutf8: { text: "a\ufffd\ufffd\ufffdb" },
  dupstop: { text: "Hello 🎉" },
  afterstop_stall: { text: "Hello 🎉" },
  e401: { code: /^upstream_auth$/ },
  e429: { code: /^upstream_rate_limited$/, retryAfterSeconds: 1 },
  e429huge: { code: /^upstream_rate_limited$/, retryAfterSeconds: 3600 },
  e529: { code: /^upstream_overloaded$/ },
  html502: { code: /^upstream_error$/ },
  html200: { code: /^upstream_invalid_response$/ },
  json200err: { code: /^upstream_error$/ },
  empty200: { code: /^upstream_invalid_response$/ },
  redirect: { code: /^upstream_invalid_response$/ },
  errfirst: { code: /^upstream_overloaded$/ },
  errmid: { code: /^upstream_overloaded$/ },
  badjson: { code: /^upstream_invalid_response$/ },
  neverline: { code: /^upstream_invalid_response$/ },
  badchunk: { code: /^upstream_(disconnected|invalid_response)$/ },
  reset: { code: /^upstream_disconnected$/ },
  fin: { code: /^upstream_(disconnected|incomplete)$/ },
  clshort: { code: /^upstream_(disconnected|incomplete)$/ },
  trunc_clean: { code: /^upstream_incomplete$/ },
  nostop: { code: /^upstream_incomplete$/ },
  stop_noblank: { code: /^upstream_incomplete$/ },
  stall: { code: /^upstream_stalled$/ },
  comments: { code: /^upstream_stalled$/ },
  pings: { code: /^upstream_(stalled|timeout)$/ },
  nohead: { code: /^upstream_timeout$/ },
};

/** Scenarios that only a timeout ends. */
const SILENCES: ReadonlySet<string> = new Set(["stall", "nohead", "comments", "pings"]);
const SHORT_TIMEOUTS = {
  headersMs: 1000,
  answerMs: 1000,
  idleMs: 600,
  progressMs: 800,
  totalMs: 2000,
};

/** Texts of the fault server that must not be passed on. */
const LEAKS = /sk-ant-ECHO|ECHOED|SECRETPROMPT|captive portal|<html/;

describe("broken upstreams of Claude", () => {
  let faults: FaultUpstream;
  beforeAll(async () => {
    faults = await startFaultUpstream();
  });
  afterAll(() => faults.stop());

  /** All events; a failure before the first one is the only event. */
  async function meet(
    scenario: string,
    timeouts: Partial<UpstreamTimeouts>,
    signal = new AbortController().signal,
  ): Promise<ChatEvent[]> {
    faults.scenario = scenario;
    const deps = createTestDeps((url, init) => fetch(url, init), { timeouts });
    const env = { ANTHROPIC_API_KEY: "sk-ant-api-test", ANTHROPIC_BASE_URL: faults.url };
    const call = createTestCall(
      { messages: [{ role: "user", content: "Hi" }] },
      { stream: true, signal },
    );
    try {
      return await collectEvents(
        await requireAvailable(createClaudeProvider(env, deps)).open(call),
      );
    } catch (thrown) {
      if (!(thrown instanceof ChatError)) throw thrown;
      return [{ type: "error", error: thrown }];
    }
  }

  for (const [scenario, outcome] of Object.entries(OUTCOMES)) {
    test(`${scenario}: ${"text" in outcome ? "an answer" : outcome.code.source}`, async () => {
      const events = await meet(scenario, SILENCES.has(scenario) ? SHORT_TIMEOUTS : {});
      expectEventOrder(events);
      const last = events.at(-1);
      if ("text" in outcome) {
        expect(last?.type).toBe("end");
        expect(
          events.map((event) => (event.type === "part-delta" ? event.delta : "")).join(""),
        ).toBe(outcome.text);
      } else {
        const error = last?.type === "error" ? last.error : undefined;
        expect(error?.code).toMatch(outcome.code);
        expect(error?.retryAfterSeconds).toBe(outcome.retryAfterSeconds);
        expect(JSON.stringify([error, error?.message, error?.logReason])).not.toMatch(LEAKS);
      }
      await faults.untilClosed();
      expect(faults.followedRedirect()).toBe(false);
    });
  }

  test("bigline: an answer or upstream_invalid_response, depending on how the line was split", async () => {
    const last = (await meet("bigline", {})).at(-1);
    if (last?.type === "error") expect(last.error.code).toBe("upstream_invalid_response");
    else expect(last?.type).toBe("end");
  });

  test("a caller who leaves closes the upstream's connection", async () => {
    const controller = new AbortController();
    const events = meet("stall", {}, controller.signal);
    await Bun.sleep(100);
    controller.abort();
    expect((await events).at(-1)?.type).toBe("cancelled");
    await faults.untilClosed();
  });
});
