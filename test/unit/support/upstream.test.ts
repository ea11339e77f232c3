import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { jsonAnswer, rawAnswer, silentAnswer, sseAnswer } from "../../support/upstream-answer.ts";

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.reset());
afterAll(() => upstream.stop());

describe("the scripted upstream", () => {
  test("records requests and plays answers in their order on one connection", async () => {
    upstream.enqueue(
      jsonAnswer({ first: true }),
      jsonAnswer({ error: 1 }, { status: 529, headers: { "retry-after": "7" } }),
    );
    const first = await fetch(`${upstream.url}/v1/messages?beta=true`, {
      method: "POST",
      headers: { "x-api-key": "k" },
      body: '{"a":"é"}',
    });
    expect(await first.json()).toEqual({ first: true });
    const second = await fetch(`${upstream.url}/again`);
    expect(second.status).toBe(529);
    expect(second.headers.get("retry-after")).toBe("7");
    expect(await second.json()).toEqual({ error: 1 });
    expect(upstream.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /v1/messages?beta=true",
      "GET /again",
    ]);
    expect(upstream.requests[0]?.headers.get("x-api-key")).toBe("k");
    expect(upstream.requests[0]?.json()).toEqual({ a: "é" });
    expect(upstream.requests[0]?.answered).toBe(true);
  });

  test("reads chunked and large bodies", async () => {
    upstream.respond = (request) => jsonAnswer({ size: request.body.byteLength });
    const large = new Uint8Array(3 * 1024 * 1024).fill(97);
    const response = await fetch(upstream.url, {
      method: "POST",
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(large.subarray(0, 1000));
          controller.enqueue(large.subarray(1000));
          controller.close();
        },
      }),
    });
    expect(await response.json()).toEqual({ size: large.byteLength });
  });

  test("streams with waits", async () => {
    upstream.enqueue(sseAnswer(["data: 1\n\n", "data: 2\n\n"], { delayMs: 30, pauseMs: 50 }));
    const started = performance.now();
    const response = await fetch(upstream.url);
    const text = await response.text();
    expect(text).toBe("data: 1\n\ndata: 2\n\n");
    expect(performance.now() - started).toBeGreaterThan(70);
  });

  for (const end of ["cut", "reset"] as const) {
    test(`a stream with the end "${end}" fails in its reader`, async () => {
      upstream.enqueue(sseAnswer(["data: 1\n\n", 20], { end }));
      const response = await fetch(upstream.url);
      await expect(response.text()).rejects.toThrow();
    });
  }

  test("a raw answer goes out as it is", async () => {
    upstream.enqueue(rawAnswer("this is not HTTP\r\n\r\n"));
    await expect(fetch(upstream.url)).rejects.toThrow();
  });

  for (const [name, answer] of [
    ["that never answered", silentAnswer()],
    ["in mid-stream", sseAnswer(["data: 1\n\n"], { end: "stall" })],
  ] as const) {
    test(`sees when the caller leaves a call ${name}`, async () => {
      upstream.enqueue(answer);
      const controller = new AbortController();
      const call = fetch(upstream.url, { signal: controller.signal }).then((response) =>
        response.text(),
      );
      call.catch(() => {});
      const request = await upstream.waitForRequests(1);
      await Bun.sleep(50);
      expect(request.closedAt).toBeUndefined();
      const left = performance.now();
      controller.abort();
      expect(await request.closed(30_000)).toBeGreaterThanOrEqual(left);
      await expect(call).rejects.toThrow();
    });
  }

  test("says that it did not happen", async () => {
    await expect(upstream.waitForRequests(1, 20)).rejects.toThrow(
      "request 1 at the upstream did not happen within 20 ms",
    );
  });
});
