import { describe, expect, test } from "bun:test";
import type { Warning } from "../../src/chat/event.ts";
import { anthropicMessagesDialect as dialect } from "../../src/dialects/anthropic-messages/index.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import type { ClaudeConfig } from "../../src/providers/claude/env.ts";
import { createClaudeProvider } from "../../src/providers/claude/index.ts";
import {
  messageExchanges,
  type RecordedMessage,
  recordedMessages,
} from "../support/anthropic-recordings.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { AUTHORIZED_USER } from "../support/google-credentials.ts";
import {
  collectEvents,
  createTestCall,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
} from "../support/play-response.ts";
import { requireAvailable } from "../support/require-available.ts";

const VERTEX: ClaudeConfig = {
  CLAUDE_TRANSPORT: "vertex",
  GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(AUTHORIZED_USER),
  GOOGLE_CLOUD_PROJECT: "p1",
  VERTEX_LOCATION: "us-east5",
};
const DIRECT: ClaudeConfig = {
  ANTHROPIC_API_KEY: "sk-ant-api-test",
  ANTHROPIC_BASE_URL: "http://anthropic.test",
};
const TOKEN = jsonResponse({ access_token: "ya29.token", expires_in: 3599 });
const MODELS =
  "https://us-east5-aiplatform.googleapis.com/v1/projects/p1/locations/us-east5/publishers/anthropic/models";
const MESSAGE = {
  id: "msg_1",
  type: "message",
  model: "m",
  content: [],
  stop_reason: "end_turn",
  usage: {},
};

function toResponse({ streamed, bytes }: RecordedMessage): PlayedResponse {
  return {
    headers: { "content-type": streamed ? "text/event-stream; charset=utf-8" : "application/json" },
    body: bytes,
  };
}

async function readEvents(env: ClaudeConfig, recording: RecordedMessage, before: PlayedResponse[]) {
  const provider = requireAvailable(
    createClaudeProvider(
      env,
      createTestDeps(playResponses(...before, toResponse(recording)).fetch),
    ),
  );
  const call = createTestCall(
    { messages: [{ role: "user", content: "Hi" }] },
    { stream: recording.streamed },
  );
  return collectEvents(await provider.open(call));
}

/** Whether Vertex AI takes the body as it is; `limitToVertex` changes the others. */
function isTakenByVertex({ request: { body } }: (typeof messageExchanges)[number]): boolean {
  const text = JSON.stringify(body);
  return (
    jsonObjectSchema.parse(body).cache_control === undefined &&
    !/"role":"system"|"defer_loading"|"eager_input_streaming"/.test(text)
  );
}

describe("Claude on Vertex AI: Anthropic's answers", () => {
  for (const recording of recordedMessages) {
    test(`${recording.name}: is read as over Anthropic's own API`, async () => {
      const events = await readEvents(VERTEX, recording, [TOKEN]);
      expectEventOrder(events);
      expect(events).toEqual(await readEvents(DIRECT, recording, []));
    });
  }

  for (const { name, request } of messageExchanges.filter(isTakenByVertex)) {
    test(`${name}: is sent with the model in the address and the version in the body`, async () => {
      const { model, ...recorded } = jsonObjectSchema.parse(request.body);
      const chat = dialect.decodeRequest(request.body, new Headers(request.headers));
      const played = playResponses(TOKEN, jsonResponse(MESSAGE));
      const call = createTestCall(chat, {
        model: { id: String(model) },
        stream: recorded.stream === true,
      });
      // That the answer is not the one that was asked for does not matter here.
      await requireAvailable(createClaudeProvider(VERTEX, createTestDeps(played.fetch))).open(call);
      const [, sent] = played.calls;
      const verb = recorded.stream === true ? "streamRawPredict" : "rawPredict";
      expect(sent?.url).toBe(`${MODELS}/${model}:${verb}`);
      expect(sent?.headers.get("authorization")).toBe("Bearer ya29.token");
      expect(sent?.headers.get("x-api-key")).toBeNull();
      expect(sent?.headers.get("anthropic-version")).toBeNull();
      const { stream, ...body } = jsonObjectSchema.parse(JSON.parse(sent?.body ?? ""));
      const { stream: recordedStream, ...rest } = recorded;
      expect(stream === true).toBe(recordedStream === true);
      expect(body).toEqual({ ...rest, anthropic_version: "vertex-2023-10-16" });
    });
  }
});

describe("Claude on Vertex AI", () => {
  function open(
    responses: PlayedResponse[],
    options: { model?: string; extras?: Record<string, unknown> } = {},
  ) {
    const played = playResponses(TOKEN, ...responses);
    const provider = requireAvailable(createClaudeProvider(VERTEX, createTestDeps(played.fetch)));
    const { extras } = options;
    const request = {
      messages: [{ role: "user", content: "Hi" } as const],
      ...(extras ? { extras: { anthropic: extras } } : {}),
    };
    return {
      played,
      provider,
      call: createTestCall(request, {
        model: { id: options.model ?? "claude-haiku-4-5@20251001" },
      }),
    };
  }

  test("a dated model, betas, and the caller's version", async () => {
    const { played, provider, call } = open([jsonResponse(MESSAGE)], {
      extras: {
        "anthropic-beta": "context-1m-2025-08-07,oauth-2025-04-20",
        "anthropic-version": "2026-10-21",
      },
    });
    await provider.open(call);
    const sent = played.calls[1];
    expect(sent?.url).toBe(`${MODELS}/claude-haiku-4-5@20251001:rawPredict`);
    expect(sent?.headers.get("anthropic-beta")).toBe("context-1m-2025-08-07");
    expect(JSON.parse(sent?.body ?? "").anthropic_version).toBe("2026-10-21");
  });

  test("tokens are counted at their own URL, with the model in the body", async () => {
    const { played, provider, call } = open([jsonResponse({ input_tokens: 14 })]);
    expect(await provider.countTokens?.(call)).toMatchObject({ input_tokens: 14 });
    const sent = played.calls[1];
    expect(sent?.url).toBe(`${MODELS}/count-tokens:rawPredict`);
    expect(JSON.parse(sent?.body ?? "")).toEqual({
      anthropic_version: "vertex-2023-10-16",
      model: "claude-haiku-4-5@20251001",
      messages: [{ role: "user", content: "Hi" }],
    });
  });

  test("a refused token is exchanged again, once", async () => {
    const refused = jsonResponse({ error: { code: 401, status: "UNAUTHENTICATED" } }, 401);
    const { played, provider, call } = open([refused, TOKEN, jsonResponse(MESSAGE)]);
    await provider.open(call);
    expect(played.calls).toHaveLength(4);
  });

  test("errors of both Google and Anthropic are read", async () => {
    const ERRORS: [body: unknown, status: number, code: string, upstreamCode: string][] = [
      [
        { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "m" } },
        429,
        "upstream_rate_limited",
        "RESOURCE_EXHAUSTED",
      ],
      [
        [{ error: { code: 404, status: "NOT_FOUND", message: "m" } }],
        404,
        "model_not_found",
        "NOT_FOUND",
      ],
      [
        { type: "error", error: { type: "overloaded_error", message: "m" } },
        529,
        "upstream_overloaded",
        "overloaded_error",
      ],
      [
        { type: "error", error: { type: "invalid_request_error", message: "m" } },
        400,
        "upstream_rejected",
        "invalid_request_error",
      ],
    ];
    for (const [body, status, code, upstreamCode] of ERRORS) {
      const { provider, call } = open([jsonResponse(body, status)]);
      expect(await provider.open(call).catch((thrown: unknown) => thrown)).toMatchObject({
        code,
        upstreamCode,
      });
    }
  });

  test("an invalid model name is not sent", async () => {
    for (const model of ["../x", "a/b", "a:rawPredict?", ".."]) {
      const { played, provider, call } = open([jsonResponse(MESSAGE)], { model });
      expect(await provider.open(call).catch((thrown: unknown) => thrown)).toMatchObject({
        code: "model_not_found",
      });
      expect(played.calls).toEqual([]);
    }
  });

  test("without credentials it is unavailable and says why, even with an Anthropic key", async () => {
    expect(
      createClaudeProvider(
        { ...DIRECT, CLAUDE_TRANSPORT: "vertex" },
        createTestDeps(playResponses().fetch),
      ),
    ).toMatchObject({
      available: false,
      code: "provider_unavailable",
      reason: expect.stringContaining("GOOGLE_APPLICATION_CREDENTIALS_JSON"),
    });
  });
});

describe("what only Anthropic's own API has", () => {
  async function send(body: JsonObject, betas = "") {
    const headers = new Headers({ "anthropic-beta": betas });
    const chat = dialect.decodeRequest({ model: "m", max_tokens: 10, ...body }, headers);
    const played = playResponses(TOKEN, jsonResponse({ ...MESSAGE, input_tokens: 1 }));
    const warnings: Warning[] = [];
    const call = createTestCall(chat, { model: { id: "claude-sonnet-5-5" } });
    const provider = requireAvailable(createClaudeProvider(VERTEX, createTestDeps(played.fetch)));
    const warned = { ...call, warn: (warning: Warning) => warnings.push(warning) };
    await provider.open(warned);
    await provider.countTokens?.(warned);
    return {
      said: warnings.map(({ param }) => param),
      sent: played.calls.slice(1).map(({ headers: sent, body: text }) => ({
        betas: sent.get("anthropic-beta"),
        body: jsonObjectSchema.parse(JSON.parse(text)),
      })),
    };
  }
  const messages = [{ role: "user", content: "hi" }];

  test("betas that Vertex AI does not know are left out, also of a count", async () => {
    const { sent } = await send(
      { messages },
      "claude-code-20250219,interleaved-thinking-2025-05-14,prompt-caching-scope-2026-01-05,advanced-tool-use-2025-11-20,files-api-2025-04-14",
    );
    expect(sent.map(({ betas }) => betas)).toEqual([
      "interleaved-thinking-2025-05-14,tool-search-tool-2025-10-19",
      "interleaved-thinking-2025-05-14,tool-search-tool-2025-10-19",
    ]);
  });

  test("fields that need a beta are left out with a warning, unless the beta is there", async () => {
    const context_management = { edits: [] };
    const lost = await send({ messages, context_management, speed: "fast" });
    expect(lost.sent[0]?.body).not.toHaveProperty("context_management");
    expect(lost.said).toContain("context_management");
    expect(lost.said).toContain("speed");
    const kept = await send({ messages, context_management }, "context-management-2025-06-27");
    expect(kept.sent[0]?.body).toMatchObject({ context_management });
  });

  test("a scope of caching is left out wherever it stands, and the hint stays", async () => {
    const cache_control = { type: "ephemeral", scope: "global" };
    const text = { type: "text", text: "a", cache_control };
    const { sent } = await send({
      system: [text],
      tools: [{ name: "f", input_schema: {}, cache_control, eager_input_streaming: true }],
      messages: [
        { role: "user", content: "go" },
        { role: "assistant", content: [{ type: "tool_use", id: "t", name: "f", input: {} }] },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "t", content: [text], cache_control }],
        },
      ],
    });
    const whole = JSON.stringify(sent[0]?.body);
    expect(whole).not.toContain("scope");
    expect(whole).not.toContain("eager");
    expect(whole.match(/"cache_control":\{"type":"ephemeral"\}/g)).toHaveLength(4);
  });

  test("automatic caching becomes a hint on the last block", async () => {
    const { sent } = await send({ messages, cache_control: { type: "ephemeral" } });
    expect(sent[0]?.body.cache_control).toBeUndefined();
    expect(sent[0]?.body.messages).toEqual([
      {
        role: "user",
        content: [{ type: "text", text: "hi", cache_control: { type: "ephemeral" } }],
      },
    ]);
  });

  test("a system message within the conversation becomes text of the user", async () => {
    const { sent, said } = await send({
      messages: [...messages, { role: "system", content: "Be brief." }],
    });
    expect(JSON.stringify(sent[0]?.body.messages)).not.toContain('"system"');
    expect(JSON.stringify(sent[0]?.body.messages)).toContain("Be brief.");
    expect(said).toContain("messages[1].role");
  });
});
