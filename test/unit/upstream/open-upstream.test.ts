import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../src/chat/event.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import type { ProviderDeps } from "../../../src/platform.ts";
import {
  type AnswerDecoder,
  openUpstream,
  type UpstreamCall,
} from "../../../src/upstream/open-upstream.ts";
import {
  collectEvents,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../../support/play-response.ts";
import { chatErrorOf } from "../../support/rejection.ts";

/**
 * This test's own format: `data: <text>` is a delta, `data: END` the end, `{"text"}` a whole
 * answer; named events have no meaning.
 */
function createAnswerDecoder(): AnswerDecoder {
  const end: ChatEvent = {
    type: "end",
    finish_reason: "stop",
    raw_finish_reason: null,
    usage: null,
  };
  return {
    decodeMessage({ event, data }, events) {
      if (data === "BROKEN") JSON.parse("{");
      if (event !== "") events.push({ type: "opaque", raw: { event, data } });
      else events.push(data === "END" ? end : { type: "part-delta", index: 0, delta: data });
    },
    decodeEnd() {},
    decodeBody(body, events) {
      events.push({ type: "part-delta", index: 0, delta: String(body.text) }, end);
    },
  };
}

function open(
  response: PlayedResponse,
  overrides: Partial<UpstreamCall> & {
    timeouts?: Record<string, number>;
    fetch?: ProviderDeps["fetch"];
  } = {},
) {
  const { timeouts, fetch, ...call } = overrides;
  const played = playResponses(response);
  const stream = openUpstream(
    {
      url: "https://upstream.example/v1",
      headers: { authorization: "Bearer key" },
      body: "{}",
      stream: true,
      signal: new AbortController().signal,
      format: null,
      createAnswerDecoder,
      readErrorBody: () => ({}),
      ...call,
    },
    createTestDeps(fetch ?? played.fetch, timeouts ? { timeouts } : {}),
  );
  return { stream, played };
}

/** The deltas, and how the answer ended. */
async function outline(stream: ReturnType<typeof open>["stream"]): Promise<string[]> {
  const events = await collectEvents(await stream);
  return events.map((event) =>
    event.type === "part-delta"
      ? event.delta
      : event.type === "error"
        ? event.error.code
        : event.type,
  );
}

describe("openUpstream", () => {
  test("never follows a redirect", async () => {
    const { stream, played } = open({
      status: 307,
      headers: { location: "https://elsewhere.example/" },
    });
    expect((await chatErrorOf(stream)).code).toBe("upstream_invalid_response");
    expect(played.calls[0]?.init.redirect).toBe("manual");
  });

  test("reads a stream up to its end marker, and nothing after it", async () => {
    expect(await outline(open(sseResponse("data: a\n\ndata: END\n\ndata: b\n\n")).stream)).toEqual([
      "a",
      "end",
    ]);
  });

  test("reads a whole answer even if a stream was requested", async () => {
    expect(await outline(open(jsonResponse({ text: "a" })).stream)).toEqual(["a", "end"]);
  });

  test("reports a stream without its end marker as incomplete", async () => {
    expect(await outline(open(sseResponse("data: a\n\n")).stream)).toEqual([
      "a",
      "upstream_incomplete",
    ]);
    expect(await outline(open(sseResponse("data: a\n\ndata: EN")).stream)).toEqual([
      "a",
      "upstream_incomplete",
    ]);
    expect(await outline(open(sseResponse("")).stream)).toEqual(["upstream_incomplete"]);
  });

  test("reports a broken stream", async () => {
    expect(await outline(open(sseResponse("data: a\n\n", "error")).stream)).toEqual([
      "a",
      "upstream_disconnected",
    ]);
  });

  test("reports a stalled stream", async () => {
    const { stream, played } = open(sseResponse("data: a\n\n", "stall"), {
      timeouts: { idleMs: 60 },
    });
    expect(await outline(stream)).toEqual(["a", "upstream_stalled"]);
    expect(played.calls[0]?.aborted()).toBe(true);
  });

  test.each([
    ["tool_progress", "end"],
    ["ping", "upstream_stalled"],
    ["keepalive", "upstream_stalled"],
  ])("a stream of nothing but %s for long: %s", async (name, outcome) => {
    const events = [...Array<string>(12).fill(`event: ${name}\ndata: {}\n\n`), "data: END\n\n"];
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await Bun.sleep(50);
        const event = events.shift();
        if (event === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(event));
      },
    });
    const fetch = async () =>
      new Response(body, { headers: { "content-type": "text/event-stream" } });
    const { stream } = open(sseResponse(""), { fetch, timeouts: { progressMs: 400 } });
    expect((await outline(stream)).at(-1)).toBe(outcome);
  });

  test("gives the events before a broken one", async () => {
    expect(
      await outline(open(sseResponse("data: a\n\ndata: BROKEN\n\ndata: END\n\n")).stream),
    ).toEqual(["a", "upstream_invalid_response"]);
  });

  test("removes the call's credentials from a failure in the stream", async () => {
    const headers = { authorization: "Bearer own/key+of+the+operator" };
    const error = new ChatError("upstream_rejected", {
      message: "No own/key+of+the+operator here.",
    });
    const createFailingDecoder = (): AnswerDecoder => ({
      ...createAnswerDecoder(),
      decodeMessage: (_, events) => events.push({ type: "error", error }),
    });
    const events = await collectEvents(
      await open(sseResponse("data: a\n\n"), { headers, createAnswerDecoder: createFailingDecoder })
        .stream,
    );
    expect(events.map((event) => event.type === "error" && event.error.message)).toEqual([
      "No [removed] here.",
    ]);
  });

  test("ends with `cancelled` and closes the upstream when the caller leaves", async () => {
    const caller = new AbortController();
    const { stream, played } = open(sseResponse("data: a\n\n", "stall"), { signal: caller.signal });
    setTimeout(() => caller.abort(), 30);
    expect(await outline(stream)).toEqual(["a", "cancelled"]);
    expect(played.calls[0]?.aborted()).toBe(true);
  });

  test("closes the upstream when the stream is closed", async () => {
    const { stream, played } = open(sseResponse("data: a\n\n", "stall"));
    const opened = await stream;
    await opened.read();
    opened.close();
    expect(played.calls[0]?.aborted()).toBe(true);
  });

  test.each([
    [401, "upstream_auth"],
    [402, "upstream_billing"],
    [403, "upstream_auth"],
    [404, "model_not_found"],
    [408, "upstream_timeout"],
    [413, "request_too_large"],
    [422, "upstream_rejected"],
    [429, "upstream_rate_limited"],
    [500, "upstream_error"],
    [503, "upstream_overloaded"],
    [529, "upstream_overloaded"],
  ] as const)("maps status %d to %s", async (status, code) => {
    expect((await chatErrorOf(open(jsonResponse({}, status)).stream)).code).toBe(code);
  });

  test("waits two seconds for the body of an error, whose status says enough", async () => {
    const response = { ...jsonResponse({}, 529), body: '{"error":', end: "stall" } as const;
    const { stream, played } = open(response);
    expect((await chatErrorOf(stream)).code).toBe("upstream_overloaded");
    expect(played.calls[0]?.aborted()).toBe(true);
  });

  test("removes the call's credentials and address from a failure in a whole answer", async () => {
    const message = "key-of-the-operator at https://upstream.example/v1";
    const { stream } = open(jsonResponse({}), {
      headers: { authorization: "Bearer key-of-the-operator" },
      createAnswerDecoder: () => ({
        ...createAnswerDecoder(),
        decodeBody(_, events) {
          events.push({ type: "error", error: new ChatError("upstream_rejected", { message }) });
        },
      }),
    });
    const [event] = await collectEvents(await stream);
    expect(event?.type === "error" && event.error.message).toBe("[removed] at [removed]");
  });

  test("passes on retry-after, up to an hour", async () => {
    const wait = async (headers: Record<string, string>) =>
      (await chatErrorOf(open(jsonResponse({}, 429, headers)).stream)).retryAfterSeconds;
    expect(await wait({ "retry-after": "3" })).toBe(3);
    expect(await wait({ "retry-after-ms": "1500" })).toBe(2);
    expect(await wait({ "retry-after": "86400" })).toBe(3600);
    expect(await wait({ "retry-after": "soon" })).toBeUndefined();
    expect(await wait({ "retry-after": "-5" })).toBeUndefined();
    expect(await wait({})).toBeUndefined();
  });

  test("passes on the vendor's text about the request, without keys, and none about the account", async () => {
    const text = "model sk-ant-api03-abcdefgh is unknown";
    const readErrorBody = () => ({ message: text });
    expect((await chatErrorOf(open(jsonResponse({}, 400), { readErrorBody }).stream)).message).toBe(
      "model [removed] is unknown",
    );
    expect(
      (await chatErrorOf(open(jsonResponse({}, 401), { readErrorBody }).stream)).message,
    ).not.toContain("model");
  });

  test("accepts neither a page nor an empty body as an answer", async () => {
    for (const response of [
      { headers: { "content-type": "text/html" }, body: "<html>" },
      { body: "" },
      jsonResponse([]),
    ]) {
      expect((await chatErrorOf(open(response).stream)).code).toBe("upstream_invalid_response");
    }
  });

  test("gives up if no headers arrive", async () => {
    const never = {
      fetch: (_url: string, { signal }: RequestInit) =>
        new Promise<Response>((_, reject) => signal?.addEventListener("abort", reject)),
    };
    expect(
      (await chatErrorOf(open({}, { ...never, timeouts: { headersMs: 20 } }).stream)).code,
    ).toBe("upstream_timeout");
  });

  test("leaves no listener on the caller's signal", async () => {
    const caller = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = caller.signal;
    caller.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(caller.signal, args);
    };
    caller.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(caller.signal, args);
    };
    await outline(open(sseResponse("data: END\n\n"), { signal: caller.signal }).stream);
    await outline(open(jsonResponse({ text: "a" }), { signal: caller.signal }).stream);
    await chatErrorOf(open(jsonResponse({}, 500), { signal: caller.signal }).stream);
    expect(listeners).toBe(0);
  });
});
