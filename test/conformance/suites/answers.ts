import { afterEach, describe, expect, test } from "bun:test";
import * as z from "zod";
import { ANTHROPIC_FIXTURES, TEXT_FIXTURE } from "../../support/anthropic-fixtures.ts";
import { messageExchanges, recordedMessages } from "../../support/anthropic-recordings.ts";
import type { HttpAnswer } from "../../support/chat-client.ts";
import {
  messageSchema,
  readStreamedMessage,
  summarizeMessage,
} from "../../support/read-anthropic-message.ts";
import { type Exchange, exchangeBytes } from "../../support/recordings.ts";
import { splitRandomly } from "../../support/split-bytes.ts";
import { streamMessage } from "../../support/stream-anthropic-message.ts";
import {
  type AnswerSummary,
  summarizeResponse,
  summarizeStream,
} from "../../support/summarize-answer.ts";
import { type Answer, jsonAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, PROMPT_CANARY } from "../conformance.ts";

/** The calls of the Messages API (not of its token counter) that were answered to the end. */
export function loadMessageExchanges(): Exchange[] {
  const whole = new Set(recordedMessages.map(({ name }) => name));
  return messageExchanges.filter(({ name, request }) => {
    return whole.has(name) && new URL(request.url).hostname === "api.anthropic.com";
  });
}

const modelSchema = z.object({ model: z.string() });

/** What the upstream sends when it plays this exchange. */
export function playExchange(exchange: Exchange): Answer {
  const bytes = exchangeBytes(exchange);
  return exchange.response.sse
    ? sseAnswer(splitRandomly(bytes, bytes.byteLength, 400))
    : jsonAnswer(exchange.response.body);
}

function readExchange({ response }: Exchange): AnswerSummary {
  return summarizeMessage(
    typeof response.body === "string"
      ? readStreamedMessage(response.body)
      : messageSchema.parse(response.body),
  );
}

/** Claude's answers, played by the upstream, as callers get them. */
export function describeAnswers({ upstream, main: { client } }: Conformance): void {
  async function ask(answer: Answer, body: Record<string, unknown>): Promise<HttpAnswer> {
    upstream.enqueue(answer);
    return client.chat({
      provider: "claude",
      messages: [{ role: "user", content: PROMPT_CANARY }],
      ...body,
    });
  }
  async function expectBothWays(
    answer: Answer,
    model: string,
    expected: AnswerSummary,
  ): Promise<void> {
    const whole = await ask(answer, { model });
    if (whole.status !== 200) throw new Error(`status ${whole.status}: ${whole.text}`);
    expect(summarizeResponse(whole.json())).toEqual(expected);
    const streamed = await ask(answer, { model, stream: true });
    if (streamed.status !== 200) throw new Error(`status ${streamed.status}: ${streamed.text}`);
    expect(summarizeStream(streamed.stream())).toEqual(expected);
  }

  describe("answers of Claude", () => {
    afterEach(() => upstream.reset());

    test.each([...ANTHROPIC_FIXTURES])(
      "$name, sent whole and as a stream",
      async ({ message, expected }) => {
        await expectBothWays(jsonAnswer(message), message.model, expected);
        await expectBothWays(sseAnswer(streamMessage(message)), message.model, expected);
      },
    );

    test("if another model took over, the answer and the end of a stream name that one", async () => {
      const message = {
        ...TEXT_FIXTURE.message,
        model: "claude-opus-5",
        content: [
          { type: "fallback", from: { model: "claude-fable-5-2" }, to: { model: "claude-opus-5" } },
          ...TEXT_FIXTURE.message.content,
        ],
      };
      const stream = streamMessage({ ...message, model: "claude-fable-5-2" });
      const whole = await ask(sseAnswer(stream), { model: "claude-fable-5-2" });
      expect(whole.json()).toMatchObject({ model: "claude-opus-5" });
      const { events } = (
        await ask(sseAnswer(stream), { model: "claude-fable-5-2", stream: true })
      ).stream();
      expect(events[0]?.data).toMatchObject({ type: "start", model: "claude-fable-5-2" });
      expect(events.at(-1)?.data).toMatchObject({ type: "done", model: "claude-opus-5" });
    });

    test("a count of tokens comes back as it was, with what is new to this server", async () => {
      const counted = { input_tokens: 14, context_management: { original_input_tokens: 3000 } };
      upstream.enqueue(jsonAnswer(counted));
      const answer = await client.send("/v1/messages/count_tokens", {
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: "claude-sonnet-5",
          messages: [{ role: "user", content: PROMPT_CANARY }],
        }),
      });
      expect(answer.json()).toEqual(counted);
    });

    test("the upstream gets the key, the prompt and nothing of the caller's", async () => {
      upstream.enqueue(jsonAnswer(TEXT_FIXTURE.message));
      const secret = "caller-secret-header";
      const answer = await client.chat(
        { provider: "claude", messages: [{ role: "user", content: "hi" }] },
        {
          headers: {
            "x-api-key": secret,
            cookie: secret,
            "x-forwarded-for": secret,
            "anthropic-beta": secret,
            "x-custom": secret,
          },
        },
      );
      expect(answer.status).toBe(200);
      const request = upstream.requests[0];
      expect(request?.method).toBe("POST");
      expect(request?.url).toMatch(/^\/v1\/messages/);
      const headers = JSON.stringify([...(request?.headers ?? [])]);
      expect(headers).toContain("sk-ant-api03-canary");
      expect(headers).not.toContain(secret);
      expect(headers).not.toContain("eyJ");
    });

    describe("whole exchanges", () => {
      test.each(loadMessageExchanges().map((exchange) => [exchange.path, exchange] as const))(
        "%s",
        async (_path, exchange) => {
          await expectBothWays(
            playExchange(exchange),
            modelSchema.parse(exchange.request.body).model,
            readExchange(exchange),
          );
        },
      );
    });
  });
}
