import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import type { Part } from "../../../../src/chat/part.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { createPartAssembler } from "../../../../src/formats/openai-chat/part-assembler.ts";
import { createToolCallAssembler } from "../../../../src/formats/openai-chat/tool-call-assembler.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import { foldAll } from "../../../support/fold-all.ts";

/** The parts from these deltas, each in a chunk of its own. */
function assemble(...deltas: readonly JsonObject[]): Part[] {
  let ids = 0;
  const writer = createPartAssembler();
  const assembler = createToolCallAssembler(writer, () => {
    ids += 1;
    return `id${ids}`;
  });
  const events: ChatEvent[] = [{ type: "start", id: "c", model: "m" }];
  for (const delta of deltas) assembler.add([delta], events, false);
  assembler.check();
  writer.close(events);
  events.push({ type: "end", finish_reason: "tool_calls", raw_finish_reason: null, usage: null });
  expectEventOrder(events);
  return foldAll("openai_chat", events).content;
}

function call(id: string, name: string, args: JsonObject) {
  return { type: "tool_call" as const, id, name, arguments: args };
}

const fn = (name: string | null | undefined, args?: unknown) => ({
  function: {
    ...(name === undefined ? {} : { name }),
    ...(args === undefined ? {} : { arguments: args }),
  },
});

describe("tool calls are assembled", () => {
  test("from pieces, two calls one after the other (OpenAI)", () => {
    const parts = assemble(
      { index: 0, id: "a", type: "function", ...fn("f", "") },
      { index: 0, ...fn(undefined, '{"x"') },
      { index: 0, ...fn(undefined, ":1}") },
      { index: 1, id: "b", type: "function", ...fn("g", "") },
      { index: 1, ...fn(undefined, "{}") },
    );
    expect(parts).toEqual([call("a", "f", { x: 1 }), call("b", "g", {})]);
  });

  test("from interleaved pieces", () => {
    const parts = assemble(
      { index: 0, id: "a", ...fn("f", '{"x"') },
      { index: 1, id: "b", ...fn("g", '{"y"') },
      { index: 0, ...fn(undefined, ":1}") },
      { index: 1, ...fn(undefined, ":2}") },
    );
    expect(parts).toEqual([call("a", "f", { x: 1 }), call("b", "g", { y: 2 })]);
  });

  test("whole, in one delta each (Groq, xAI)", () => {
    expect(
      assemble(
        { index: 0, id: "a", ...fn("f", '{"x":1}') },
        { index: 1, id: "b", ...fn("f", '{"x":2}') },
      ),
    ).toEqual([call("a", "f", { x: 1 }), call("b", "f", { x: 2 })]);
  });

  test("without index and type (Mistral)", () => {
    expect(
      assemble({ id: "a", ...fn("f", '{"x":1}') }, { id: "b", ...fn("g", '{"y":2}') }),
    ).toEqual([call("a", "f", { x: 1 }), call("b", "g", { y: 2 })]);
  });

  test("without index, in pieces joined only by their id", () => {
    expect(
      assemble({ id: "a", ...fn("f", '{"x"') }, { id: "a", ...fn("", ":1}") }, { ...fn(null, "") }),
    ).toEqual([call("a", "f", { x: 1 })]);
  });

  test("sent twice, the second time with an empty name (Mistral)", () => {
    expect(assemble({ id: "a", ...fn("f", '{"x":1}') }, { id: "a", ...fn("", '{"x":1}') })).toEqual(
      [call("a", "f", { x: 1 })],
    );
    expect(
      assemble({ index: 0, id: "a", ...fn("f", "{}") }, { index: 0, id: "a", ...fn("f", "{}") }),
    ).toEqual([call("a", "f", {})]);
  });

  test('without an id, or with the text "null"', () => {
    expect(
      assemble({ index: 0, ...fn("f", "{}") }, { index: 1, id: "null", ...fn("g", "{}") }),
    ).toEqual([call("call_id1", "f", {}), call("call_id2", "g", {})]);
  });

  test("with one index for all of them (Google)", () => {
    expect(
      assemble(
        { index: 0, id: "a", ...fn("f", '{"x":1}') },
        { index: 0, id: "b", ...fn("f", '{"x":2}') },
      ),
    ).toHaveLength(2);
    expect(
      assemble({ index: 0, ...fn("f", '{"x":1}') }, { index: 0, ...fn("f", '{"x":2}') }),
    ).toEqual([call("call_id1", "f", { x: 1 }), call("call_id2", "f", { x: 2 })]);
    expect(
      assemble({ index: 0, ...fn("f", '{"x":1}') }, { index: 0, ...fn("g", "") }),
    ).toHaveLength(2);
  });

  test("that start under one index and continue under another", () => {
    const parts = assemble(
      { index: 0, id: "a", ...fn("f", '{"x":1}') },
      { index: 0, id: "b", ...fn("f", '{"x"') },
      { index: 1, ...fn(undefined, ":2") },
      { index: 1, id: "b", ...fn(undefined, "}") },
    );
    expect(parts).toEqual([call("a", "f", { x: 1 }), call("b", "f", { x: 2 })]);
  });

  test("with one id for two of them, of which the second gets another", () => {
    expect(
      assemble({ index: 0, id: "a", ...fn("f", "{}") }, { index: 1, id: "a", ...fn("g", "{}") }),
    ).toEqual([call("a", "f", {}), call("a_2", "g", {})]);
  });

  test("whose name comes after the first arguments", () => {
    expect(
      assemble({ index: 0, id: "a", ...fn(undefined, '{"x"') }, { index: 0, ...fn("f", ":1}") }),
    ).toEqual([call("a", "f", { x: 1 })]);
  });

  test("of which the second gets its name late", () => {
    const parts = assemble(
      { index: 0, id: "a", ...fn("f", '{"x":1}') },
      { index: 1, id: "b", ...fn(undefined, '{"y"') },
      { index: 1, ...fn("g", ":2}") },
    );
    expect(parts).toEqual([call("a", "f", { x: 1 }), call("b", "g", { y: 2 })]);
    expect(
      assemble(
        { index: 0, id: "a", ...fn("f", "") },
        { index: 1, id: "b", ...fn(undefined, "") },
        { index: 1, ...fn("g") },
      ),
    ).toEqual([call("a", "f", {}), call("b", "g", {})]);
  });

  test("whose arguments are an object", () => {
    expect(assemble({ index: 0, id: "a", ...fn("f", { x: 1 }) })).toEqual([
      call("a", "f", { x: 1 }),
    ]);
  });

  test("whose name is repeated with every piece", () => {
    expect(
      assemble({ index: 0, id: "a", ...fn("f", '{"x"') }, { index: 0, id: "a", ...fn("f", ":1}") }),
    ).toEqual([call("a", "f", { x: 1 })]);
  });

  test("with their other fields", () => {
    const extra = { google: { thought_signature: "s" } };
    expect(assemble({ index: 0, id: "a", ...fn("f", "{}"), extra_content: extra })).toEqual([
      { ...call("a", "f", {}), extras: { openai_chat: { extra_content: extra } } },
    ]);
  });

  test("unchanged if they are not function calls (OpenAI's custom tools)", () => {
    const parts = assemble(
      { index: 0, id: "a", type: "custom", custom: { name: "c", input: "SEL" } },
      { index: 0, custom: { input: "ECT" } },
    );
    expect(parts).toEqual([
      {
        type: "opaque",
        format: "openai_chat",
        value: { id: "a", type: "custom", custom: { name: "c", input: "SELECT" } },
      },
    ]);
  });

  test("with an empty custom tool beside the function, or the reverse (Snowflake)", () => {
    const empty = { custom: { input: "", name: "" } };
    expect(assemble({ id: "a", type: "function", ...fn("f", '{"x":1}'), ...empty })).toEqual([
      call("a", "f", { x: 1 }),
    ]);
    const custom = { name: "sql", input: "select 1" };
    expect(assemble({ id: "a", type: "custom", custom, ...fn("", "") })).toEqual([
      { type: "opaque", format: "openai_chat", value: { id: "a", type: "custom", custom } },
    ]);
  });

  test("and are an error if one never gets a name", () => {
    expect(() => assemble({ index: 0, id: "a", ...fn(undefined, "{}") })).toThrow(ChatError);
  });
});

describe("parts do not overlap", () => {
  /**
   * What happens in the order in which it is told: `+a` a call begins, `-a` it ends, texts as they
   * are.
   */
  function order(...steps: readonly (JsonObject | string)[]): string {
    const writer = createPartAssembler();
    const assembler = createToolCallAssembler(writer, () => "id");
    const names = new Map<number, string>();
    let told = "";
    const tell = (events: readonly ChatEvent[]): void => {
      for (const event of events) {
        if (event.type === "part-start" && event.kind === "tool_call") {
          names.set(event.index, event.id);
          told += ` +${event.id}`;
        } else if (event.type === "part-end") told += ` -${names.get(event.index) ?? "text"}`;
        else if (event.type === "part-delta") told += ` ${event.delta}`;
      }
      told += " |";
    };
    for (const step of steps) {
      const events: ChatEvent[] = [];
      if (typeof step === "string") writer.pushText("content", step, events);
      else assembler.add([step], events, false);
      tell(events);
    }
    const events: ChatEvent[] = [];
    writer.close(events);
    tell(events);
    return told.trim();
  }

  test("a call ends when the next one begins, at once", () => {
    expect(
      order(
        { index: 0, id: "a", ...fn("f", "") },
        { index: 0, ...fn(undefined, "{}") },
        { index: 1, id: "b", ...fn("g", "{") },
        { index: 1, ...fn(undefined, "}") },
      ),
    ).toBe("+a | {} | -a +b { | } | -b |");
  });

  test("a call waits until the one before it is complete", () => {
    expect(
      order(
        { index: 0, id: "a", ...fn("f", "{") },
        { index: 1, id: "b", ...fn("g", "{") },
        { index: 1, ...fn(undefined, '"y":2') },
        { index: 0, ...fn(undefined, "}") },
        { index: 1, ...fn(undefined, "}") },
      ),
    ).toBe('+a { | | | } -a +b {"y":2 | } | -b |');
  });

  test("a text behind a call waits likewise", () => {
    expect(order({ index: 0, id: "a", ...fn("f", "{}") }, "Hi")).toBe("+a {} | -a Hi | -text |");
    expect(
      order({ index: 0, id: "a", ...fn("f", "{") }, "Hi", { index: 0, ...fn(undefined, "}") }),
    ).toBe("+a { | | } -a Hi | -text |");
  });

  test("a call without arguments holds up the others to the end, and no longer", () => {
    expect(
      order({ index: 0, id: "a", ...fn("f", "") }, { index: 1, id: "b", ...fn("g", "{}") }),
    ).toBe("+a | | -a +b {} -b |");
  });
});
