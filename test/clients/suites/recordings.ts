import { afterEach, describe, expect, test } from "bun:test";
import { isJsonObject } from "../../../src/json/json-object.ts";
import { recordedMessages } from "../../support/anthropic-recordings.ts";
import { CALLERS, type Told } from "../../support/callers/index.ts";
import { completionRecordings } from "../../support/chat-completions-recordings.ts";
import { googleRecordings } from "../../support/google-recordings.ts";
import {
  messageSchema,
  readStreamedMessage,
  summarizeMessage,
} from "../../support/read-anthropic-message.ts";
import { finishedItems, responsesRecordings } from "../../support/responses-recordings.ts";
import { sseAnswer } from "../../support/upstream-answer.ts";
import type { Stage } from "../stage.ts";

/** A recorded answer, and what it says, read without the server's own code. */
interface Recorded {
  name: string;
  provider: string;
  streamed: boolean;
  bytes: Uint8Array;
  contentType: string;
  text: string;
  /** Why the vendor refused to answer; a client without a field for that shows it as text. */
  explanation?: string;
  calls: { name: string; arguments: unknown }[];
}

function parseArguments(text: string): unknown {
  return text === "" ? {} : JSON.parse(text);
}

/** Google's words for a refusal, of the prompt or of the answer. */
function explanationIn(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  const [, quoted = '""'] =
    /"(?:blockReasonMessage|finishMessage)":\s*("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  return String(JSON.parse(quoted));
}

const RECORDED: readonly Recorded[] = [
  ...recordedMessages.map(({ name, streamed, bytes, text }): Recorded => {
    const message = streamed ? readStreamedMessage(text) : messageSchema.parse(JSON.parse(text));
    const summary = summarizeMessage(message);
    const calls = summary.tool_calls.map(({ name: tool, arguments: args }) => ({
      name: tool,
      arguments: args,
    }));
    return {
      name,
      provider: "claude",
      streamed,
      bytes,
      contentType: typeOf(streamed),
      text: summary.text,
      calls,
    };
  }),
  ...googleRecordings.map(({ name, streamed, bytes, contentType, answer }): Recorded => {
    const calls = answer.calls.map((call) => ({ name: call.name, arguments: call.args }));
    const { text } = answer;
    const explanation = explanationIn(bytes);
    return { name, provider: "gemini", streamed, bytes, contentType, text, explanation, calls };
  }),
  ...completionRecordings
    .filter(({ answer }) => !answer.error)
    .map(({ name, streamed, bytes, contentType, answer }): Recorded => {
      const calls = answer.calls.map((call) => ({
        name: call.name,
        arguments: parseArguments(call.arguments),
      }));
      const { text, refusal: explanation } = answer;
      return { name, provider: "exact", streamed, bytes, contentType, text, explanation, calls };
    }),
  ...responsesRecordings.map((recording): Recorded => {
    const items = finishedItems(recording);
    const content = items.flatMap((item) =>
      item.type === "message" && Array.isArray(item.content) ? item.content : [],
    );
    const join = (field: "text" | "refusal") =>
      content.map((part) => (isJsonObject(part) ? (part[field] ?? "") : "")).join("");
    const calls = items
      .filter(({ type }) => type === "function_call")
      .map((item) => ({
        name: String(item.name),
        arguments: parseArguments(String(item.arguments)),
      }));
    const { name, streamed, bytes } = recording;
    return {
      name,
      provider: "openai",
      streamed,
      bytes,
      contentType: typeOf(streamed),
      text: join("text"),
      explanation: join("refusal"),
      calls,
    };
  }),
];

/** The dialect in which a provider's answers go out as they came: that is the identity suite's. */
const OWN_DIALECT: Readonly<Record<string, string>> = {
  claude: "anthropic-messages",
  exact: "openai-chat",
  openai: "openai-responses",
};

function typeOf(streamed: boolean): string {
  return streamed ? "text/event-stream" : "application/json";
}

/** Without the ids of the calls: Gemini gives none, and those made here are new each time. */
function pick({ text, reasoning, calls, finish, usage }: Told) {
  return {
    text,
    reasoning,
    calls: calls.map(({ name, arguments: args }) => ({ name, arguments: args })),
    finish,
    usage,
  };
}

/** On Bun all of them; on the others, which differ only in the runtime, every tenth. */
function sampleFor(runtime: Stage["runtime"]): readonly Recorded[] {
  return runtime === "bun" ? RECORDED : RECORDED.filter((_, index) => index % 10 === 0);
}

/**
 * Vendors' answers as every client reports them: stream and whole answer agree with the exchange.
 */
export function describeRecordings({ runtime, upstream, caller }: Stage): void {
  const sample = sampleFor(runtime);
  describe("answers of every vendor through the clients of the others", () => {
    afterEach(() => upstream.reset());

    test.each(
      sample.map((recorded) => [`${recorded.provider}: ${recorded.name}`, recorded] as const),
    )("%s", async (_, recorded) => {
      upstream.respond = () =>
        sseAnswer(recorded.bytes, { headers: { "content-type": recorded.contentType } });
      const question = { model: `${recorded.provider}/test-model`, prompt: "Hi" };
      for (const kind of CALLERS.filter(
        ({ dialect }) => dialect !== OWN_DIALECT[recorded.provider],
      )) {
        const client = caller(kind);
        try {
          const whole = pick(await client.ask({ ...question, stream: false }));
          const streamed = pick(await client.ask({ ...question, stream: true }));
          expect(streamed).toEqual(whole);
          expect([recorded.text, recorded.text + (recorded.explanation ?? "")]).toContain(
            whole.text,
          );
          expect<unknown>(whole.calls).toEqual(recorded.calls);
        } catch (thrown) {
          if (thrown instanceof Error) thrown.message = `${kind.name}: ${thrown.message}`;
          throw thrown;
        }
      }
    });
  });
}
