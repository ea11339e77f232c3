import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { summarizeResponse, summarizeStream } from "../../support/summarize-answer.ts";
import { jsonAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, PROMPT_CANARY, type Subject } from "../conformance.ts";

const HEAD = { id: "chatcmpl-1", created: 1, model: "gpt-5.4" };
const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

function chunk(choices: unknown[], more: object = {}): string {
  return `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices, ...more })}\n\n`;
}

const HELLO = chunk([
  { index: 0, delta: { role: "assistant", content: "Hello there" }, finish_reason: null },
]);
const END = chunk([{ index: 0, delta: {}, finish_reason: "stop" }]) + chunk([], { usage: USAGE });
const WHOLE = {
  ...HEAD,
  object: "chat.completion",
  choices: [
    { index: 0, message: { role: "assistant", content: "Hello there" }, finish_reason: "stop" },
  ],
  usage: USAGE,
};

/** Copilot by its bridge, which the upstream plays. */
export function describeCopilot({ upstream, main, start }: Conformance): void {
  const body = {
    provider: "copilot",
    model: "gpt-5.4",
    messages: [{ role: "user", content: PROMPT_CANARY }],
  };

  describe("Copilot", () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await start({
        COPILOT_BRIDGE_URL: upstream.url,
        COPILOT_BRIDGE_TOKEN: "bridge-canary-0123456789",
      });
    });
    afterEach(() => upstream.reset());

    test("without a bridge: 501, and what to do", async () => {
      const answer = await main.client.chat(body);
      expect(answer.status).toBe(501);
      expect(answer.error()).toMatchObject({ code: "provider_unsupported", retryable: false });
      expect(answer.error().message).toContain("COPILOT_BRIDGE_URL");
    });

    test.each([true, false])("answers by the bridge (stream: %p)", async (stream) => {
      upstream.enqueue(stream ? sseAnswer([HELLO, END, "data: [DONE]\n\n"]) : jsonAnswer(WHOLE));
      const answer = await subject.client.chat({ ...body, stream });
      const summary = stream ? summarizeStream(answer.stream()) : summarizeResponse(answer.json());
      expect(summary).toMatchObject({
        text: "Hello there",
        finish_reason: "stop",
        usage: { total_tokens: 12 },
      });
      const [request] = upstream.requests;
      expect(request?.url).toBe("/v1/chat/completions");
      expect(request?.headers.get("authorization")).toBe("Bearer bridge-canary-0123456789");
      for (const name of request?.headers.keys() ?? [])
        expect(name).not.toMatch(/^(editor|copilot|x-github)/);
      expect(subject.client.transcript() + subject.server.logs()).not.toContain("bridge-canary");
    });

    test("a caller who leaves: the bridge's connection is closed", async () => {
      upstream.enqueue(sseAnswer([HELLO], { end: "stall" }));
      const controller = new AbortController();
      const response = await subject.client.open(
        { ...body, stream: true },
        { signal: controller.signal },
      );
      await response.body?.getReader().read();
      const request = await upstream.waitForRequests(1);
      controller.abort();
      await request.closed(30_000);
    });
  });
}
