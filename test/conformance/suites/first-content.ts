import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { TEXT_FIXTURE } from "../../support/anthropic-fixtures.ts";
import { mintTestToken } from "../../support/chat-client.ts";
import { SPOKEN_DIALECTS } from "../../support/fallback/dialects.ts";
import { streamMessage } from "../../support/stream-anthropic-message.ts";
import { sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, HEARTBEAT_MS, type Subject } from "../conformance.ts";

const pieces = streamMessage(TEXT_FIXTURE.message);
const beforeContent = pieces.slice(
  0,
  pieces.findIndex((piece) => piece.includes("text_delta")),
);
const COMMENT = /^:.*$/gm;

/** What a stream sends before its first content, although its headers are out. */
export function describeFirstContent({ upstream, start }: Conformance): void {
  describe("before the first content", () => {
    let impatient: Subject;
    beforeAll(async () => {
      impatient = await start({ COMMIT_AFTER_MS: String(HEARTBEAT_MS), BREAKER_FAILURES: "0" });
    });
    afterEach(() => upstream.reset());

    test.each(SPOKEN_DIALECTS.map((spoken) => [spoken.path, spoken] as const))(
      "%s sends nothing but comments, so that a fallback can still answer",
      async (path, spoken) => {
        const { promise: failure, resolve: fail } = Promise.withResolvers<void>();
        upstream.enqueue(sseAnswer([...beforeContent, failure], { end: "reset" }));
        const response = await fetch(impatient.server.url + path, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            authorization: `Bearer ${await mintTestToken()}`,
          },
          body: JSON.stringify(
            spoken.body({
              model: "claude/claude-sonnet-5-5",
              fallbacks: ["echo/echo"],
              stream: true,
              prompt: "Hello",
            }),
          ),
        });
        expect(response.status).toBe(200);
        // The target that answers is not known yet.
        expect(response.headers.get("x-served-by")).toBeNull();
        let text = "";
        let hasFailed = false;
        for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          text += piece;
          if (hasFailed || (text.match(COMMENT)?.length ?? 0) < 2) continue;
          expect(text.replace(COMMENT, "").trim()).toBe("");
          hasFailed = true;
          fail();
        }
        expect(hasFailed).toBe(true);
        expect(text.match(spoken.start)).toHaveLength(1);
        expect(text).toMatch(spoken.complete);
        expect(text).not.toMatch(spoken.failed);
        expect(text).toContain("Hello");
      },
    );
  });
}
