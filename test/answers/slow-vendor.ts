import * as z from "zod";

const requestSchema = z.looseObject({
  messages: z.array(z.looseObject({ content: z.string() })),
});

export interface SlowVendor {
  readonly url: string;
  /** How often each prompt was asked. */
  readonly calls: Map<string, number>;
  stop(): Promise<void>;
}

/** The words that the vendor answers to a prompt. */
export function wordsFor(prompt: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prompt}/${index} `);
}

/** A vendor of OpenAI's Chat Completions whose every answer is some words, one after a while. */
export function startSlowVendor(wordCount: number, pauseMs: number): SlowVendor {
  const calls = new Map<string, number>();
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "slow",
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const { messages } = requestSchema.parse(await request.json());
      const prompt = messages.at(-1)?.content ?? "";
      calls.set(prompt, (calls.get(prompt) ?? 0) + 1);
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          const write = (text: string) => controller.enqueue(encoder.encode(text));
          try {
            write(chunk({ role: "assistant", content: "" }));
            for (const word of wordsFor(prompt, wordCount)) {
              write(chunk({ content: word }));
              await Bun.sleep(pauseMs);
            }
            write(`${chunk({}, "stop")}data: [DONE]\n\n`);
            controller.close();
          } catch {
            // The server has left.
          }
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  });
  return { url: `http://127.0.0.1:${server.port}/v1`, calls, stop: () => server.stop(true) };
}
