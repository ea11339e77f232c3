import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { TEXT_FIXTURE } from "../../support/anthropic-fixtures.ts";
import { measureLeast } from "../../support/measure-least.ts";
import { readSseText, type StreamedText } from "../../support/read-sse-text.ts";
import { splitByteByByte } from "../../support/split-bytes.ts";
import { streamMessage } from "../../support/stream-anthropic-message.ts";
import { readFailure, summarizeStream } from "../../support/summarize-answer.ts";
import { type AnswerEnd, sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, HEARTBEAT_MS, type Subject } from "../conformance.ts";

const pieces = streamMessage(TEXT_FIXTURE.message);
/** Everything up to and including the first piece of text. */
const firstContent = pieces.slice(0, 1 + pieces.findIndex((piece) => piece.includes("text_delta")));
const request = { provider: "claude", messages: [{ role: "user", content: "hi" }], stream: true };

/** A stream as far as it has come. */
function readText(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  /** Without the block that is on its way. */
  const soFar = () =>
    readSseText(
      text
        .split("\n\n")
        .slice(0, -1)
        .map((block) => `${block}\n\n`)
        .join(""),
    );
  async function readMore(): Promise<boolean> {
    const next = await reader?.read();
    text += next?.value ?? "";
    return next?.done === false;
  }
  return {
    /** Reads until it has come so far. */
    async until(condition: (stream: StreamedText) => boolean): Promise<void> {
      while (!condition(soFar())) {
        if (!(await readMore())) throw new Error(`the stream ended before: ${text}`);
      }
    },
    /** Reads to its end, and gives all of it. */
    async whole(): Promise<StreamedText> {
      while (await readMore());
      return readSseText(text);
    },
  };
}

/** Streams that are cut, silent or slow: they never lie about how they ended. */
export function describeStreams({ upstream, main, start }: Conformance): void {
  describe("streams", () => {
    /** Sends the headers as soon as the first content is late. */
    let impatient: Subject;
    beforeAll(async () => {
      impatient = await start({
        COMMIT_AFTER_MS: String(HEARTBEAT_MS),
        UPSTREAM_IDLE_TIMEOUT_MS: "3000",
      });
    });
    afterEach(() => upstream.reset());

    test("an answer that comes byte by byte is the same answer", async () => {
      upstream.enqueue(sseAnswer(splitByteByByte(new TextEncoder().encode(pieces.join("")))));
      expect(summarizeStream((await main.client.chat(request)).stream())).toEqual(
        TEXT_FIXTURE.expected,
      );
    });

    const ends: [end: AnswerEnd, code: RegExp][] = [
      ["complete", /^upstream_incomplete$/],
      ["cut", /^upstream_(disconnected|incomplete)$/],
      ["reset", /^upstream_disconnected$/],
    ];
    for (const [end, code] of ends) {
      test(`an upstream that ends (${end}) after any of its events but the last never looks like success`, async () => {
        for (let count = 1; count < pieces.length; count++) {
          upstream.enqueue(sseAnswer([...pieces.slice(0, count), 5], { end }));
          const answer = await main.client.chat(request);
          // Before the first content there is still a true status; after it, a terminal event.
          const error = answer.status === 200 ? readFailure(answer.stream()).error : answer.error();
          expect(error.code).toMatch(code);
          expect(error.retryable).toBe(true);
        }
      }, 120_000);
    }

    test("an error in mid-stream is the terminal event, and nothing after it is passed on", async () => {
      const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
      upstream.enqueue(
        sseAnswer([...firstContent, `event: error\ndata: ${JSON.stringify(error)}\n\n`, ...pieces]),
      );
      const answer = await main.client.chat(request);
      expect(answer.status).toBe(200);
      const failure = readFailure(answer.stream());
      expect(failure).toMatchObject({
        type: "error",
        usage_complete: false,
        error: { code: "upstream_overloaded", retryable: true },
      });
    });

    test("a silent stream is kept alive by comments", async () => {
      const { promise: release, resolve } = Promise.withResolvers<void>();
      upstream.enqueue(sseAnswer([...firstContent, release, ...pieces.slice(firstContent.length)]));
      const began = performance.now();
      const text = readText(await main.client.open(request));
      await text.until(({ comments }) => comments >= 3);
      // There are no more of them than there must be.
      expect(performance.now() - began).toBeGreaterThan(2 * HEARTBEAT_MS);
      resolve();
      expect(summarizeStream(await text.whole())).toEqual(TEXT_FIXTURE.expected);
    });

    test("a busy stream has no comments", async () => {
      const comments = await measureLeast(1, async () => {
        upstream.enqueue(sseAnswer(pieces, { pauseMs: 30 }));
        const stream = (await main.client.chat(request)).stream();
        expect(summarizeStream(stream)).toEqual(TEXT_FIXTURE.expected);
        return stream.comments;
      });
      expect(comments).toBe(0);
    });

    test("each piece goes out when it comes", async () => {
      const { promise: release, resolve } = Promise.withResolvers<void>();
      upstream.enqueue(sseAnswer([...firstContent, release, ...pieces.slice(firstContent.length)]));
      const text = readText(await main.client.open(request));
      await text.until(({ events }) => events.some(({ event }) => event === "part-delta"));
      resolve();
      expect(summarizeStream(await text.whole())).toEqual(TEXT_FIXTURE.expected);
    });

    test("a slow first byte: the status is 200 in time, then comments, then the answer", async () => {
      const { promise: release, resolve } = Promise.withResolvers<void>();
      upstream.enqueue(sseAnswer(pieces, { after: release }));
      const response = await impatient.client.open(request);
      expect(response.status).toBe(200);
      const text = readText(response);
      await text.until(({ comments }) => comments >= 2);
      resolve();
      expect(summarizeStream(await text.whole())).toEqual(TEXT_FIXTURE.expected);
    });

    test("a failure after the headers went out is a terminal event", async () => {
      const { promise: release, resolve } = Promise.withResolvers<void>();
      upstream.enqueue({ ...sseAnswer([], { after: release }), status: 529 });
      const response = await impatient.client.open(request);
      expect(response.status).toBe(200);
      resolve();
      expect(readFailure(await readText(response).whole())).toMatchObject({
        type: "error",
        error: { code: "upstream_overloaded" },
      });
    });

    test("an upstream that falls silent for good is given up", async () => {
      upstream.enqueue(sseAnswer(firstContent, { end: "stall" }));
      const answer = await impatient.client.chat(request);
      expect(readFailure(answer.stream())).toMatchObject({
        type: "error",
        error: { code: "upstream_stalled", retryable: true },
      });
      await upstream.requests[0]?.closed(30_000);
    }, 120_000);
  });
}
