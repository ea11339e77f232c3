import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { CALLERS } from "../../support/callers/index.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { silentAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { VENDORS } from "../../support/vendors/index.ts";
import { TEXT } from "../script.ts";
import type { Stage } from "../stage.ts";

/** A user who gives up: the client says so, and the call upstream ends. */
export function describeDepartures({ upstream, caller }: Stage): void {
  describe("an abort", () => {
    beforeEach(() => upstream.reset());
    afterEach(() => upstream.reset());

    for (const kind of CALLERS) {
      const client = caller(kind);
      for (const vendor of VENDORS) {
        for (const [when, stream, answer] of [
          ["in mid-stream", true, () => sseAnswer(vendor.half(TEXT), { end: "stall" })],
          ["before a stream", true, silentAnswer],
          ["before a whole answer", false, silentAnswer],
        ] as const) {
          test(`of ${kind.name} ${when} closes the call of ${vendor.name}`, async () => {
            upstream.enqueue(answer());
            const controller = new AbortController();
            const { signal } = controller;
            const asked = rejectionOf(
              client.ask({ model: `${vendor.name}/${vendor.model}`, prompt: "Hi", stream, signal }),
            );
            const sent = await upstream.waitForRequests(1);
            await Bun.sleep(20);
            expect(sent.closedAt).toBeUndefined();
            controller.abort();
            expect(String(await asked)).toMatch(/abort/i);
            // How fast it goes is held by the conformance suite. The servers themselves would wait
            // for longer.
            await sent.closed(20_000);
          });
        }
      }
    }
  });
}
