import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { HttpAnswer } from "../../support/chat-client.ts";
import { type FaultUpstream, startFaultUpstream } from "../../support/fault-upstream.ts";
import { hasProcessFiles, measureMemoryRise } from "../../support/read-process.ts";
import { waitForLog } from "../../support/runtimes/runtime.ts";
import { readFailure, summarizeResponse, summarizeStream } from "../../support/summarize-answer.ts";
import { type Conformance, PROMPT_CANARY, type Subject } from "../conformance.ts";

const MIB = 1024 * 1024;

/**
 * An answer with this text, or a failure with this code; as a status before the first content, as
 * the terminal event after it.
 */
type Outcome =
  | { text: string }
  | { lengthOrCode: [length: number, code: RegExp] }
  | { status: number; code: RegExp }
  | { terminal: RegExp; status: number };

const INCOMPLETE = /^upstream_incomplete$/;
const BROKEN = /^upstream_(disconnected|incomplete)$/;
const NOT_AN_ANSWER = /^upstream_(invalid_response|incomplete)$/;
const BROKEN_OR_INVALID = /^upstream_(disconnected|incomplete|invalid_response)$/;
const SILENT = /^upstream_(stalled|timeout)$/;

/**
 * What each of the fault server's scenarios must come to. Those without a `status` outcome have
 * begun to answer when they break.
 */
const SCENARIOS: Readonly<Record<string, Outcome>> = {
  ok: { text: "Hello 🎉" },
  e429: { status: 429, code: /^upstream_rate_limited$/ },
  e429huge: { status: 429, code: /^upstream_rate_limited$/ },
  e529: { status: 503, code: /^upstream_overloaded$/ },
  html502: { status: 502, code: /^upstream_error$/ },
  html200: { status: 502, code: /^upstream_invalid_response$/ },
  json200err: { status: 502, code: /^upstream_error$/ },
  empty200: { status: 502, code: NOT_AN_ANSWER },
  errfirst: { status: 503, code: /^upstream_overloaded$/ },
  errmid: { terminal: /^upstream_overloaded$/, status: 503 },
  reset: { terminal: /^upstream_disconnected$/, status: 502 },
  fin: { terminal: BROKEN, status: 502 },
  trunc_clean: { terminal: INCOMPLETE, status: 502 },
  nostop: { terminal: INCOMPLETE, status: 502 },
  stop_noblank: { terminal: INCOMPLETE, status: 502 },
  dupstop: { text: "Hello 🎉" },
  afterstop_stall: { text: "Hello 🎉" },
  stall: { terminal: /^upstream_stalled$/, status: 504 },
  nohead: { status: 504, code: /^upstream_timeout$/ },
  bytewise: { text: "Hello 🎉" },
  crlf: { text: "Hello 🎉" },
  cr: { text: "Hello 🎉" },
  bom: { text: "Hello 🎉" },
  badutf8: { text: "a\ufffd\ufffd\ufffdb" },
  badjson: { status: 502, code: /^upstream_invalid_response$/ },
  noevent: { text: "Hello 🎉" },
  unknownev: { text: "Hello" },
  // The line is a few bytes longer than the limit; if its end arrives with its last bytes, it may
  // pass.
  bigline: { lengthOrCode: [8 * MIB, /^upstream_invalid_response$/] },
  neverline: { status: 502, code: /^upstream_invalid_response$/ },
  comments: { status: 504, code: SILENT },
  pings: { status: 504, code: SILENT },
  badchunk: { status: 502, code: /^upstream_/ },
  clshort: { terminal: BROKEN, status: 502 },
  e529stall: { status: 503, code: /^upstream_overloaded$/ },
  e529drip: { status: 503, code: /^upstream_overloaded$/ },
  gzip: { text: "Hello 🎉" },
  gzipfalse: { status: 502, code: BROKEN_OR_INVALID },
  gzipbomb: { status: 502, code: /^upstream_invalid_response$/ },
  gzipbomb529: { status: 503, code: /^upstream_overloaded$/ },
  redirect: { status: 502, code: /^upstream_/ },
  e401: { status: 502, code: /^upstream_auth$/ },
};

/** Those that nothing but the server's patience ends. */
const SILENCES: ReadonlySet<string> = new Set(["stall", "nohead", "comments", "pings"]);

/** Pieces of the fault server's bodies that a caller must not see. */
const LEAKS = ["sk-ant-ECHO", "ECHOED", "SECRETPROMPT", "captive portal", "<html"];

/** Every way in which an upstream breaks, for a whole answer and for a stream. */
export function describeFaults({ runtime, start }: Conformance): void {
  describe("faults of the upstream", () => {
    let faults: FaultUpstream;
    let subject: Subject;
    let impatient: Subject;
    beforeAll(async () => {
      faults = await startFaultUpstream();
      subject = await start({ ANTHROPIC_BASE_URL: faults.url });
      impatient = await start({
        ANTHROPIC_BASE_URL: faults.url,
        UPSTREAM_HEADERS_TIMEOUT_MS: "1500",
        UPSTREAM_ANSWER_TIMEOUT_MS: "1500",
        UPSTREAM_IDLE_TIMEOUT_MS: "800",
        UPSTREAM_PROGRESS_TIMEOUT_MS: "1200",
      });
    });
    afterAll(() => faults.stop());

    async function meet(scenario: string, stream: boolean): Promise<HttpAnswer> {
      faults.scenario = scenario;
      const { client } = SILENCES.has(scenario) ? impatient : subject;
      const answer = await client.chat({
        provider: "claude",
        messages: [{ role: "user", content: PROMPT_CANARY }],
        stream,
      });
      await faults.untilClosed();
      for (const leak of LEAKS) expect(answer.text).not.toContain(leak);
      return answer;
    }

    function expectOutcome(answer: HttpAnswer, outcome: Outcome, stream: boolean): void {
      if ("lengthOrCode" in outcome) {
        const [length, code] = outcome.lengthOrCode;
        const ended = answer.text.includes('"complete":true') || (answer.status === 200 && !stream);
        if (ended) {
          expect(
            (stream ? summarizeStream(answer.stream()) : summarizeResponse(answer.json())).text
              .length,
          ).toBe(length);
        } else
          expect(
            (answer.status === 200 ? readFailure(answer.stream()).error : answer.error()).code,
          ).toMatch(code);
      } else if ("text" in outcome) {
        if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
        const { text } = stream
          ? summarizeStream(answer.stream())
          : summarizeResponse(answer.json());
        expect(text).toBe(outcome.text);
      } else if ("terminal" in outcome && stream) {
        expect(answer.status).toBe(200);
        const failure = readFailure(answer.stream());
        expect(failure.type).toBe("error");
        expect(failure.error.code).toMatch(outcome.terminal);
      } else {
        expect(answer.error().code).toMatch(
          "terminal" in outcome ? outcome.terminal : outcome.code,
        );
        expect(answer.status).toBe(outcome.status);
      }
    }

    for (const [scenario, outcome] of Object.entries(SCENARIOS)) {
      for (const stream of [false, true]) {
        test(`${scenario}, ${stream ? "streamed" : "whole"}`, async () => {
          expectOutcome(await meet(scenario, stream), outcome, stream);
        }, 120_000);
      }
    }

    test("an early 103 does no harm", async () => {
      for (const stream of [false, true]) {
        const answer = await meet("e100", stream);
        // workerd takes the 103 for the answer.
        expectOutcome(
          answer,
          answer.status === 200 ? { text: "Hello 🎉" } : { status: 502, code: /^upstream_/ },
          stream,
        );
        if (runtime !== "workers") expect(answer.status).toBe(200);
      }
    });

    test("a vendor's limit on waiting is this server's, not the runtime's", async () => {
      // Bun gives up after 360 s by itself, which this makes a second (in steps of four).
      const { client } = await start({
        ANTHROPIC_BASE_URL: faults.url,
        UPSTREAM_ANSWER_TIMEOUT_MS: "9000",
        BUN_CONFIG_HTTP_IDLE_TIMEOUT: "1",
      });
      faults.scenario = "nohead";
      const messages = [{ role: "user", content: "hi" }];
      const answer = await client.chat({ provider: "claude", messages });
      expect(answer.error().code).toBe("upstream_timeout");
    }, 30_000);

    test("retry-after is passed on, and capped at an hour", async () => {
      expect((await meet("e429", false)).headers.get("retry-after")).toBe("1");
      expect((await meet("e429huge", false)).headers.get("retry-after")).toBe("3600");
    });

    test("the redirect's target was never called", () => {
      expect(faults.followedRedirect()).toBe(false);
    });

    test.skipIf(!hasProcessFiles)(
      "an endless line does not fill the memory (needs Linux)",
      async () => {
        const { pid } = subject.server;
        if (pid === undefined) throw new Error("the server's process was not found");
        const rise = await measureMemoryRise(pid, async () => {
          for (let times = 0; times < 3; times++) await meet("neverline", true);
        });
        expect(rise).toBeLessThan(160 * MIB);
      },
      120_000,
    );

    test("the log holds nothing of the upstream's bodies", async () => {
      for (const { server } of [subject, impatient]) {
        const logs = await waitForLog(server, "upstream_");
        expect(logs).toContain("upstream_");
        for (const leak of LEAKS) expect(logs).not.toContain(leak);
      }
    });
  });
}
