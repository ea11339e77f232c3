import { describe, expect, test } from "bun:test";
import { ERRORS, isErrorCode } from "../../../src/errors/error-codes.ts";
import { CALLERS } from "../../support/callers/index.ts";
import { rejectionOf } from "../../support/rejection.ts";
import type { Stage } from "../stage.ts";

const CODES = Object.keys(ERRORS).filter(isErrorCode);

/** How the statuses of Anthropic's API differ from ours. */
const ANTHROPIC_STATUS: Readonly<Record<string, number>> = { upstream_overloaded: 529 };

/** What needs no vendor: every error code, and a stream that is cut, as each client tells them. */
export function describeEchoes({ caller, main }: Stage): void {
  describe("headers of answers", () => {
    const body = {
      model: "echo/echo",
      max_tokens: 9,
      messages: [{ role: "user", content: "Hi" }],
      temperature: 1,
    };
    for (const [path, more] of [
      ["/v1/messages", {}],
      ["/v1/messages", { stream: true }],
      ["/v1/messages/count_tokens", {}],
      ["/v1/chat/completions", {}],
      ["/v1/chat/completions", { stream: true }],
    ] as const) {
      test(`${path} ${JSON.stringify(more)}: the request's id, and what was left out`, async () => {
        const { headers } = await main.client.send(path, {
          headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
          body: JSON.stringify({ ...body, ...more }),
        });
        const id = headers.get("x-request-id");
        expect(id).toMatch(/^[\w-]{8,}$/);
        expect(headers.get("request-id")).toBe(path.startsWith("/v1/messages") ? id : null);
        const warnings = 'unsupported_parameter;param="temperature"';
        expect(headers.get("x-warnings")).toBe(path.endsWith("count_tokens") ? null : warnings);
      });
    }
  });

  for (const kind of CALLERS) {
    describe(`echo, as ${kind.name} reports it`, () => {
      const client = caller(kind);
      const isAnthropic = kind.dialect === "anthropic-messages";

      test("every error code is an error with its status", async () => {
        for (const code of CODES) {
          const status = (isAnthropic ? ANTHROPIC_STATUS[code] : undefined) ?? ERRORS[code].status;
          for (const stream of [false, true]) {
            const thrown = await rejectionOf(
              client.ask({ model: `echo/echo-fail-${code}`, prompt: "Hi", stream }),
            );
            const error = client.readErrorBody(thrown);
            expect({ code, status: error.status }).toEqual({ code, status });
            expect(error.requestId).toMatch(/^[\w-]{8,}$/);
            if (kind.name.startsWith("ai "))
              expect(error.kind.endsWith("retryable")).toBe(isTriedAgain(status));
          }
        }
      });

      test("a cut stream is an error, not a short answer", async () => {
        const prompt = "one two three four five six";
        const thrown = await rejectionOf(
          client.ask({ model: "echo/echo-cut", prompt, stream: true }),
        );
        expect(client.readStreamError(thrown)).toContain(ERRORS.upstream_incomplete.message);
        const whole = client.readErrorBody(
          await rejectionOf(client.ask({ model: "echo/echo-cut", prompt, stream: false })),
        );
        expect(whole.status).toBe(ERRORS.upstream_incomplete.status);
      });
    });
  }
}

/** The AI SDK looks only at the status. */
function isTriedAgain(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}
