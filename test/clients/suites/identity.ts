import { afterEach, describe, expect, test } from "bun:test";
import { isJsonObject, type JsonObject, jsonObjectSchema } from "../../../src/json/json-object.ts";
import { messageExchanges, recordedMessages } from "../../support/anthropic-recordings.ts";
import { CALLERS, type Caller, type Told } from "../../support/callers/index.ts";
import {
  readAnthropic,
  readChat,
  readResponses,
  type VendorReader,
} from "../../support/callers/read-all.ts";
import {
  completionExchanges,
  completionRecordings,
  hasFileUrl,
} from "../../support/chat-completions-recordings.ts";
import { plainData } from "../../support/plain-content.ts";
import type { Exchange } from "../../support/recordings.ts";
import {
  isFetchedLater,
  normalizeResponsesRequest,
  responsesExchanges,
  responsesRecordings,
} from "../../support/responses-recordings.ts";
import { type Answer, jsonAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { claude } from "../../support/vendors/claude.ts";
import { openai } from "../../support/vendors/openai.ts";
import { plain } from "../../support/vendors/plain.ts";
import type { Vendor } from "../../support/vendors/vendor.ts";
import { CALLS, TEXT } from "../script.ts";
import type { Stage } from "../stage.ts";

interface Recorded {
  name: string;
  streamed: boolean;
  bytes: Uint8Array;
}

interface Format {
  name: string;
  dialect: (typeof CALLERS)[number]["dialect"];
  /** The provider of the same format. */
  provider: string;
  path: string;
  /** Answers written by hand. */
  vendor: Vendor;
  recordings: readonly Recorded[];
  exchanges: readonly Exchange[];
  /** Everything that the vendor's own client tells of an answer. */
  read: VendorReader;
  answer: unknown;
  /** The answer as this vendor's clients can read it, if they cannot read all of it. */
  told?(text: string): string;
  /** A request without what says nothing. */
  normalize(body: JsonObject): unknown;
  /** Whether this server refuses a request that the vendor takes. */
  refuses(exchange: Exchange): boolean;
}

/** `stream: false` is how it is when it is left out. */
function withoutStreamFalse(body: JsonObject): JsonObject {
  const { stream, ...rest } = body;
  return stream === true ? body : rest;
}

/**
 * A stream always requests usage, which cost and budgets need; a null at the top level is left out.
 */
function normalizeCompletionRequest(body: JsonObject): JsonObject {
  const said = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  return said.stream === true ? { ...said, stream_options: { include_usage: true } } : said;
}

const FORMATS: readonly Format[] = [
  {
    name: "Anthropic Messages",
    dialect: "anthropic-messages",
    provider: "claude",
    path: "/v1/messages",
    vendor: claude,
    recordings: recordedMessages,
    exchanges: messageExchanges,
    read: readAnthropic,
    answer: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "m",
      content: [],
      stop_reason: "end_turn",
      usage: {},
    },
    normalize: withoutStreamFalse,
    refuses: () => false,
  },
  {
    name: "OpenAI Chat Completions",
    dialect: "openai-chat",
    provider: "exact",
    path: "/v1/chat/completions",
    vendor: plain,
    recordings: completionRecordings.filter(({ answer }) => !answer.error),
    exchanges: completionExchanges.filter((exchange) => !hasFileUrl(exchange)),
    read: readChat,
    // They would make "[object Object]" of Mistral's list.
    told: (text) =>
      text.startsWith("{")
        ? plainData(text)
        : text.replace(/^data: (\{[^\r\n]*)/gm, (_, data: string) => `data: ${plainData(data)}`),
    answer: {
      id: "c",
      object: "chat.completion",
      model: "m",
      choices: [{ index: 0, message: {}, finish_reason: "stop" }],
    },
    normalize: normalizeCompletionRequest,
    refuses: () => false,
  },
  {
    name: "OpenAI Responses",
    dialect: "openai-responses",
    provider: "openai",
    path: "/v1/responses",
    vendor: openai,
    recordings: responsesRecordings,
    exchanges: responsesExchanges,
    read: readResponses,
    answer: { id: "resp_1", object: "response", status: "completed", model: "m", output: [] },
    normalize: normalizeResponsesRequest,
    refuses: isFetchedLater,
  },
];

function answerOf(
  { streamed, bytes }: Recorded,
  told: (text: string) => string = (text) => text,
): Answer {
  const text = told(new TextDecoder().decode(bytes));
  return streamed ? sseAnswer(new TextEncoder().encode(text)) : jsonAnswer(text);
}

/** A result, or the error in its place. */
async function outcome(read: Promise<unknown>): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify(await read));
  } catch (thrown) {
    return {
      error: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown),
    };
  }
}

function isFailure(direct: unknown): boolean {
  return (
    isJsonObject(direct) &&
    ("error" in direct ? typeof direct.error === "string" : typeof direct.final === "string")
  );
}

/** Without the ids that the client makes up anew each time; the vendor's ids are in its answer. */
function toldOnly({ text, reasoning, calls, finish, usage }: Told, { bytes }: Recorded): Told {
  const vendors = new TextDecoder().decode(bytes);
  const known = calls.map((call) =>
    vendors.includes(call.id) ? call : { ...call, id: "made up" },
  );
  return { text, reasoning, calls: known, finish, usage };
}

/**
 * If dialect and provider are the same vendor's, a client reads the same with and without this
 * server.
 */
export function describeIdentity({ upstream, main, token, caller }: Stage): void {
  for (const format of FORMATS) {
    describe(`${format.name}, written by hand: identical to a direct call`, () => {
      for (const [what, scripted] of Object.entries({
        text: TEXT,
        "tool calls after reasoning": CALLS,
      })) {
        test.each([true, false])(`${what}, streamed: %p`, async (stream) => {
          upstream.reset();
          upstream.respond = (request) => format.vendor.answer(scripted, request);
          const model = `${format.provider}/test-model`;
          const direct = await outcome(
            format.read({ url: upstream.url, token: "key" }, model, stream),
          );
          expect(isFailure(direct)).toBe(false);
          expect(
            await outcome(format.read({ url: main.server.url, token }, model, stream)),
          ).toEqual(direct);
        });
      }
    });

    describe(`${format.name}: identical to a direct call`, () => {
      afterEach(() => upstream.reset());

      /**
       * What a client cannot read, called directly or through us: of other vendors than its own, or
       * with newer fields.
       */
      const unreadable = new Set<string>();

      test.each(format.recordings.map((recording) => [recording.name, recording] as const))(
        "the answer %s",
        async (_, recording) => {
          const asClientsRead = () => answerOf(recording, format.told);
          const asRecorded = () => answerOf(recording);
          upstream.respond = asClientsRead;
          const model = `${format.provider}/test-model`;
          const direct = await outcome(
            format.read({ url: upstream.url, token: "key" }, model, recording.streamed),
          );
          upstream.respond = asRecorded;
          const ours = await outcome(
            format.read({ url: main.server.url, token }, model, recording.streamed),
          );
          if (isFailure(direct)) unreadable.add(recording.name);
          expect(ours).toEqual(direct);

          for (const kind of CALLERS.filter(
            ({ name, dialect }) => dialect === format.dialect && name.startsWith("ai "),
          )) {
            const question = { model, prompt: "Hi", stream: recording.streamed };
            const ask = (client: Caller) =>
              outcome(client.ask(question).then((told) => toldOnly(told, recording)));
            upstream.respond = asClientsRead;
            const directly = await ask(kind.create({ url: upstream.url, token: "key" }));
            if (isFailure(directly)) unreadable.add(recording.name);
            upstream.respond = asRecorded;
            expect(await ask(caller(kind))).toEqual(directly);
          }
        },
      );

      test("errors that are the same both ways prove little, and are few", () => {
        expect(unreadable.size).toBeLessThan(format.recordings.length / 10);
      });

      test("the requests reach the vendor as they were", async () => {
        for (const exchange of format.exchanges) {
          const { name, request, response } = exchange;
          // What the vendor refused may be mended on the way.
          if (response.status === 400) continue;
          upstream.reset();
          upstream.enqueue(jsonAnswer(format.answer));
          // OpenRouter's list of models is a list of fallbacks here, and the server works it off
          // itself: the token's policy covers each of them.
          const { models: _fallbacks, ...recorded } = jsonObjectSchema.parse(request.body);
          const answer = await main.client.send(format.path, {
            headers: {
              "content-type": "application/json",
              ...pickHeaders(request.headers, "anthropic-version", "anthropic-beta"),
            },
            body: JSON.stringify({ ...recorded, model: `${format.provider}/${recorded.model}` }),
          });
          const sent = upstream.requests[0];
          if (!sent) {
            expect(answer.status).toBe(400);
            expect({
              name,
              refused: response.status !== 200 || format.refuses(exchange),
            }).toEqual({ name, refused: true });
            continue;
          }
          const body = sent.json();
          if (!isJsonObject(body)) throw new Error("the body is not an object");
          expect({ name, body: format.normalize(body) }).toEqual({
            name,
            body: format.normalize(recorded),
          });
        }
      });
    });
  }
}

function pickHeaders(
  headers: Readonly<Record<string, string>>,
  ...names: string[]
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}
