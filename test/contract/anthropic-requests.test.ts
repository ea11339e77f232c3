import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { createCatalog } from "../../src/catalog/index.ts";
import type { Warning } from "../../src/chat/event.ts";
import { foldEvents } from "../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import type { ChatResponse } from "../../src/chat/response.ts";
import {
  decodeCountRequest,
  anthropicMessagesDialect as dialect,
} from "../../src/dialects/anthropic-messages/index.ts";
import { chatDialect } from "../../src/dialects/chat/index.ts";
import { toChatError } from "../../src/errors/chat-error.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import { omit } from "../../src/json/omit.ts";
import { createClaudeProvider } from "../../src/providers/claude/index.ts";
import { fitRequest } from "../../src/routing/fit-request.ts";
import { createAnswerContext } from "../support/answer-context.ts";
import {
  countExchanges,
  messageExchanges,
  recordedMessages,
} from "../support/anthropic-recordings.ts";
import {
  createTestCall,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../support/play-response.ts";
import type { Exchange } from "../support/recordings.ts";
import { requireAvailable } from "../support/require-available.ts";

const ENV = { ANTHROPIC_API_KEY: "sk-ant-api-test", ANTHROPIC_BASE_URL: "http://anthropic.test" };
const MESSAGE = {
  id: "msg_1",
  type: "message",
  model: "m",
  content: [],
  stop_reason: "end_turn",
  usage: {},
};
const catalog = createCatalog();

/** What the provider sends for this request, fitted to the catalog's model like in the server. */
async function send(request: ChatRequest, response: PlayedResponse, count = false) {
  const played = playResponses(response);
  const provider = requireAvailable(createClaudeProvider(ENV, createTestDeps(played.fetch)));
  const warnings: Warning[] = [];
  const model = catalog.lookup("claude", request.model ?? "");
  const fitted = fitRequest(request, { provider, model }, (warning) => warnings.push(warning));
  const call = createTestCall(fitted, { model: { ...model, id: request.model ?? "" } });
  const answer = count
    ? await provider.countTokens?.(call)
    : await foldEvents(await provider.open(call));
  const [sent] = played.calls;
  if (!sent) throw new Error("nothing was sent");
  return {
    sent,
    answer,
    body: jsonObjectSchema.parse(JSON.parse(sent.body)),
    warnings: [...warnings, ...call.warnings],
  };
}

/** `stream: false` is the API's default. */
function withoutDefaults(body: JsonObject): JsonObject {
  const { stream, ...rest } = body;
  return stream === true ? body : rest;
}

describe("Anthropic's requests", () => {
  test("there are some", () => {
    expect(messageExchanges.length).toBeGreaterThan(20);
  });

  for (const { name, request, response } of messageExchanges) {
    test(`${name}: reaches the upstream unchanged`, async () => {
      const recorded = jsonObjectSchema.parse(request.body);
      const chat = dialect.decodeRequest(request.body, new Headers(request.headers));
      const { sent, body, warnings } = await send(chat, jsonResponse(MESSAGE));
      // Reasoning that the model refuses is sent as the model takes it.
      const compared = response.status === 200 ? [] : ["output_config", "thinking"];
      expect(omit(withoutDefaults(body), new Set(compared))).toEqual(
        omit(withoutDefaults(recorded), new Set(compared)),
      );
      expect(sent.headers.get("anthropic-version")).toBe(
        request.headers["anthropic-version"] ?? "2023-06-01",
      );
      expect(listBetas(sent.headers.get("anthropic-beta"))).toEqual(
        listBetas(request.headers["anthropic-beta"]),
      );
      if (response.status === 200) expect(warnings).toEqual([]);
    });
  }

  for (const { name, request, response } of countExchanges.filter(
    (exchange) => exchange.response.status === 200,
  )) {
    test(`${name}: is counted unchanged`, async () => {
      const chat = decodeCountRequest(request.body, new Headers(request.headers));
      const { sent, body, answer } = await send(chat, jsonResponse(response.body), true);
      expect(sent.url).toBe("http://anthropic.test/v1/messages/count_tokens");
      expect(body).toEqual(jsonObjectSchema.parse(request.body));
      expect<unknown>(answer).toMatchObject({ body: response.body });
    });
  }

  for (const { name, request, response } of [...messageExchanges, ...countExchanges].filter(
    isRefusal,
  )) {
    test(`${name}: a refusal is reported as one`, async () => {
      const counts = countExchanges.some((exchange) => exchange.name === name);
      const chat = (counts ? decodeCountRequest : dialect.decodeRequest)(
        request.body,
        new Headers(request.headers),
      );
      const refused = await send(chat, jsonResponse(response.body, response.status), counts).catch(
        (thrown: unknown) => thrown,
      );
      const { error } = refusalSchema.parse(response.body);
      expect(refused).toMatchObject({ upstreamCode: error.type, upstreamStatus: response.status });
      const encoded = dialect.encodeError(toChatError(refused), "req_1");
      expect({ status: encoded.status, error: encoded.body }).toMatchObject({
        status: response.status,
        error: { type: "error", error },
      });
    });
  }
});

/** Leaves out betas about a caller's own credential. */
function listBetas(header: string | null | undefined): string[] {
  return (header ?? "").split(/\s*,\s*/).filter((beta) => !beta.startsWith("oauth-"));
}

const refusalSchema = z.object({ error: z.object({ type: z.string(), message: z.string() }) });

/** Refusals of the caller's request. Other failures are about the operator's account. */
function isRefusal({ response: { status } }: Exchange): boolean {
  return [400, 404, 413].includes(status);
}

/** What a caller says next: the results of the calls in an answer, if it has some. */
function nextTurn(content: readonly unknown[]) {
  const calls = content.flatMap((block) => callSchema.safeParse(block).data ?? []);
  const results = calls.map(({ id }) => ({
    type: "tool_result",
    tool_use_id: id,
    content: "ok",
  }));
  return { role: "user", content: [...results, { type: "text", text: "Go on" }] };
}

/** The same in the native dialect. */
function nativeTurn({ content }: Pick<ChatResponse, "content">) {
  const results = content.flatMap((part) =>
    part.type === "tool_call" ? { role: "tool", tool_call_id: part.id, content: "ok" } : [],
  );
  return [...results, { role: "user", content: [{ type: "text", text: "Go on" }] }];
}

const callSchema = z.looseObject({ type: z.literal("tool_use"), id: z.string() });

function isBlankText(block: unknown): boolean {
  const text = z.looseObject({ type: z.literal("text"), text: z.string() }).safeParse(block).data;
  return text?.text.trim() === "";
}

const messageSchema = z.looseObject({ content: z.array(z.unknown()) });

describe("Anthropic's answers on the next turn", () => {
  for (const recording of recordedMessages) {
    test(`${recording.name}: goes back with its signatures, byte for byte`, async () => {
      const first: ChatRequest = {
        model: "claude-test",
        messages: [{ role: "user", content: "Hi" }],
        max_tokens: 10,
      };
      const response = recording.streamed
        ? sseResponse(recording.bytes)
        : jsonResponse(JSON.parse(recording.text));
      const provider = requireAvailable(
        createClaudeProvider(ENV, createTestDeps(playResponses(response).fetch)),
      );
      const answer = await foldEvents(await provider.open(createTestCall(first)));
      const { body: _body, ...folded } = answer;
      const encoded = messageSchema.parse(
        JSON.parse(
          JSON.stringify(dialect.encodeResponse(folded, createAnswerContext("anthropic"))),
        ),
      );

      const next = nextTurn(encoded.content);
      // By the native dialect the caller sends our answer back as it is, by Anthropic's the blocks.
      const native = chatDialect.decodeRequest(
        {
          ...first,
          messages: [
            ...first.messages,
            chatDialect.encodeResponse(answer, createAnswerContext("anthropic")),
            ...nativeTurn(answer),
          ],
        },
        new Headers(),
      );
      const own = dialect.decodeRequest(
        {
          model: "claude-test",
          max_tokens: 10,
          messages: [
            { role: "user", content: "Hi" },
            { role: "assistant", content: encoded.content },
            next,
          ],
        },
        new Headers(),
      );
      // The API refuses blank texts, though its models write some.
      const kept = encoded.content.filter((block) => !isBlankText(block));
      for (const request of [native, own]) {
        const { body, warnings } = await send(request, jsonResponse(MESSAGE));
        expect(body.messages).toEqual([
          { role: "user", content: "Hi" },
          // A refusal may have no content, and the API takes no empty messages.
          ...(kept.length === 0 ? [] : [{ role: "assistant", content: kept }]),
          next,
        ]);
        expect(warnings).toEqual([]);
      }
    });
  }
});
