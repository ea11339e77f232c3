import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { TEXT_FIXTURE } from "../../support/anthropic-fixtures.ts";
import { mintTestToken } from "../../support/chat-client.ts";
import { measureLeast } from "../../support/measure-least.ts";
import { openRawConnection } from "../../support/raw-http.ts";
import { findLogLines, waitForLog } from "../../support/runtimes/runtime.ts";
import { streamMessage } from "../../support/stream-anthropic-message.ts";
import { until } from "../../support/until.ts";
import { type Answer, jsonAnswer, silentAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, HEARTBEAT_MS, type Subject } from "../conformance.ts";

const pieces = streamMessage(TEXT_FIXTURE.message);
const firstContent = pieces.slice(0, 1 + pieces.findIndex((piece) => piece.includes("text_delta")));
const request = { provider: "claude", messages: [{ role: "user", content: "hi" }] };

/**
 * Longest time that something is waited for, on a busy machine; how long it may take is measured.
 */
const PATIENCE_MS = 30_000;

/** A caller who leaves: the call upstream ends. */
export function describeDepartures({ runtime, upstream, main, start }: Conformance): void {
  // workerd tells of a departure only when a write fails, so there it takes a heartbeat longer.
  const withinMs = runtime === "workers" ? HEARTBEAT_MS + 1000 : 1000;

  describe("a caller who leaves", () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await start({ COMMIT_AFTER_MS: String(HEARTBEAT_MS) });
    });
    afterEach(() => upstream.reset());

    async function leave(
      answer: Answer,
      body: Record<string, unknown>,
      when: "at once" | "after content" | "when silent",
      { client }: Subject = subject,
    ): Promise<number> {
      upstream.reset();
      upstream.enqueue(answer);
      const controller = new AbortController();
      const call = client
        .open({ ...request, ...body }, { signal: controller.signal })
        .then(async (response) => {
          const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
          let text = "";
          while (when !== "at once" && !text.includes("part-delta"))
            text += (await reader?.read())?.value ?? "";
          return reader;
        });
      const sent = await upstream.waitForRequests(1);
      if (when === "at once") {
        call.catch(() => {});
        await Bun.sleep(50);
      } else await call;
      if (when === "when silent") await Bun.sleep(HEARTBEAT_MS / 2);
      expect(sent.closedAt).toBeUndefined();
      const leftAt = performance.now();
      controller.abort();
      const tookMs = (await sent.closed(PATIENCE_MS)) - leftAt;
      // A server that died would have closed its connections too.
      expect((await client.send("/health")).status).toBe(200);
      return tookMs;
    }

    test(`before the first byte of a stream: the upstream is closed within ${withinMs} ms`, async () => {
      expect(
        await measureLeast(withinMs, () => leave(silentAnswer(), { stream: true }, "at once")),
      ).toBeLessThan(withinMs);
    });

    test(`before the first byte, while the status is still open: the upstream is closed within ${withinMs} ms`, async () => {
      expect(
        await measureLeast(withinMs, () =>
          leave(silentAnswer(), { stream: true }, "at once", main),
        ),
      ).toBeLessThan(withinMs);
    });

    test(`in mid-stream: the upstream is closed within ${withinMs} ms`, async () => {
      const endless = Array.from({ length: 100 }, () => [
        100,
        pieces[firstContent.length] ?? "",
      ]).flat();
      expect(
        await measureLeast(withinMs, () =>
          leave(sseAnswer([...firstContent, ...endless]), { stream: true }, "after content"),
        ),
      ).toBeLessThan(withinMs);
    });

    test(`while the upstream is silent: it is closed within ${withinMs} ms`, async () => {
      expect(
        await measureLeast(withinMs, () =>
          leave(sseAnswer(firstContent, { end: "stall" }), { stream: true }, "when silent"),
        ),
      ).toBeLessThan(withinMs);
    });

    test(`from a whole answer: the upstream is closed within ${withinMs} ms`, async () => {
      expect(
        await measureLeast(withinMs, () => leave(silentAnswer(), { stream: false }, "at once")),
      ).toBeLessThan(withinMs);
    });

    describe("and whose body came after its head", () => {
      /** Sends the head, a little later the body, and leaves while the upstream is silent. */
      async function leaveLate(
        stream: boolean,
      ): Promise<{ closed(timeoutMs: number): Promise<number>; leftAt: number }> {
        upstream.reset();
        upstream.enqueue(silentAnswer());
        const connection = openRawConnection(subject.server.url);
        const body = JSON.stringify({ ...request, stream });
        await connection.write(
          [
            "POST /chat HTTP/1.1",
            `host: ${new URL(subject.server.url).host}`,
            `authorization: Bearer ${await mintTestToken()}`,
            "content-type: application/json",
            `content-length: ${body.length}`,
            "",
            "",
          ].join("\r\n"),
        );
        await Bun.sleep(30);
        await connection.write(body);
        const sent = await upstream.waitForRequests(1);
        await Bun.sleep(50);
        expect(sent.closedAt).toBeUndefined();
        connection.close();
        return { closed: sent.closed, leftAt: performance.now() };
      }

      test(`before the first byte of a stream: the upstream is closed within ${withinMs} ms`, async () => {
        const measure = async () => {
          const { closed, leftAt } = await leaveLate(true);
          return (await closed(PATIENCE_MS)) - leftAt;
        };
        expect(await measureLeast(withinMs, measure)).toBeLessThan(withinMs);
      });

      if (runtime === "workers") {
        test("from a whole answer: workerd tells nobody, and the call goes on", async () => {
          const { closed } = await leaveLate(false);
          await expect(closed(withinMs)).rejects.toThrow("did not happen");
        });
      } else {
        test(`from a whole answer: the upstream is closed within ${withinMs} ms`, async () => {
          const measure = async () => {
            const { closed, leftAt } = await leaveLate(false);
            return (await closed(PATIENCE_MS)) - leftAt;
          };
          expect(await measureLeast(withinMs, measure)).toBeLessThan(withinMs);
        });
      }
    });

    // Bun and Deno cannot tell one who will still read from one who has left.
    test(`or closes only its own side of the connection: ${
      runtime === "workers" ? "it gets the answer" : "the upstream is closed"
    }`, async () => {
      upstream.reset();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      upstream.enqueue(jsonAnswer(TEXT_FIXTURE.message, { after: released }));
      const { hostname, port } = new URL(subject.server.url);
      const body = JSON.stringify({ ...request, stream: false });
      const head = [
        "POST /chat HTTP/1.1",
        `host: ${hostname}`,
        `authorization: Bearer ${await mintTestToken()}`,
        "content-type: application/json",
        `content-length: ${body.length}`,
      ];
      const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      let received = "";
      socket.on("data", (bytes: Buffer) => {
        received += bytes.toString();
      });
      socket.on("error", () => {});
      socket.write([...head, "", body].join("\r\n"));
      const sent = await upstream.waitForRequests(1);
      socket.end();
      if (runtime === "workers") {
        await Bun.sleep(50);
        release();
        await until("the answer is there", () => received.startsWith("HTTP/1.1 200"));
      } else {
        await sent.closed(PATIENCE_MS);
        release();
        expect(received).toBe("");
      }
      socket.destroy();
    });

    test("is in the log as what it is, and leaves the server well", async () => {
      await leave(sseAnswer(firstContent, { end: "stall" }), { stream: true }, "when silent");
      expect(await waitForLog(subject.server, '"code":"cancelled"')).toContain(
        '"code":"cancelled"',
      );
      expect((await subject.client.send("/health")).status).toBe(200);
    });

    test.each([true, false])(
      "by a reset before the answer begins, stream %p: every call is in the log",
      async (stream) => {
        const callers = 10;
        const sub = `reset-${stream}`;
        const departed = () => findLogLines(subject.server, sub, '"code":"cancelled"');
        upstream.reset();
        upstream.enqueue(...Array.from({ length: callers }, () => silentAnswer()));
        const body = JSON.stringify({ ...request, stream });
        const { hostname, port } = new URL(subject.server.url);
        const head = [
          "POST /chat HTTP/1.1",
          `host: ${hostname}`,
          `authorization: Bearer ${await mintTestToken({ sub })}`,
          "content-type: application/json",
          `content-length: ${body.length}`,
        ];
        const sockets = Array.from({ length: callers }, () => {
          const socket = connect({ host: hostname, port: Number(port) });
          socket.write([...head, "", body].join("\r\n"));
          return socket;
        });
        await upstream.waitForRequests(callers);
        for (const socket of sockets) socket.resetAndDestroy();
        await until("all calls are in the log", () => departed().length === callers);
      },
    );

    test("or stops reading: the stream and its upstream are given up", async () => {
      const { server } = await start({ CLIENT_STALL_MS: "500" });
      const piece = (pieces[firstContent.length] ?? "").replace(
        /"text":"[^"]*"/,
        `"text":"${"x".repeat(60_000)}"`,
      );
      upstream.enqueue(
        sseAnswer([...firstContent, ...Array.from({ length: 500 }, () => piece)], { end: "stall" }),
      );
      const body = JSON.stringify({ ...request, stream: true });
      const { hostname, port } = new URL(server.url);
      const socket = connect({ host: hostname, port: Number(port) });
      socket.pause();
      socket.write(
        [
          "POST /chat HTTP/1.1",
          `host: ${hostname}`,
          `authorization: Bearer ${await mintTestToken()}`,
          "content-type: application/json",
          `content-length: ${body.length}`,
          "",
          body,
        ].join("\r\n"),
      );
      const sent = await upstream.waitForRequests(1);
      await sent.closed(PATIENCE_MS);
      expect(await waitForLog(server, '"code":"client_stalled"')).toContain(
        '"code":"client_stalled"',
      );
      let received = "";
      socket.on("data", (bytes) => {
        received += bytes;
      });
      socket.resume();
      await until("the stream tells that it was cut", () =>
        received.includes('"code":"client_stalled"'),
      );
      socket.destroy();
    }, 120_000);

    test("ten at once: all of their upstreams are closed", async () => {
      const controllers = Array.from({ length: 10 }, () => new AbortController());
      upstream.respond = () => sseAnswer(firstContent, { end: "stall" });
      await Promise.all(
        controllers.map(async ({ signal }) => {
          const response = await subject.client.open({ ...request, stream: true }, { signal });
          await response.body?.getReader().read();
        }),
      );
      const sent = [...upstream.requests];
      expect(sent.length).toBe(10);
      for (const controller of controllers) controller.abort();
      await Promise.all(sent.map((call) => call.closed(PATIENCE_MS)));
    }, 120_000);
  });
}
