import { describe, expect, test } from "bun:test";
import type { Message } from "../../../../src/chat/message.ts";
import type { Part } from "../../../../src/chat/part.ts";
import {
  refusesSystemTurns,
  takesSystemTurns,
} from "../../../../src/providers/claude/capabilities.ts";
import { encodeMessages } from "../../../../src/providers/claude/encode-messages.ts";
import { thrownBy } from "../../../support/thrown-by.ts";

function encode(messages: Message[], systemTurns = true) {
  const warnings: string[] = [];
  const { system, messages: wire } = encodeMessages(
    messages,
    ({ code, param }) => warnings.push(`${code} ${param}`),
    { taken: systemTurns, refused: false },
  );
  return { system, wire, warnings };
}

function encodeParts(...content: Part[]) {
  const { wire, warnings } = encode([{ role: "user", content }]);
  return { blocks: wire[0]?.content, warnings };
}

const call = (id: string): Part => ({ type: "tool_call", id, name: "f", arguments: { a: 1 } });
const result = (id: string, content: string): Part => ({
  type: "tool_result",
  tool_call_id: id,
  content,
});

describe("parts", () => {
  test("blank texts are left out, also in results; their cache hint stays", () => {
    expect(
      encodeParts({ type: "text", text: "a" }, { type: "text", text: " \n\n", cache: {} }).blocks,
    ).toEqual([{ type: "text", text: "a", cache_control: { type: "ephemeral" } }]);
    const { wire, system } = encode([
      { role: "system", content: " \n" },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "\n\n" },
      { role: "user", content: "  " },
      { role: "assistant", content: [call("c1")] },
      {
        role: "tool",
        content: [
          { type: "tool_result", tool_call_id: "c1", content: [{ type: "text", text: "\n" }] },
        ],
      },
      { role: "assistant", content: "So: " },
    ]);
    expect(system).toBeUndefined();
    expect(wire).toMatchObject([
      { role: "user", content: "Hi" },
      { role: "assistant", content: [{ type: "tool_use" }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1" }] },
      // Claude refuses white space at the end of what it is to continue.
      { role: "assistant", content: "So:" },
    ]);
  });

  test("texts, with cache hints and extras; empty ones are left out", () => {
    expect(
      encodeParts(
        { type: "text", text: "a", cache: {} },
        { type: "text", text: "" },
        { type: "text", text: "b", extras: { anthropic: { citations: [] }, google: { x: 1 } } },
      ).blocks,
    ).toEqual([
      { type: "text", text: "a", cache_control: { type: "ephemeral" } },
      { type: "text", text: "b", citations: [] },
    ]);
  });

  test("images and documents in all their forms", () => {
    expect(
      encodeParts(
        { type: "image", data: "AAAA", media_type: "image/webp" },
        { type: "image", data: "/9j/AAAA" },
        { type: "image", url: "https://example.com/a.png" },
        { type: "document", data: "JVBE", title: "T" },
        { type: "document", data: "R3LDvMOfZQ==", media_type: "text/plain" },
        { type: "document", url: "https://example.com/a.pdf" },
        { type: "document", text: "plain" },
        { type: "opaque", format: "anthropic", value: { type: "search_result", source: "s" } },
      ).blocks,
    ).toEqual([
      { type: "image", source: { type: "base64", media_type: "image/webp", data: "AAAA" } },
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "/9j/AAAA" } },
      { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
      {
        type: "document",
        source: { type: "base64", media_type: "application/pdf", data: "JVBE" },
        title: "T",
      },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "Grüße" } },
      { type: "document", source: { type: "url", url: "https://example.com/a.pdf" } },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "plain" } },
      { type: "search_result", source: "s" },
    ]);
  });

  test("reasoning is sent back only with Anthropic's signature, byte for byte", () => {
    const { wire, warnings } = encode([
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "so", signature: { format: "anthropic", value: "c2ln+/==" } },
          {
            type: "reasoning",
            text: "",
            redacted: true,
            signature: { format: "anthropic", value: "cmVk" },
          },
          { type: "reasoning", text: "unsigned" },
          { type: "text", text: "42" },
        ],
      },
    ]);
    expect(wire[0]?.content).toEqual([
      { type: "thinking", thinking: "so", signature: "c2ln+/==" },
      { type: "redacted_thinking", data: "cmVk" },
      { type: "text", text: "42" },
    ]);
    expect(warnings).toEqual(["foreign_content_dropped messages[0].content[2]"]);
  });

  test("an empty turn is left out", () => {
    const { wire } = encode([
      { role: "user", content: "a" },
      { role: "assistant", content: [{ type: "reasoning", text: "unsigned" }] },
      { role: "assistant", content: "" },
      { role: "user", content: "b" },
    ]);
    expect(wire).toEqual([
      { role: "user", content: "a" },
      { role: "user", content: "b" },
    ]);
  });
});

describe("tool results", () => {
  test("of one turn go into one user message, with the user's next text", () => {
    const { wire } = encode([
      { role: "assistant", content: [call("c1"), call("c2")] },
      { role: "tool", content: [result("c1", "1")] },
      {
        role: "tool",
        content: [
          {
            type: "tool_result",
            tool_call_id: "c2",
            is_error: true,
            content: [
              { type: "text", text: "broken" },
              { type: "text", text: "" },
              { type: "image", data: "iVBORw" },
            ],
          },
        ],
      },
      { role: "user", content: "and?" },
      { role: "user", content: "well?" },
    ]);
    expect(wire.slice(1)).toEqual([
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "c1", content: "1" },
          {
            type: "tool_result",
            tool_use_id: "c2",
            content: [
              { type: "text", text: "broken" },
              {
                type: "image",
                source: { type: "base64", media_type: "image/png", data: "iVBORw" },
              },
            ],
            is_error: true,
          },
          { type: "text", text: "and?" },
        ],
      },
      { role: "user", content: "well?" },
    ]);
  });

  test("two messages in the original request stay two", () => {
    const pinned = { anthropic: { $role: "user" } };
    const { wire } = encode([
      { role: "tool", content: [result("c1", "1")] },
      { role: "tool", content: [result("c2", "2")], extras: pinned },
      { role: "user", content: "and?", extras: pinned },
    ]);
    expect(wire).toEqual([
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "1" }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c2", content: "2" }] },
      { role: "user", content: "and?" },
    ]);
  });

  test("a tool message must have results", () => {
    expect(() => encode([{ role: "tool", content: "1" }])).toThrow("messages[0].content");
  });
});

describe("system messages", () => {
  const system = (content: Message["content"]): Message => ({ role: "system", content });
  const user: Message = { role: "user", content: "Hi" };

  test("at the beginning: a text as a text, several as blocks", () => {
    expect(encode([system("A"), user]).system).toBe("A");
    expect(encode([system(""), user]).system).toBeUndefined();
    expect(encode([system([{ type: "text", text: "A", cache: {} }]), user]).system).toEqual([
      { type: "text", text: "A", cache_control: { type: "ephemeral" } },
    ]);
    expect(encode([system("A"), system("B"), user])).toMatchObject({
      system: [
        { type: "text", text: "A" },
        { type: "text", text: "B" },
      ],
      wire: [{ role: "user", content: "Hi" }],
    });
  });

  test("later ones keep their role and place if the model takes them, after a user turn", () => {
    const { wire, warnings } = encode([
      user,
      system("A"),
      { role: "assistant", content: "Hello" },
      system([{ type: "text", text: "B", cache: {} }]),
      { role: "user", content: "Go on" },
    ]);
    expect(wire).toEqual([
      { role: "user", content: "Hi" },
      { role: "system", content: "A" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Go on" },
      {
        role: "system",
        content: [{ type: "text", text: "B", cache_control: { type: "ephemeral" } }],
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test("otherwise they become user text, but never between a call and its result", () => {
    const { wire, warnings } = encode(
      [
        user,
        system("A"),
        { role: "assistant", content: [call("c1")] },
        system("B"),
        { role: "tool", content: [result("c1", "1")] },
        { role: "assistant", content: "Hello" },
        system("C"),
      ],
      false,
    );
    expect(
      wire.map(({ role, content }) => [
        role,
        Array.isArray(content) ? content.map(({ type }) => type) : content,
      ]),
    ).toEqual([
      ["user", "Hi"],
      ["user", "<system>\nA\n</system>"],
      ["assistant", ["tool_use"]],
      ["user", ["tool_result"]],
      ["user", "<system>\nB\n</system>"],
      ["assistant", "Hello"],
      ["user", "<system>\nC\n</system>"],
    ]);
    expect(warnings).toEqual([1, 3, 6].map((at) => `adjusted_parameter messages[${at}].role`));
  });

  test("those that came in this format keep their role and place, whatever the model", () => {
    const { system: top, wire } = encode(
      [{ ...system("A"), extras: { anthropic: { $role: "system" } } }, user],
      false,
    );
    expect(top).toBeUndefined();
    expect(wire).toEqual([
      { role: "system", content: "A" },
      { role: "user", content: "Hi" },
    ]);
  });

  test.each([
    ["claude-opus-4-7", false],
    ["claude-opus-4-8", true],
    ["claude-opus-4-8-20260528", true],
    ["claude-opus-4-1-20250805", false],
    ["claude-opus-4-20250514", false],
    ["claude-3-5-sonnet-20241022", false],
    ["claude-sonnet-4-6", false],
    ["claude-sonnet-5", true],
    ["claude-haiku-5-5", true],
    ["claude-fable-5-1@20260801", true],
  ])("%s: %p", (model, expected) => {
    expect(takesSystemTurns(model)).toBe(expected);
    expect(refusesSystemTurns(model)).toBe(!expected);
  });

  test("a caller of Anthropic's own format decides for a model that is not known", () => {
    expect(takesSystemTurns("claude-later")).toBe(false);
    expect(refusesSystemTurns("claude-later")).toBe(false);
  });
});

describe("a conversation that Claude refuses", () => {
  test("because its last message is blank is refused by that message's name", () => {
    const thrown = thrownBy(() =>
      encode([
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
        { role: "user", content: [{ type: "text", text: " \n" }] },
      ]),
    );
    expect(thrown).toMatchObject({ code: "invalid_request", param: "messages[2].content" });
    expect(encode([{ role: "user", content: " " }]).wire).toEqual([{ role: "user", content: " " }]);
  });

  test("because nobody asks gets its last instruction as the user's", () => {
    const { system, wire, warnings } = encode([
      { role: "system", content: "Be funny." },
      { role: "system", content: "Tell a joke." },
    ]);
    expect(system).toBe("Be funny.");
    expect(wire).toEqual([{ role: "user", content: "Tell a joke." }]);
    expect(warnings).toEqual(["adjusted_parameter messages[1].role"]);
  });
});
