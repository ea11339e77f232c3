import { describe, expect, test } from "bun:test";
import { type JsonCall, requestJson } from "../../../src/upstream/request-json.ts";
import {
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
} from "../../support/play-response.ts";
import { chatErrorOf } from "../../support/rejection.ts";

function request(response: PlayedResponse, overrides: Partial<JsonCall> = {}) {
  const played = playResponses(response);
  const answer = requestJson(
    {
      method: "POST",
      url: "https://upstream.example/v1/things",
      headers: { authorization: "Bearer key" },
      signal: new AbortController().signal,
      timeoutMs: 2000,
      readErrorBody: () => ({ upstreamCode: "read" }),
      ...overrides,
    },
    createTestDeps(played.fetch),
  );
  return { answer, played };
}

describe("requestJson", () => {
  test("returns the body of every success", async () => {
    for (const status of [200, 201, 202])
      expect(await request(jsonResponse({ a: 1 }, status)).answer).toEqual({ a: 1 });
  });

  test("sends the given request, and follows no redirect", async () => {
    const { answer, played } = request(jsonResponse({}), { body: '{"b":2}' });
    await answer;
    expect(played.calls[0]?.init).toMatchObject({ method: "POST", redirect: "manual" });
    expect(played.calls[0]?.body).toBe('{"b":2}');
    expect(
      await chatErrorOf(
        request({ status: 302, headers: { location: "https://evil.example" } }).answer,
      ),
    ).toMatchObject({
      code: "upstream_invalid_response",
    });
  });

  test("maps refusals, with their retry-after", async () => {
    expect(
      await chatErrorOf(request(jsonResponse({}, 429, { "retry-after": "7" })).answer),
    ).toMatchObject({
      code: "upstream_rate_limited",
      retryAfterSeconds: 7,
      upstreamStatus: 429,
      upstreamCode: "read",
    });
  });

  test("refuses anything but a JSON object", async () => {
    for (const body of ["", "<html>", "[]", "7"]) {
      const response = { headers: { "content-type": "application/json" }, body };
      expect(await chatErrorOf(request(response).answer)).toMatchObject({
        code: "upstream_invalid_response",
      });
    }
  });

  test("gives up after the time limit, even during the body", async () => {
    const stalled: PlayedResponse = { body: "{", end: "stall" };
    const { answer, played } = request(stalled, { timeoutMs: 50 });
    expect(await chatErrorOf(answer)).toMatchObject({ code: "upstream_timeout" });
    expect(played.calls[0]?.aborted()).toBe(true);
  });

  test("stops when the caller leaves, and does not begin if the caller has left", async () => {
    const controller = new AbortController();
    const { answer } = request({ body: "{", end: "stall" }, { signal: controller.signal });
    await Bun.sleep(10);
    controller.abort();
    expect(await chatErrorOf(answer)).toMatchObject({ code: "cancelled" });
    expect(
      await chatErrorOf(request(jsonResponse({}), { signal: AbortSignal.abort() }).answer),
    ).toMatchObject({ code: "cancelled" });
  });

  test("distinguishes a broken connection from a broken answer", async () => {
    expect(await chatErrorOf(request({ body: "{", end: "error" }).answer)).toMatchObject({
      code: "upstream_disconnected",
    });
  });
});
