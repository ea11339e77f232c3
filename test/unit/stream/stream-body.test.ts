import { describe, expect, test } from "bun:test";
import type { EventBatch, EventStream } from "../../../src/chat/event.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";
import { createStreamBody, type StreamBodyOptions } from "../../../src/stream/stream-body.ts";
import { chatErrorOf } from "../../support/rejection.ts";
import { until } from "../../support/until.ts";

const encoder = {
  heartbeat: ":hb\n",
  encode: (batch: EventBatch) =>
    batch.map((event) => (event.type === "opaque" ? "" : `${event.type}\n`)).join(""),
};

const END: EventBatch = [
  { type: "end", finish_reason: "stop", raw_finish_reason: null, usage: null },
];

/**
 * A stream that gives these batches; a promise is waited for, and the end of the list is a silence
 * without end.
 */
function createSource(
  steps: readonly (EventBatch | Promise<void>)[],
): EventStream & { closed: boolean } {
  const rest = [...steps];
  return {
    format: null,
    closed: false,
    async read() {
      for (;;) {
        const step = rest.shift();
        if (step === undefined) await new Promise(() => {});
        else if (step instanceof Promise) await step;
        else return step;
      }
    },
    close() {
      this.closed = true;
    },
  };
}

function createBody(
  source: EventStream | Promise<EventStream>,
  overrides: Partial<StreamBodyOptions> = {},
) {
  const caller = new AbortController();
  const finished: (ChatError | null)[] = [];
  const body = createStreamBody({
    source: Promise.resolve(source),
    encoder,
    heartbeatMs: 1000,
    clientStallMs: 10_000,
    every: createTimerWheel(),
    callerSignal: caller.signal,
    call: { observe() {}, end: (failure) => finished.push(failure) },
    ...overrides,
  });
  return { body, caller, finished };
}

describe("createStreamBody", () => {
  test("writes every batch and finishes once, at the terminal event", async () => {
    const { body, caller, finished } = createBody(
      createSource([[{ type: "start", id: "1", model: "m" }], END]),
    );
    expect(await new Response(body).text()).toBe("start\nend\n");
    caller.abort(); // Deno aborts the signal of finished requests too.
    expect(finished).toEqual([null]);
  });

  test("ends with an error, and closes the answer, if a batch cannot be told truthfully", async () => {
    const source = createSource([[{ type: "opaque" }], END]);
    const error = new ChatError("upstream_invalid_response");
    const encode = (batch: EventBatch) => {
      if (batch === END) throw error;
      return encoder.encode(batch);
    };
    const { body, finished } = createBody(source, { encoder: { ...encoder, encode } });
    expect(await new Response(body).text()).toBe("error\n");
    expect(finished).toEqual([error]);
    await until("the answer is closed", () => source.closed);
  });

  test("reads on after a batch without text", async () => {
    const { body } = createBody(createSource([[{ type: "opaque" }], [{ type: "opaque" }], END]));
    expect(await new Response(body).text()).toBe("end\n");
  });

  test("sends heartbeats while the answer is silent, and before it opens", async () => {
    const { promise, resolve } = Promise.withResolvers<EventStream>();
    const { body } = createBody(promise, { heartbeatMs: 40 });
    const reader = body.getReader();
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    const began = performance.now();
    for (let count = 0; count < 2; count++) expect(await read()).toBe(":hb\n");
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    resolve(createSource([released, END]));
    for (let count = 0; count < 2; count++) expect(await read()).toBe(":hb\n");
    // There are no more of them than there must be.
    expect(performance.now() - began).toBeGreaterThan(3 * 40);
    release();
    let last = await read();
    while (last === ":hb\n") last = await read();
    expect(last).toBe("end\n");
  });

  test("ends with an error event if the answer fails to open", async () => {
    const seen: EventBatch[] = [];
    const finished: (ChatError | null)[] = [];
    const { body } = createBody(Promise.reject(new ChatError("upstream_error")), {
      call: {
        observe: (batch) => seen.push(batch),
        end: (failure) => finished.push(failure),
      },
    });
    expect(await new Response(body).text()).toBe("error\n");
    expect(seen[0]?.[0]).toMatchObject({ type: "error", error: { code: "upstream_error" } });
    expect(finished).toEqual([null]);
  });

  test("closes the source when the caller's signal is aborted", async () => {
    const source = createSource([]);
    const { body, caller, finished } = createBody(source);
    const reading = chatErrorOf(body.getReader().read());
    caller.abort();
    // Never a quiet end, which would be taken for a whole answer.
    expect(await reading).toMatchObject({ code: "cancelled" });
    await Bun.sleep(5);
    expect(source.closed).toBe(true);
    expect(finished.map((failure) => failure?.code)).toEqual(["cancelled"]);
  });

  test("closes the source when the body is cancelled", async () => {
    const source = createSource([]);
    const { body, finished } = createBody(source);
    await body.cancel();
    await Bun.sleep(5);
    expect(source.closed).toBe(true);
    expect(finished.map((failure) => failure?.code)).toEqual(["cancelled"]);
  });

  test("closes a source that opens after the caller has left", async () => {
    const { promise, resolve } = Promise.withResolvers<EventStream>();
    const source = createSource([]);
    const { body } = createBody(promise);
    await body.cancel();
    resolve(source);
    await Bun.sleep(5);
    expect(source.closed).toBe(true);
  });

  test("writes nothing if the caller left before it began", async () => {
    const source = createSource([[{ type: "start", id: "1", model: "m" }]]);
    const { body, finished } = createBody(source, {
      callerSignal: AbortSignal.abort(),
      heartbeatMs: 5,
    });
    expect(await chatErrorOf(new Response(body).text())).toMatchObject({ code: "cancelled" });
    // A heartbeat on the closed body would throw out of its timer, and end the process.
    await Bun.sleep(30);
    expect(finished.map((failure) => failure?.code)).toEqual(["cancelled"]);
    expect(source.closed).toBe(true);
  });

  test("gives up on a caller who does not read", async () => {
    const source = createSource([[{ type: "start", id: "1", model: "m" }]]);
    const { finished } = createBody(source, { heartbeatMs: 20, clientStallMs: 60 });
    await until("it is given up", () => source.closed);
    expect(finished.map((failure) => failure?.code)).toEqual(["client_stalled"]);
  });

  test("a caller who reads on after a stall finds out that the answer was cut", async () => {
    const source = createSource([[{ type: "start", id: "1", model: "m" }]]);
    const { body, finished } = createBody(source, { heartbeatMs: 20, clientStallMs: 60 });
    await until("it is given up", () => finished.length > 0);
    expect((await new Response(body).text()).split("\n").filter((line) => line !== ":hb")).toEqual([
      "start",
      "error",
      "",
    ]);
  });

  test("a caller who reads slowly but steadily is not stalled", async () => {
    const delta: EventBatch = [{ type: "part-delta", index: 0, delta: "x" }];
    const source = createSource([...Array.from({ length: 8 }, () => delta), END]);
    const { body, finished } = createBody(source, { heartbeatMs: 20, clientStallMs: 120 });
    const reader = body.getReader();
    let text = "";
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      text += new TextDecoder().decode(chunk.value);
      await Bun.sleep(40);
    }
    expect(text.replaceAll(":hb\n", "")).toBe(`${"part-delta\n".repeat(8)}end\n`);
    expect(finished).toEqual([null]);
  });
});
