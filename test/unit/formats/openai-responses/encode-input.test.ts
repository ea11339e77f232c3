import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../../src/chat/event.ts";
import type { Message } from "../../../../src/chat/message.ts";
import { encodeInput } from "../../../../src/formats/openai-responses/encode-input.ts";

function encode(...messages: Message[]) {
  const warnings: Warning[] = [];
  return { ...encodeInput(messages, (warning) => warnings.push(warning)), warnings };
}

describe("encodeInput", () => {
  test("does not change the caller's item when a text continues it", () => {
    const value = {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "a" }],
    };
    const later = (index: number) =>
      ({
        type: "text",
        text: `${index}`,
        extras: { openai_responses: { $content_index: index } },
      }) as const;
    const message: Message = {
      role: "assistant",
      content: [{ type: "opaque", format: "openai_responses", value }, later(1), later(2)],
    };
    const content = ["a", "1", "2"].map((text) =>
      expect.objectContaining({ type: "output_text", text }),
    );
    for (const _ of ["first try", "second try"])
      expect(encode(message).input).toEqual([{ ...value, content }]);
    expect(value.content).toHaveLength(1);
  });

  test("a tool loop with everything that the vendor wants back", () => {
    const { input, warnings } = encode(
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: [
          {
            type: "reasoning",
            text: "Hm.",
            signature: { format: "openai_responses", value: "gAAA", id: "rs_1" },
          },
          {
            type: "text",
            text: "I look.",
            extras: {
              openai_responses: {
                $item: { id: "msg_1", status: "completed", phase: "commentary" },
              },
            },
          },
          {
            type: "tool_call",
            id: "call_1",
            name: "weather",
            arguments: { city: "Bern" },
            arguments_text: '{"city": "Bern"}',
            extras: { openai_responses: { $item: { id: "fc_1" } } },
          },
        ],
      },
      { role: "tool", content: [{ type: "tool_result", tool_call_id: "call_1", content: "Rain" }] },
    );
    expect(warnings).toEqual([]);
    expect(input).toEqual([
      { role: "user", content: "Weather?" },
      {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "Hm." }],
        encrypted_content: "gAAA",
      },
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "I look.", annotations: [] }],
        id: "msg_1",
        status: "completed",
        phase: "commentary",
      },
      {
        type: "function_call",
        call_id: "call_1",
        name: "weather",
        arguments: '{"city": "Bern"}',
        id: "fc_1",
      },
      { type: "function_call_output", call_id: "call_1", output: "Rain" },
    ]);
  });

  test("another vendor's answer becomes plain items; its reasoning is left out with a warning", () => {
    const { input, warnings } = encode(
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm." },
          { type: "text", text: "A" },
          { type: "text", text: "B" },
          { type: "tool_call", id: "toolu_1", name: "go", arguments: {} },
        ],
      },
    );
    expect(input.slice(1)).toEqual([
      { type: "message", role: "assistant", content: "A" },
      { type: "message", role: "assistant", content: "B" },
      { type: "function_call", call_id: "toolu_1", name: "go", arguments: "{}" },
    ]);
    expect(warnings).toMatchObject([
      { code: "foreign_content_dropped", param: "messages[1].content[0]" },
    ]);
  });

  test("the texts of one item are joined again", () => {
    const { input } = encode(
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: [
          { type: "text", text: "A", extras: { openai_responses: { $item: { id: "msg_1" } } } },
          {
            type: "text",
            text: "No.",
            refusal: true,
            extras: { openai_responses: { $content_index: 1 } },
          },
          { type: "text", text: "C", extras: { openai_responses: { $item: { id: "msg_2" } } } },
        ],
      },
    );
    expect(input.slice(1)).toEqual([
      {
        type: "message",
        role: "assistant",
        content: [
          { type: "output_text", text: "A", annotations: [] },
          { type: "refusal", refusal: "No." },
        ],
        id: "msg_1",
      },
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "C", annotations: [] }],
        id: "msg_2",
      },
    ]);
  });

  test("the user's images, files and texts", () => {
    const { input } = encode({
      role: "user",
      content: [
        { type: "text", text: "See" },
        { type: "image", url: "https://example.com/a.png" },
        {
          type: "image",
          media_type: "image/jpeg",
          data: "AAAA",
          extras: { openai_responses: { detail: "low" } },
        },
        { type: "document", media_type: "application/pdf", data: "JVBE", title: "a.pdf" },
        { type: "document", media_type: "application/pdf", data: "JVBE" },
        { type: "document", url: "https://example.com/a.pdf", title: "not sent" },
        { type: "document", text: "Plain", title: "Notes" },
        {
          type: "opaque",
          format: "openai_responses",
          value: { type: "input_audio", input_audio: {} },
        },
      ],
    });
    expect(input).toEqual([
      {
        role: "user",
        content: [
          { type: "input_text", text: "See" },
          { type: "input_image", image_url: "https://example.com/a.png" },
          { type: "input_image", image_url: "data:image/jpeg;base64,AAAA", detail: "low" },
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" },
          {
            type: "input_file",
            filename: "document.pdf",
            file_data: "data:application/pdf;base64,JVBE",
          },
          { type: "input_file", file_url: "https://example.com/a.pdf" },
          { type: "input_text", text: "Notes\n\nPlain" },
          { type: "input_audio", input_audio: {} },
        ],
      },
    ]);
  });

  test("tool results with parts, and failed ones", () => {
    const { input } = encode({
      role: "tool",
      content: [
        {
          type: "tool_result",
          tool_call_id: "a",
          content: [{ type: "image", media_type: "image/png", data: "AA" }],
        },
        { type: "tool_result", tool_call_id: "b", content: "No such file", is_error: true },
        {
          type: "tool_result",
          tool_call_id: "c",
          content: [{ type: "text", text: "Broken" }],
          is_error: true,
        },
        {
          type: "opaque",
          format: "openai_responses",
          value: { type: "custom_tool_call_output", call_id: "d", output: "x" },
        },
      ],
    });
    expect(input).toEqual([
      {
        type: "function_call_output",
        call_id: "a",
        output: [{ type: "input_image", image_url: "data:image/png;base64,AA" }],
      },
      { type: "function_call_output", call_id: "b", output: "Error: No such file" },
      {
        type: "function_call_output",
        call_id: "c",
        output: [
          { type: "input_text", text: "Error:" },
          { type: "input_text", text: "Broken" },
        ],
      },
      { type: "custom_tool_call_output", call_id: "d", output: "x" },
    ]);
  });

  test("a result in a user message becomes a message of its own", () => {
    const { input } = encode({
      role: "user",
      content: [
        { type: "tool_result", tool_call_id: "a", content: "1" },
        { type: "text", text: "And now?" },
      ],
    });
    expect(input).toEqual([
      { type: "function_call_output", call_id: "a", output: "1" },
      { role: "user", content: [{ type: "input_text", text: "And now?" }] },
    ]);
  });

  test("what an assistant message cannot hold is left out with a warning", () => {
    const { input, warnings } = encode(
      { role: "user", content: "Hi" },
      { role: "assistant", content: [{ type: "image", url: "https://example.com/a.png" }] },
      { role: "user", content: [{ type: "reasoning", text: "mine" }] },
    );
    expect(input).toHaveLength(1);
    expect(warnings.map(({ param }) => param)).toEqual([
      "messages[1].content[0]",
      "messages[2].content[0]",
    ]);
  });

  test("a system message among the items keeps its position and role", () => {
    const { input, instructions } = encode(
      { role: "system", content: "A", extras: { openai_responses: { $role: "developer" } } },
      { role: "user", content: "Hi" },
      { role: "system", content: "B" },
    );
    expect(instructions).toBeUndefined();
    expect(input.map(({ role }) => role)).toEqual(["developer", "user", "system"]);
  });
});
