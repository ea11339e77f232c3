import { afterEach, describe, expect, test } from "bun:test";
import { type JsonObject, jsonObjectSchema } from "../../../src/chat/format.ts";
import { isJsonObject } from "../../../src/json/is-json-object.ts";
import { messageExchanges, recordedMessages } from "../../support/anthropic-recordings.ts";
import { CALLERS, type Told } from "../../support/callers/index.ts";
import { readAnthropic, readChat, readResponses, type VendorReader } from "../../support/callers/read-all.ts";
import { completionExchanges, completionRecordings } from "../../support/chat-completions-recordings.ts";
import { type Exchange, hasRecordings, NEEDS_RECORDINGS } from "../../support/recordings.ts";
import {
  finishedResponse,
  normalizeResponses,
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
  /** A request without what says nothing. */
  normalize(body: JsonObject): unknown;
  /** How many of the recorded requests this server refuses: they ask for answers to be fetched later, or what the vendor refused. */
  refuses: number;
}

/** `stream: false` is how it is when it is left out. */
function withoutStreamFalse(body: JsonObject): JsonObject {
  const { stream, ...rest } = body;
  return stream === true ? body : rest;
}

function normalizeResponsesRequest(body: JsonObject): unknown {
  return normalizeResponses(withoutStreamFalse(body));
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
    answer: { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], stop_reason: "end_turn", usage: {} },
    normalize: withoutStreamFalse,
    refuses: 0,
  },
  {
    name: "OpenAI Chat Completions",
    dialect: "openai-chat",
    provider: "exact",
    path: "/v1/chat/completions",
    vendor: plain,
    recordings: completionRecordings.filter(({ answer }) => !answer.error),
    exchanges: completionExchanges,
    read: readChat,
    answer: { id: "c", object: "chat.completion", model: "m", choices: [{ index: 0, message: {}, finish_reason: "stop" }] },
    // Without the usage there is no cost and no budget, so a stream is always asked for it.
    normalize: (body) => (body.stream === true ? { ...body, stream_options: { include_usage: true } } : body),
    refuses: 0,
  },
  {
    name: "OpenAI Responses",
    dialect: "openai-responses",
    provider: "openai",
    path: "/v1/responses",
    vendor: openai,
    // One is the answer of a background call that has not ended: it has nothing to read yet.
    recordings: responsesRecordings.filter(
      (recording) => !/^(?:queued|in_progress)$/.test(String(finishedResponse(recording).status)),
    ),
    exchanges: responsesExchanges,
    read: readResponses,
    answer: { id: "resp_1", object: "response", status: "completed", model: "m", output: [] },
    normalize: normalizeResponsesRequest,
    refuses: 4,
  },
];

function answerOf({ streamed, bytes }: Recorded): Answer {
  return streamed ? sseAnswer(bytes) : jsonAnswer(new TextDecoder().decode(bytes));
}

/** A result, or the error in its place. */
async function outcome(read: Promise<unknown>): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify(await read));
  } catch (thrown) {
    return { error: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) };
  }
}

/** Recorded answers that a client cannot read, called directly or through us: of other vendors than its own, or with newer fields. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "anthropic-tool-search-deferred-regex.2 (whole)",
  "github-copilot-id-rotation.1 (stream)",
  "openai-apply-patch-tool.1 (stream)",
  "xai-code-execution-tool.1 (whole)",
  "xai-file-search-tool.1 (whole)",
  "xai-web-search-tool.1 (stream)",
  "xai-web-search-tool.1 (whole)",
  "xai-x-search-tool.1 (whole)",
]);

/** An error that is the same both ways proves little, so each one has its name above. */
function seeFailure(name: string, direct: unknown): void {
  const failed =
    isJsonObject(direct) && ("error" in direct ? typeof direct.error === "string" : typeof direct.final === "string");
  if (failed && !UNREADABLE.has(name))
    throw new Error(`${name} cannot be read directly: ${JSON.stringify(direct).slice(0, 500)}`);
}

function toldOnly({ text, reasoning, calls, finish, usage }: Told): Told {
  return { text, reasoning, calls, finish, usage };
}

/** Where dialect and provider are the same vendor's, a client reads through us what it would have read without us. */
export function describeIdentity({ upstream, main, token, caller }: Stage): void {
  for (const format of FORMATS) {
    describe(`${format.name}, written by hand: identical to a direct call`, () => {
      for (const [what, scripted] of Object.entries({ text: TEXT, "tool calls behind reasoning": CALLS })) {
        test.each([true, false])(`${what}, streamed: %p`, async (stream) => {
          upstream.reset();
          upstream.respond = (request) => format.vendor.answer(scripted, request);
          const model = `${format.provider}/test-model`;
          const direct = await outcome(format.read({ url: upstream.url, token: "key" }, model, stream));
          seeFailure(what, direct);
          expect(await outcome(format.read({ url: main.server.url, token }, model, stream))).toEqual(direct);
        });
      }
    });

    describe.skipIf(!hasRecordings)(`${format.name}: identical to a direct call ${NEEDS_RECORDINGS}`, () => {
      afterEach(() => upstream.reset());

      test.each(format.recordings.map((recording) => [recording.name, recording] as const))(
        "the answer %s",
        async (_, recording) => {
          upstream.respond = () => answerOf(recording);
          const model = `${format.provider}/test-model`;
          const direct = await outcome(format.read({ url: upstream.url, token: "key" }, model, recording.streamed));
          const ours = await outcome(format.read({ url: main.server.url, token }, model, recording.streamed));
          seeFailure(recording.name, direct);
          expect(ours).toEqual(direct);

          for (const kind of CALLERS.filter(({ name, dialect }) => dialect === format.dialect && name.startsWith("ai "))) {
            const question = { model, prompt: "Hi", stream: recording.streamed };
            const directly = await outcome(kind.create({ url: upstream.url, token: "key" }).ask(question).then(toldOnly));
            seeFailure(recording.name, directly);
            expect(await outcome(caller(kind).ask(question).then(toldOnly))).toEqual(directly);
          }
        },
      );

      test("the requests reach the vendor as they were", async () => {
        const refused: string[] = [];
        for (const { name, request } of format.exchanges) {
          upstream.reset();
          upstream.enqueue(jsonAnswer(format.answer));
          const recorded = jsonObjectSchema.parse(request.body);
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
            refused.push(name);
            continue;
          }
          const body = sent.json();
          if (!isJsonObject(body)) throw new Error("the body is no object");
          expect({ name, body: format.normalize(body) }).toEqual({ name, body: format.normalize(recorded) });
        }
        expect(refused).toHaveLength(format.refuses);
      });
    });
  }
}

function pickHeaders(headers: Readonly<Record<string, string>>, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}
