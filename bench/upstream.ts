// A stand-in for Anthropic: a whole answer at once, or a stream whose number of deltas and delay in
// milliseconds are in the model's name, as in `bench-300-10`.

const encoder = new TextEncoder();
const START = {
  id: "msg_bench",
  type: "message",
  role: "assistant",
  model: "bench",
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 25, output_tokens: 1 },
};
const WHOLE = JSON.stringify({
  ...START,
  content: [{ type: "text", text: "The quick brown fox jumps over the lazy dog. ".repeat(45) }],
  stop_reason: "end_turn",
  usage: { input_tokens: 25, output_tokens: 450 },
});

function formatEvent(event: { type: string } & Record<string, unknown>): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

const HEAD = encoder.encode(
  formatEvent({ type: "message_start", message: START }) +
    formatEvent({
      type: "content_block_start",
      index: 0,
      content_block: { type: "text", text: "" },
    }),
);
const DELTA = encoder.encode(
  formatEvent({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: "quick brown fox " },
  }),
);
const TAIL = encoder.encode(
  formatEvent({ type: "content_block_stop", index: 0 }) +
    formatEvent({
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 450 },
    }) +
    formatEvent({ type: "message_stop" }),
);

function streamDeltas(count: number, delayMs: number): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream({
    start(controller) {
      let sent = 0;
      controller.enqueue(HEAD);
      timer = setInterval(() => {
        if (sent < count) {
          sent += 1;
          controller.enqueue(DELTA);
          return;
        }
        clearInterval(timer);
        controller.enqueue(TAIL);
        controller.close();
      }, delayMs);
    },
    cancel() {
      clearInterval(timer);
    },
  });
}

const server = Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  async fetch(request) {
    const body = await request.text();
    if (!body.includes('"stream":true'))
      return new Response(WHOLE, { headers: { "content-type": "application/json" } });
    const [, count = "300", delayMs = "10"] = /bench-(\d+)-(\d+)/.exec(body) ?? [];
    return new Response(streamDeltas(Number(count), Number(delayMs)), {
      headers: { "content-type": "text/event-stream; charset=utf-8" },
    });
  },
});
process.stdout.write(`${server.url}\n`);

// Makes this file a module with its own scope.
export {};
