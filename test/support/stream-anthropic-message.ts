import type { AnthropicMessage } from "./read-anthropic-message.ts";

function formatEvent(event: { type: string } & Record<string, unknown>): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function splitText(text: string): string[] {
  return text === "" ? [] : (text.match(/[\s\S]{1,7}/gu) ?? []);
}

function streamBlock(block: AnthropicMessage["content"][number], index: number): string[] {
  const deltas = (values: Record<string, unknown>[]) =>
    values.map((delta) => formatEvent({ type: "content_block_delta", index, delta }));
  let empty = block;
  let middle: string[] = [];
  if (block.type === "text") {
    empty = { ...block, text: "" };
    middle = deltas(splitText(block.text ?? "").map((text) => ({ type: "text_delta", text })));
  } else if (block.type === "thinking") {
    empty = { ...block, thinking: "", signature: "" };
    middle = deltas([
      ...splitText(block.thinking ?? "").map((thinking) => ({ type: "thinking_delta", thinking })),
      { type: "signature_delta", signature: block.signature },
    ]);
  } else if (block.type === "tool_use" || block.type === "server_tool_use") {
    empty = { ...block, input: {} };
    const json = JSON.stringify(block.input);
    middle = deltas(
      ["", ...(json === "{}" ? [] : splitText(json))].map((partial_json) => ({
        type: "input_json_delta",
        partial_json,
      })),
    );
  }
  return [
    formatEvent({ type: "content_block_start", index, content_block: empty }),
    ...middle,
    formatEvent({ type: "content_block_stop", index }),
  ];
}

/** A message → the stream by which the vendor would tell it, event by event. */
export function streamMessage(message: AnthropicMessage): string[] {
  const { stop_reason, content, usage, ...rest } = message;
  return [
    formatEvent({
      type: "message_start",
      message: {
        ...rest,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...usage, output_tokens: 1 },
      },
    }),
    formatEvent({ type: "ping" }),
    ...content.flatMap(streamBlock),
    formatEvent({
      type: "message_delta",
      delta: { stop_reason, stop_sequence: message.stop_sequence ?? null },
      usage,
    }),
    formatEvent({ type: "message_stop" }),
  ];
}
