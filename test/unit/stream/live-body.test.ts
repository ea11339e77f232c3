import { describe, expect, test } from "bun:test";
import type { ChatError } from "../../../src/errors/chat-error.ts";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";
import { createLiveBody, type LiveBodyOptions } from "../../../src/stream/live-body.ts";
import { chatErrorOf } from "../../support/rejection.ts";

function open(more: Partial<LiveBodyOptions> = {}) {
  const caller = new AbortController();
  const gone: ChatError[] = [];
  const live = createLiveBody({
    heartbeat: ":hb\n\n",
    heartbeatMs: 60_000,
    clientStallMs: 60_000,
    every: createTimerWheel(),
    callerSignal: caller.signal,
    encodeFailure: ({ code }) => `failed: ${code}\n\n`,
    onGone: (reason) => gone.push(reason),
    ...more,
  });
  return { live, caller, gone };
}

describe("a live body", () => {
  test("gives everything in order, read at once or late, and then ends", async () => {
    const { live, gone } = open();
    for (const text of ["a", "b", "c"]) live.push(text);
    const reading = new Response(live.stream).text();
    await Bun.sleep(5);
    live.push("d");
    live.push("e");
    live.close();
    live.push("too late");
    expect(await reading).toBe("abcde");
    expect(live.isOpen).toBe(false);
    expect(gone).toEqual([]);
  });

  test("ends also if it is read only after it was closed", async () => {
    const { live, gone } = open();
    live.push("a");
    live.push("b");
    live.close();
    expect(await new Response(live.stream).text()).toBe("ab");
    expect(gone).toEqual([]);
  });

  test("tells once that its reader is gone, by signal or by cancel", async () => {
    for (const leave of ["signal", "cancel"] as const) {
      const { live, caller, gone } = open();
      live.push("a");
      if (leave === "cancel") await live.stream.cancel();
      caller.abort();
      if (leave === "signal")
        expect(await chatErrorOf(new Response(live.stream).text())).toMatchObject({
          code: "cancelled",
        });
      live.push("b");
      live.close();
      expect(gone.map(({ code }) => code)).toEqual(["cancelled"]);
      expect(live.isOpen).toBe(false);
    }
  });

  test("of a caller who had left before is not open", () => {
    const gone: ChatError[] = [];
    const signal = AbortSignal.abort();
    const { live } = open({ callerSignal: signal, onGone: (reason) => gone.push(reason) });
    expect([live.isOpen, gone.length]).toEqual([false, 1]);
  });

  test("lets its writer wait until all is read, or nobody reads any more", async () => {
    const { live } = open();
    await live.drained();
    live.push("a");
    live.push("b");
    let isDrained = false;
    const waiting = live.drained().then(() => {
      isDrained = true;
    });
    await Bun.sleep(5);
    expect(isDrained).toBe(false);
    const reader = live.stream.getReader();
    await reader.read();
    await reader.read();
    await waiting;
    live.push("c");
    live.push("d");
    const again = live.drained();
    await reader.cancel();
    await again;
  });

  test("keeps a silent connection alive, and gives up a reader who does not read", async () => {
    const { live, gone } = open({ heartbeatMs: 20, clientStallMs: 100 });
    const reader = live.stream.getReader();
    const decoder = new TextDecoder();
    const read = async () => decoder.decode((await reader.read()).value);
    live.push("a");
    expect(await read()).toBe("a");
    expect(await read()).toBe(":hb\n\n");
    live.push("b");
    live.push("lost");
    await Bun.sleep(200);
    expect(gone.map(({ code }) => code)).toEqual(["client_stalled"]);
    let rest = "";
    for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read())
      rest += decoder.decode(value);
    expect(rest).toEndWith("failed: client_stalled\n\n");
    expect(rest).not.toContain("lost");
  });
});
