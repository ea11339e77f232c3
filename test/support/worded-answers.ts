import type { JsonObject } from "../../src/json/json-object.ts";
import { jsonResponse, type PlayedResponse, sseResponse } from "./play-response.ts";
import { completionChunk, DONE, sseText } from "./sse-text.ts";

/** An answer in the model's own words, right or wrong. */
export interface WordedAnswer {
  text?: string;
  /** Only Chat Completions and Responses have a place for it. */
  refusal?: string;
  /** The arguments as the model wrote them. */
  calls?: readonly { id: string; name: string; arguments: string }[];
  /** The vendor's word for the end. */
  finish: string;
}

/** A vendor that the server knows, and its answers as it gives them. */
export interface WordingVendor {
  name: string;
  env: Record<string, string>;
  model: string;
  answer(worded: WordedAnswer, stream: boolean): PlayedResponse;
  /** Its words for the end of an answer without a call, of one with a call, and at the limit. */
  ends: { stop: string; calls: string; length: string };
}

/** The same answer whole, or as a stream that comes in one piece. */
function give(stream: boolean, whole: () => JsonObject, events: () => unknown[]): PlayedResponse {
  return stream ? sseResponse(sseText(events())) : jsonResponse(whole());
}

const compatible: WordingVendor = {
  name: "compatible",
  env: {
    COMPATIBLE_PROVIDERS: JSON.stringify([{ name: "generic", base_url: "http://generic.test/v1" }]),
  },
  model: "generic/m",
  ends: { stop: "stop", calls: "tool_calls", length: "length" },
  answer({ text, refusal, calls = [], finish }, stream) {
    const said = {
      ...(text === undefined ? {} : { content: text }),
      ...(refusal === undefined ? {} : { refusal }),
    };
    const wired = calls.map(({ id, ...call }, index) => ({
      index,
      id,
      type: "function",
      function: call,
    }));
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    return give(
      stream,
      () => ({
        id: "c1",
        object: "chat.completion",
        created: 1,
        model: "m",
        choices: [
          {
            index: 0,
            message: {
              role: "assistant",
              content: null,
              ...said,
              ...(calls.length > 0 ? { tool_calls: wired } : {}),
            },
            finish_reason: finish,
          },
        ],
        usage,
      }),
      () => [
        ...(Object.keys(said).length > 0 ? [completionChunk(said)] : []),
        ...wired.map((call) => completionChunk({ tool_calls: [call] })),
        completionChunk({}, finish),
        DONE,
      ],
    );
  },
};

const openai: WordingVendor = {
  name: "openai",
  env: { OPENAI_API_KEY: "sk-test" },
  model: "openai/gpt-5.4",
  ends: { stop: "completed", calls: "completed", length: "max_output_tokens" },
  answer({ text, refusal, calls = [], finish }, stream) {
    const content = [
      ...(text === undefined ? [] : [{ type: "output_text", text, annotations: [] }]),
      ...(refusal === undefined ? [] : [{ type: "refusal", refusal }]),
    ];
    const output: JsonObject[] = [
      ...(content.length > 0
        ? [{ type: "message", id: "msg_1", status: "completed", role: "assistant", content }]
        : []),
      ...calls.map(({ id, ...call }, at) => ({
        type: "function_call",
        id: `fc_${at}`,
        status: "completed",
        call_id: id,
        ...call,
      })),
    ];
    const head = { id: "resp_1", object: "response", created_at: 1, model: "gpt-5.4" };
    const response = {
      ...head,
      output,
      status: finish === "completed" ? finish : "incomplete",
      incomplete_details: finish === "completed" ? null : { reason: finish },
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    };
    return give(
      stream,
      () => response,
      () =>
        [
          {
            type: "response.created",
            response: { ...head, status: "in_progress", output: [] },
          },
          ...output.flatMap((item, output_index) => [
            {
              type: "response.output_item.added",
              output_index,
              item: item.type === "message" ? { ...item, content: [] } : { ...item, arguments: "" },
            },
            { type: "response.output_item.done", output_index, item },
          ]),
          { type: finish === "completed" ? "response.completed" : "response.incomplete", response },
        ].map((event, sequence_number) => ({ ...event, sequence_number })),
    );
  },
};

const claude: WordingVendor = {
  name: "claude",
  env: { ANTHROPIC_API_KEY: "sk-ant-api03-x" },
  model: "claude/claude-sonnet-4-6",
  ends: { stop: "end_turn", calls: "tool_use", length: "max_tokens" },
  answer({ text, calls = [], finish }, stream) {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const head = { id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-6" };
    const blocks = [
      ...(text === undefined ? [] : [{ type: "text", text: "", piece: text }]),
      ...calls.map(({ id, name, arguments: piece }) => ({ type: "tool_use", id, name, piece })),
    ];
    return give(
      stream,
      () => ({
        ...head,
        content: blocks.map(({ piece, ...block }) =>
          block.type === "text" ? { ...block, text: piece } : { ...block, input: readInput(piece) },
        ),
        stop_reason: finish,
        stop_sequence: null,
        usage,
      }),
      () => [
        {
          type: "message_start",
          message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage },
        },
        ...blocks.flatMap(({ piece, ...block }, index) => [
          {
            type: "content_block_start",
            index,
            content_block: block.type === "text" ? block : { ...block, input: {} },
          },
          {
            type: "content_block_delta",
            index,
            delta:
              block.type === "text"
                ? { type: "text_delta", text: piece }
                : { type: "input_json_delta", partial_json: piece },
          },
          { type: "content_block_stop", index },
        ]),
        { type: "message_delta", delta: { stop_reason: finish, stop_sequence: null }, usage },
        { type: "message_stop" },
      ],
    );
  },
};

const gemini: WordingVendor = {
  name: "gemini",
  env: { GEMINI_API_KEY: "k" },
  model: "gemini/gemini-3.5-flash",
  ends: { stop: "STOP", calls: "STOP", length: "MAX_TOKENS" },
  answer({ text, calls = [], finish }, stream) {
    const parts = [
      ...(text === undefined ? [] : [{ text }]),
      ...calls.map(({ id, name, arguments: written }) => ({
        functionCall: { id, name, args: readInput(written) },
      })),
    ];
    const whole = {
      candidates: [{ content: { role: "model", parts }, finishReason: finish, index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      modelVersion: "gemini-3.5-flash",
      responseId: "g1",
    };
    return give(
      stream,
      () => whole,
      () => [whole],
    );
  },
};

/** An object, or the text itself if it is none: formats that have objects give broken JSON so. */
function readInput(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}

export const WORDING_VENDORS: readonly WordingVendor[] = [compatible, openai, claude, gemini];
