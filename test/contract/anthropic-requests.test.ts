import { describe, expect, test } from "bun:test";
import * as z from "zod";
import type { Warning } from "../../src/chat/event.ts";
import { foldEvents } from "../../src/chat/fold-events.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/chat/format.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import { decodeCountRequest, anthropicMessagesDialect as dialect } from "../../src/dialects/anthropic-messages/index.ts";
import { createClaudeProvider } from "../../src/providers/claude/index.ts";
import { createCatalog } from "../../src/routing/catalog/index.ts";
import { fitRequest } from "../../src/routing/fit-request.ts";
import { createAnswerContext } from "../support/answer-context.ts";
import { messageExchanges, recordedMessages } from "../support/anthropic-recordings.ts";
import {
  createTestCall,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../support/play-response.ts";
import { hasRecordings, loadExchanges, NEEDS_RECORDINGS } from "../support/recordings.ts";

const ENV = { ANTHROPIC_API_KEY: "sk-ant-api-test", ANTHROPIC_BASE_URL: "http://anthropic.test" };
const MESSAGE = { id: "msg_1", type: "message", model: "m", content: [], stop_reason: "end_turn", usage: {} };
const catalog = createCatalog();

/** What the provider sends for this request, fitted to the catalog's model as the server does it. */
async function send(request: ChatRequest, response: PlayedResponse, count = false) {
  const played = playResponses(response);
  const provider = createClaudeProvider(ENV, createTestDeps(played.fetch));
  const warnings: Warning[] = [];
  const model = catalog.lookup("claude", request.model ?? "");
  const fitted = fitRequest(request, { provider, model }, (warning) => warnings.push(warning));
  const call = createTestCall(fitted, { model: { ...model, id: request.model ?? "" } });
  const answer = count ? await provider.countTokens?.(call) : await foldEvents(await provider.open(call));
  const [sent] = played.calls;
  if (!sent) throw new Error("nothing was sent");
  return { sent, answer, body: jsonObjectSchema.parse(JSON.parse(sent.body)), warnings: [...warnings, ...call.warnings] };
}

/** `stream: false` is what the API does anyway. */
function withoutDefaults(body: JsonObject): JsonObject {
  const { stream, ...rest } = body;
  return stream === true ? body : rest;
}

describe.skipIf(!hasRecordings)(`Anthropic's recorded requests ${NEEDS_RECORDINGS}`, () => {
  test("there are as many as were counted", () => {
    expect(messageExchanges.length).toBe(68);
  });

  for (const { name, request, response } of messageExchanges) {
    test(`${name}: reaches the upstream as it was`, async () => {
      const recorded = jsonObjectSchema.parse(request.body);
      const chat = dialect.decodeRequest(request.body, new Headers(request.headers));
      const { sent, body, warnings } = await send(chat, jsonResponse(MESSAGE));
      expect(withoutDefaults(body)).toEqual(withoutDefaults(recorded));
      expect(sent.headers.get("anthropic-version")).toBe("2023-06-01");
      // What the upstream refused, the catalog knows to be refused; it is sent all the same, as a direct call would have been.
      expect(warnings.length > 0).toBe(response.status !== 200);
    });
  }

  test("a recorded refusal is told as one", async () => {
    const refused = messageExchanges.find(({ response }) => response.status === 400);
    if (!refused) throw new Error("there is no recorded refusal");
    const chat = dialect.decodeRequest(refused.request.body, new Headers());
    const error = await send(chat, jsonResponse(refused.response.body, 400)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "upstream_rejected",
      message: "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
      upstreamCode: "invalid_request_error",
    });
  });

  const counts = loadExchanges("anthropic").filter(({ request }) => request.url.includes("/count_tokens"));
  test.each(counts.map((exchange) => [exchange.name, exchange] as const))("%s: is counted as it was", async (_, exchange) => {
    const { request, response } = exchange;
    const chat = decodeCountRequest(request.body, new Headers(request.headers));
    const { sent, body, answer } = await send(chat, jsonResponse(response.body), true);
    expect(sent.url).toBe("http://anthropic.test/v1/messages/count_tokens");
    expect(body).toEqual(jsonObjectSchema.parse(request.body));
    expect<unknown>({ input_tokens: answer }).toEqual(response.body);
  });
});

const messageSchema = z.looseObject({ content: z.array(z.unknown()) });

describe.skipIf(!hasRecordings)(`Anthropic's recorded answers on the next turn ${NEEDS_RECORDINGS}`, () => {
  for (const recording of recordedMessages) {
    test(`${recording.name}: goes back with its signatures, byte for byte`, async () => {
      const first: ChatRequest = { model: "claude-test", messages: [{ role: "user", content: "Hi" }], max_tokens: 10 };
      const response = recording.streamed ? sseResponse(recording.bytes) : jsonResponse(JSON.parse(recording.text));
      const provider = createClaudeProvider(ENV, createTestDeps(playResponses(response).fetch));
      const answer = await foldEvents(await provider.open(createTestCall(first)));
      const { body: _body, ...folded } = answer;
      const told = messageSchema.parse(
        JSON.parse(JSON.stringify(dialect.encodeResponse(folded, createAnswerContext("anthropic")))),
      );

      // By the native dialect the caller sends our parts back, by Anthropic's the blocks.
      const native: ChatRequest = {
        ...first,
        messages: [...first.messages, { role: "assistant", content: answer.content }, { role: "user", content: "Go on" }],
      };
      const own = dialect.decodeRequest(
        {
          model: "claude-test",
          max_tokens: 10,
          messages: [
            { role: "user", content: "Hi" },
            { role: "assistant", content: told.content },
            { role: "user", content: "Go on" },
          ],
        },
        new Headers(),
      );
      for (const request of [native, own]) {
        const { body, warnings } = await send(request, jsonResponse(MESSAGE));
        expect(body.messages).toEqual([
          { role: "user", content: "Hi" },
          { role: "assistant", content: told.content },
          { role: "user", content: "Go on" },
        ]);
        expect(warnings).toEqual([]);
      }
    });
  }
});
