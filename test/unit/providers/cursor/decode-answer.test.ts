import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { createAnswerDecoder } from "../../../../src/providers/cursor/decode-answer.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";

type Message = [event: string, data: unknown, id?: string];

function decode(messages: readonly Message[], showReasoning = true) {
  const decoder = createAnswerDecoder({ runId: "run-1", model: "composer-2", showReasoning });
  const events: ChatEvent[] = [];
  for (const [event, data, id] of messages) {
    decoder.decodeMessage(
      { event, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) },
      events,
    );
  }
  return { events, decoder };
}

/** The events in short, without the raw ones. */
function outline(events: readonly ChatEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case "part-start":
        return `${event.index} ${event.kind}`;
      case "part-delta":
        return `${event.index} + ${event.delta}`;
      case "part-end":
        return `${event.index} end`;
      case "end":
        return `end ${event.finish_reason} ${event.raw_finish_reason}`;
      case "error":
        return `error ${event.error.code} ${event.error.upstreamCode}`;
      default:
        return event.type;
    }
  });
}

const STATUS: Message = ["status", { runId: "run-1", status: "RUNNING" }];
const FINISHED: Message = [
  "result",
  { runId: "run-1", status: "FINISHED", text: "Hello there", durationMs: 12 },
  "9-0",
];

describe("createAnswerDecoder", () => {
  test("reads thoughts and text, and the result as the end", () => {
    const { events, decoder } = decode([
      ["status", { runId: "run-1", status: "CREATING" }],
      STATUS,
      ["thinking", { text: "The user " }, "1-0"],
      ["thinking", { text: "greets." }, "1-1"],
      ["assistant", { text: "Hello" }, "2-0"],
      ["heartbeat", {}],
      ["interaction_update", { type: "text-delta", text: "Hello" }, "2-0"],
      ["assistant", { text: " there" }, "2-1"],
      FINISHED,
    ]);
    expectEventOrder(events);
    expect(events[0]).toEqual({ type: "start", id: "run-1", model: "composer-2" });
    expect(outline(events)).toEqual([
      "start",
      "opaque",
      "opaque",
      "0 reasoning",
      "0 + The user ",
      "0 + greets.",
      "0 end",
      "1 text",
      "1 + Hello",
      "1 +  there",
      "1 end",
      "end stop FINISHED",
    ]);
    expect(events[3]).toMatchObject({ raw: { event: "thinking", data: '{"text":"The user "}' } });
    expect(events[4]).not.toHaveProperty("raw");
    expect(decoder.isOver()).toBe(true);
  });

  test("takes the text from the result if none came before it", () => {
    const { events } = decode([STATUS, FINISHED]);
    expectEventOrder(events);
    expect(outline(events)).toEqual([
      "start",
      "opaque",
      "0 text",
      "0 + Hello there",
      "0 end",
      "end stop FINISHED",
    ]);
  });

  test("hides thoughts that the caller does not want", () => {
    const { events } = decode(
      [["thinking", { text: "Hm" }, "1-0"], ["assistant", { text: "Hi" }, "2-0"], FINISHED],
      false,
    );
    expectEventOrder(events);
    expect(outline(events)).toEqual([
      "start",
      "opaque",
      "0 text",
      "0 + Hi",
      "0 end",
      "end stop FINISHED",
    ]);
  });

  test("begins a new part after one of the agent's own tools", () => {
    const { events } = decode([
      ["assistant", { text: "Let me look." }, "1-0"],
      ["tool_call", { callId: "call-1", name: "read_file", status: "running" }, "2-0"],
      [
        "tool_call",
        { callId: "call-1", name: "read_file", status: "completed", result: {} },
        "3-0",
      ],
      ["assistant", { text: "Done." }, "4-0"],
      FINISHED,
    ]);
    expectEventOrder(events);
    expect(outline(events)).toEqual([
      "start",
      "0 text",
      "0 + Let me look.",
      "0 end",
      "opaque",
      "opaque",
      "1 text",
      "1 + Done.",
      "1 end",
      "end stop FINISHED",
    ]);
  });

  test("reads runs that ended badly", () => {
    const cases: [data: Record<string, unknown>, wanted: string][] = [
      [{ status: "ERROR" }, "error upstream_error ERROR"],
      [{ status: "EXPIRED" }, "error upstream_timeout EXPIRED"],
      [{ status: "CANCELLED" }, "error upstream_error CANCELLED"],
      [
        { status: "ERROR", error: { code: "usage_limit_exceeded", message: "…" } },
        "error upstream_quota_exhausted usage_limit_exceeded",
      ],
    ];
    for (const [data, wanted] of cases) {
      const { events, decoder } = decode([
        ["assistant", { text: "Hi" }],
        ["result", { runId: "run-1", ...data }],
      ]);
      expectEventOrder(events);
      expect(outline(events).at(-1)).toBe(wanted);
      expect(decoder.isOver()).toBe(true);
    }
  });

  test("reads errors in the stream; the run may go on", () => {
    const cases: [code: string, wanted: ChatError["code"]][] = [
      ["rate_limit_exceeded", "upstream_rate_limited"],
      ["stream_expired", "upstream_gone"],
      ["agent_busy", "upstream_conflict"],
      ["internal_error", "upstream_error"],
      ["something_new", "upstream_error"],
    ];
    for (const [code, wanted] of cases) {
      const { events, decoder } = decode([STATUS, ["error", { code, message: "secret words" }]]);
      expectEventOrder(events);
      expect(outline(events).at(-1)).toBe(`error ${wanted} ${code}`);
      expect(
        JSON.stringify(events.map((event) => (event.type === "error" ? event.error.message : ""))),
      ).not.toContain("secret");
      expect(decoder.isOver()).toBe(false);
    }
  });

  test("takes `done` as the end only after the run is finished", () => {
    const text: Message = ["assistant", { text: "Hi" }];
    expect(outline(decode([STATUS, text, ["done", {}]]).events).at(-1)).toBe(
      "error upstream_incomplete undefined",
    );
    const finished = decode([
      STATUS,
      text,
      ["status", { runId: "run-1", status: "FINISHED" }],
      ["done", {}],
    ]).events;
    expectEventOrder(finished);
    expect(outline(finished).at(-1)).toBe("end stop FINISHED");
  });

  test("refuses anything that is not the format", () => {
    const cases: Message[] = [
      ["assistant", { text: 7 }],
      ["assistant", "Hi"],
      ["result", { runId: "run-1" }],
      ["result", { runId: "run-1", status: "SPLENDID" }],
    ];
    for (const message of cases) expect(() => decode([message])).toThrow(ChatError);
    expect(() => decode([["thinking", { text: null }]])).toThrow(ChatError);
    const { decoder } = decode([]);
    expect(() => decoder.decodeMessage({ event: "status", data: "{" }, [])).toThrow(SyntaxError);
    expect(() => decoder.decodeBody({}, [])).toThrow(ChatError);
  });

  test("passes unknown events through", () => {
    const { events } = decode([["novelty", { a: 1 }], ["thinking", { durationMs: 5 }], FINISHED]);
    expectEventOrder(events);
    expect(events[1]).toEqual({ type: "opaque", raw: { event: "novelty", data: '{"a":1}' } });
    expect(outline(events).slice(1, 4)).toEqual(["opaque", "opaque", "0 text"]);
  });

  test("resumes a broken stream and skips what it has read", () => {
    const { events, decoder } = decode([STATUS]);
    expect(decoder.resumeAfter()).toEqual({ lastEventId: undefined });
    decoder.decodeMessage({ event: "assistant", data: '{"text":"Hel"}', id: "1-0" }, events);
    expect(decoder.resumeAfter()).toEqual({ lastEventId: "1-0" });
    decoder.resume();
    decoder.decodeMessage(
      { event: "status", data: '{"runId":"run-1","status":"RUNNING"}' },
      events,
    );
    decoder.decodeMessage({ event: "assistant", data: '{"text":"Hel"}', id: "1-0" }, events);
    decoder.decodeMessage({ event: "assistant", data: '{"text":"lo"}', id: "1-1" }, events);
    decoder.decodeMessage(
      { event: "result", data: '{"runId":"run-1","status":"FINISHED"}', id: "2-0" },
      events,
    );
    expectEventOrder(events);
    expect(outline(events).filter((line) => line.includes("+"))).toEqual(["0 + Hel", "0 + lo"]);
  });

  test("cannot resume if text came without ids: it would come twice", () => {
    expect(decode([STATUS, ["assistant", { text: "Hel" }]]).decoder.resumeAfter()).toBeUndefined();
  });
});
