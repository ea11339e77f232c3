import { describe, expect, test } from "bun:test";
import { CALLERS, type CallerKind, type Question } from "../../support/callers/index.ts";
import { mintTestToken } from "../../support/chat-client.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { jsonAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { VENDORS, type Vendor } from "../../support/vendors/index.ts";
import { TEXT } from "../script.ts";
import type { Stage } from "../stage.ts";

/** The classes by which people tell failures apart: OpenAI's and Anthropic's are named alike. */
const KINDS: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  404: "NotFoundError",
  429: "RateLimitError",
  503: "InternalServerError",
  529: "OverloadedError",
};
const RETRYABLE: ReadonlySet<number> = new Set([429, 503, 529]);

function kindOf(kind: CallerKind, status: number): string {
  if (!kind.name.startsWith("ai ")) return KINDS[status] ?? "";
  return RETRYABLE.has(status) ? "AI_APICallError, retryable" : "AI_APICallError";
}

/** What a vendor has sent is with the caller by then; before, a cut is a 502. */
const PASSED_ON_MS = 100;

/** OpenAI has no 529: an overloaded server of theirs says 503. */
function overloadedStatus({ dialect }: CallerKind): number {
  return dialect === "anthropic-messages" ? 529 : 503;
}

/**
 * Every failure is an error of the client's own, of the right class, before the answer and in its
 * midst.
 */
export function describeFailures({ upstream, caller }: Stage): void {
  for (const kind of CALLERS) {
    describe(`failures, as ${kind.name} reports them`, () => {
      const client = caller(kind);
      const ask = (vendor: Vendor, stream: boolean, more: Partial<Question> = {}) =>
        client.ask({ model: `${vendor.name}/${vendor.model}`, prompt: "Hi", stream, ...more });

      for (const stream of [false, true]) {
        const form = stream ? "streamed" : "whole";

        test(`a token that is none: 401, ${form}`, async () => {
          const stranger = caller(kind, "not.a.token");
          const error = stranger.readErrorBody(
            await rejectionOf(stranger.ask({ model: "echo/echo", prompt: "Hi", stream })),
          );
          expect(error).toMatchObject({
            kind: kindOf(kind, 401),
            status: 401,
            requestId: expect.any(String),
          });
        });

        test(`a provider that is unknown: 404, ${form}`, async () => {
          const error = client.readErrorBody(
            await rejectionOf(client.ask({ model: "echo/nothing", prompt: "Hi", stream })),
          );
          expect(error).toMatchObject({
            kind: kindOf(kind, 404),
            status: 404,
            requestId: expect.any(String),
          });
        });

        for (const vendor of VENDORS) {
          for (const [sent, told] of [
            [400, 400],
            [404, 404],
            [429, 429],
            [vendor.name === "claude" ? 529 : 503, overloadedStatus(kind)],
            // The vendor refuses our credentials, not the caller's token.
            [401, 502],
          ] as const) {
            test(`${vendor.name} answers ${sent}, ${form}: ${told}`, async () => {
              upstream.reset();
              const headers = RETRYABLE.has(sent) ? { "retry-after": "7" } : {};
              upstream.enqueue(jsonAnswer(vendor.refusal(sent), { status: sent, headers }));
              const error = client.readErrorBody(await rejectionOf(ask(vendor, stream)));
              expect(error).toMatchObject({ status: told, requestId: expect.any(String) });
              if (told !== 502) expect(error.kind).toBe(kindOf(kind, told));
              if (RETRYABLE.has(sent)) expect(error.retryAfter).toBe("7");
            });
          }
        }
      }

      for (const vendor of VENDORS.filter(({ name }) => name === "claude")) {
        const ofPoor = async (usd: number) =>
          caller(
            kind,
            await mintTestToken({
              sub: `${kind.name} ${usd}`,
              ai: { limits: [{ per: "subject", usd }] },
            }),
          );
        const question = { model: `${vendor.name}/${vendor.model}`, prompt: "Hi" };

        for (const stream of [false, true]) {
          test(`a budget that is used up: 429, ${stream ? "streamed" : "whole"}`, async () => {
            const poor = await ofPoor(0);
            const thrown = await rejectionOf(poor.ask({ ...question, stream }));
            const error = poor.readErrorBody(thrown);
            expect(error).toMatchObject({ status: 429, requestId: expect.any(String) });
            // The AI SDK looks at nothing but the status.
            expect(error.kind).toBe(kindOf(kind, 429));
          });
        }

        // It asks for the longest answer of the model, for which this budget is too small from the
        // start.
        if (kind.name === "ai with @ai-sdk/anthropic") continue;

        test("a stream that crosses its budget is an error, not a short answer", async () => {
          const poor = await ofPoor(0.07);
          upstream.reset();
          // More than the 4096 tokens that are reserved for an answer without a limit.
          const half = vendor.half({ text: "long" }).replace("long", "long ".repeat(5000));
          upstream.enqueue(sseAnswer([half, 20_000], { end: "stall" }));
          const thrown = await rejectionOf(poor.ask({ ...question, stream: true }));
          expect(poor.readStreamError(thrown)).toContain("budget");
          // It was refused in the midst, not before.
          expect(upstream.requests).toHaveLength(1);
        });
      }

      for (const vendor of VENDORS) {
        const half = vendor.half(TEXT);
        const ends = {
          "is closed": sseAnswer(half),
          "is cut": sseAnswer([half, PASSED_ON_MS], { end: "cut" }),
          "is reset": sseAnswer([half, PASSED_ON_MS], { end: "reset" }),
          ...(vendor.streamError === null
            ? {}
            : { "tells an error": sseAnswer([half, vendor.streamError]) }),
        };
        for (const [what, answer] of Object.entries(ends)) {
          test(`a stream of ${vendor.name} that ${what} half-way is an error, not a short answer`, async () => {
            upstream.reset();
            upstream.enqueue(answer);
            const thrown = await rejectionOf(ask(vendor, true));
            expect(client.readStreamError(thrown)).toMatch(/provider|vendor/);
          });
        }
      }
    });
  }
}
