import { beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import * as z from "zod";
import { answerStateSchema, receiptSchema } from "../../../src/dialects/chat/answer-state.ts";
import { mintTestToken } from "../../support/chat-client.ts";
import { findLogLines } from "../../support/runtimes/runtime.ts";
import { until } from "../../support/until.ts";
import { type Conformance, PROMPT_CANARY, type Subject } from "../conformance.ts";

let names = 0;
const newKey = () => {
  names += 1;
  return `key-${process.pid}-${Date.now()}-${names}`;
};

const ask = (text: string, more: object = {}) => ({
  provider: "echo",
  messages: [{ role: "user", content: `${PROMPT_CANARY} ${text}` }],
  ...more,
});
const WORDS = "one two three four five six seven eight nine ten";

/** The four dialects: where they are, and what a call of them looks like. */
const DIALECTS = [
  ["/chat", (text: string) => ask(text)],
  [
    "/v1/chat/completions",
    (text: string) => ({ model: "echo/echo", messages: [{ role: "user", content: text }] }),
  ],
  ["/v1/responses", (text: string) => ({ model: "echo/echo", input: text })],
  [
    "/v1/messages",
    (text: string) => ({
      model: "echo/echo",
      max_tokens: 1000,
      messages: [{ role: "user", content: text }],
    }),
  ],
] as const;

const webhookSchema = z.strictObject({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: receiptSchema,
});

/** Answers that are kept: repeated, resumed, read again, stopped. */
export function describeKeptAnswers({ start, main }: Conformance): void {
  describe("kept answers", () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await start({ STORE_ANSWERS: "on", LOG_LEVEL: "info", ANSWER_MAX_BYTES: "65536" });
    });

    const post = (path: string, body: object, key: string | null, token?: string) =>
      subject.client.send(path, {
        headers: {
          "content-type": "application/json",
          ...(key === null ? {} : { "idempotency-key": key }),
        },
        body: JSON.stringify(body),
        ...(token === undefined ? {} : { token }),
      });
    /** How many calls the server has made with this word in their request's id's log lines. */
    const calls = (id: string) => subject.server.logs().split(`"request_id":"${id}"`).length - 1;
    /** The log lines of the answers to this subject. */
    const answersTo = (sub: string) =>
      findLogLines(subject.server, '"event":"answer"', `"subject":"${sub}"`);

    describe.each(DIALECTS)("Idempotency-Key on %s", (path, bodyOf) => {
      for (const stream of [false, true]) {
        const kind = stream ? "stream" : "whole answer";
        test(`the same key again gets the same ${kind}, of one call`, async () => {
          const key = newKey();
          const body = { ...bodyOf(WORDS), stream };
          const first = await post(path, body, key);
          expect(first.status).toBe(200);
          expect(first.headers.get("idempotency-replayed")).toBeNull();
          const again = await post(path, body, `"${key}"`);
          expect(again.status).toBe(200);
          expect(again.headers.get("idempotency-replayed")).toBe("true");
          expect(again.text).toBe(first.text);
          expect(again.headers.get("x-request-id")).toBe(first.headers.get("x-request-id"));
          expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
          const other = await post(path, { ...bodyOf("another"), stream }, key);
          expect(other.status).toBe(422);
          expect(other.text).toContain("idempotency_key_reused");
          const theirs = await post(path, body, key, await mintTestToken({ sub: "another" }));
          expect(theirs.headers.get("idempotency-replayed")).toBeNull();
        });

        test(`50 at once get 50 equal answers of one call (${kind})`, async () => {
          const key = newKey();
          const model = "echo/echo-late-300";
          const body = { ...bodyOf(`${WORDS} ${key}`), provider: undefined, model, stream };
          const sub = `fifty-${key}`;
          const token = await mintTestToken({ sub });
          const sent = Array.from({ length: 50 }, () => post(path, body, key, token));
          const received = await Promise.all(sent);
          expect(new Set(received.map(({ status }) => status))).toEqual(new Set([200]));
          expect(new Set(received.map(({ text }) => stripComments(text))).size).toBe(1);
          expect(received[0]?.text).toContain("ten");
          const replayed = received.filter(({ headers }) => headers.has("idempotency-replayed"));
          expect(replayed).toHaveLength(49);
          await until("the call is logged", () => answersTo(sub).length > 0);
          await Bun.sleep(300);
          expect(answersTo(sub)).toHaveLength(1);
        });

        test(`a call that fails before its content releases the key (${kind})`, async () => {
          const key = newKey();
          const failing = {
            ...bodyOf("x"),
            provider: undefined,
            model: "echo/echo-fail-upstream_error",
          };
          const first = await post(path, { ...failing, stream }, key);
          expect(first.status).toBe(502);
          const next = await post(path, { ...bodyOf(WORDS), stream }, key);
          expect(next.status).toBe(200);
          expect(next.headers.get("idempotency-replayed")).toBeNull();
        });
      }
    });

    test("the order of members and white space do not make another body", async () => {
      const key = newKey();
      const first = await post("/chat", { provider: "echo", messages: ask("a").messages }, key);
      const again = await subject.client.send("/chat", {
        headers: { "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify({ messages: ask("a").messages, provider: "echo" }, null, 2),
      });
      expect(again.text).toBe(first.text);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
    });

    test.each([
      ["of 256 characters", "k".repeat(256)],
      ["that is quoted and empty", '""'],
      ["with a tab", "a\tb"],
      ["that is not ASCII", "schlüssel"],
    ])("a key %s is a 400 that names the header", async (_name, key) => {
      const refused = await post("/chat", ask("x"), key);
      expect(refused.status).toBe(400);
      expect(refused.error()).toMatchObject({ code: "invalid_request", param: "Idempotency-Key" });
    });

    test("a key of 255 characters is one", async () => {
      expect((await post("/chat", ask("x"), "k".repeat(255))).status).toBe(200);
    });

    test("a client that sends its POST again with Last-Event-ID gets what comes after that", async () => {
      const key = newKey();
      const body = ask(WORDS, { stream: true });
      const first = await post("/chat", body, key);
      const repeat = (after: string) =>
        subject.client.chat(body, { headers: { "idempotency-key": key, "last-event-id": after } });
      expect((await repeat("3")).text).toBe(eventsAfter(first.text, 3));
      expect((await repeat("9999")).error()).toMatchObject({ param: "Last-Event-ID" });
      expect((await repeat("three")).error()).toMatchObject({ param: "Last-Event-ID" });
    });

    test("a stream that fails after content is repeated with its failure", async () => {
      const key = newKey();
      const body = ask(WORDS, { model: "echo-cut-3", stream: true });
      const first = await post("/chat", body, key);
      const again = await post("/chat", body, key);
      expect(first.text).toContain("upstream_incomplete");
      expect(again.text).toBe(first.text);
    });

    describe("that outlive their connection", () => {
      /** Leaves a stream after so many events; its id and what was read. */
      async function leaveAfter(events: number, body: object, headers = {}) {
        const leaving = new AbortController();
        const response = await subject.client.open(body, { signal: leaving.signal, headers });
        expect(response.status).toBe(200);
        const id = response.headers.get("x-request-id") ?? "";
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        while (text.split("\n\n").length <= events) text += (await reader?.read())?.value ?? "";
        leaving.abort();
        const whole = text.slice(0, text.lastIndexOf("\n\n") + 2);
        return { id, text: whole, last: lastIdOf(whole) };
      }

      const resume = (id: string, last: number, more: object = {}) =>
        subject.client.send(`/chat/${id}/events`, {
          headers: { "last-event-id": String(last) },
          ...more,
        });

      test("are resumed at any event, by header or by query, without loss", async () => {
        const body = ask(WORDS, { model: "echo-slow", stream: true, on_disconnect: "continue" });
        const { id, text, last } = await leaveAfter(5, body);
        const rest = await resume(id, last);
        expect(rest.status).toBe(200);
        const whole = stripComments(text) + stripComments(rest.text);
        expect(idsOf(whole)).toEqual(Array.from(idsOf(whole), (_, index) => index + 1));
        expect(whole).toContain('"type":"done"');
        for (let after = 0; after < idsOf(whole).length; after += 1) {
          const byQuery = await subject.client.send(`/chat/${id}/events?after=${after}`);
          expect(stripComments(byQuery.text)).toBe(eventsAfter(whole, after));
        }
        expect((await resume(id, idsOf(whole).length)).status).toBe(204);
        const state = await subject.client.send(`/chat/${id}`);
        const { answer, ...receipt } = answerStateSchema.parse(state.json());
        expect(receipt).toMatchObject({ request_id: id, state: "completed", stream: true });
        expect(receipt.last_event_id).toBe(idsOf(whole).length);
        expect(answer?.text).toBe(`${PROMPT_CANARY} ${WORDS}`);
      }, 30_000);

      test("go on by an Idempotency-Key alone, and end by on_disconnect cancel", async () => {
        const body = ask(WORDS, { model: "echo-slow", stream: true });
        const kept = await leaveAfter(4, body, { "idempotency-key": newKey() });
        expect((await resume(kept.id, kept.last)).text).toContain('"type":"done"');
        const cancelled = { ...body, on_disconnect: "cancel" };
        const left = await leaveAfter(4, cancelled, { "idempotency-key": newKey() });
        expect((await resume(left.id, left.last)).text).toContain('"type":"cancelled"');
      }, 30_000);

      test.each(["-1", "1.5", "abc", "0x1", "9".repeat(16)])(
        "are not resumed after %p: 400 names the header",
        async (after) => {
          const whole = await post("/chat", ask("x", { stream: true }), newKey());
          const id = whole.headers.get("x-request-id") ?? "";
          const refused = await subject.client.send(`/chat/${id}/events`, {
            headers: { "last-event-id": after },
          });
          expect(refused.status).toBe(400);
          expect(refused.error()).toMatchObject({ param: "Last-Event-ID" });
          const byQuery = await subject.client.send(`/chat/${id}/events?after=${after}`);
          expect(byQuery.error()).toMatchObject({ code: "invalid_request", param: "after" });
        },
      );

      test("are not resumed after an event that they have not: 400", async () => {
        const whole = await post("/chat", ask("x", { stream: true }), newKey());
        const id = whole.headers.get("x-request-id") ?? "";
        const refused = await resume(id, 999);
        expect(refused.error()).toMatchObject({ code: "invalid_request", param: "Last-Event-ID" });
      });

      test("are for their subject alone: to others they are like ones that never were", async () => {
        const whole = await post("/chat", ask("x", { stream: true }), newKey());
        const id = whole.headers.get("x-request-id") ?? "";
        const never = "0".repeat(32);
        const token = await mintTestToken({ sub: "somebody else" });
        for (const path of ["", "/events"]) {
          const theirs = await subject.client.send(`/chat/${id}${path}`, { token });
          const unknown = await subject.client.send(`/chat/${never}${path}`, { token });
          expect(theirs.status).toBe(404);
          const masked = (text: string) => text.replace(/[0-9a-f]{32}/g, "");
          expect(masked(theirs.text)).toBe(masked(unknown.text));
        }
        const cancelled = await subject.client.send(`/chat/${id}`, { token, method: "DELETE" });
        expect(cancelled.status).toBe(404);
        const tenant = await mintTestToken({ ai: { tenant: "t" } });
        expect((await subject.client.send(`/chat/${id}`, { token: tenant })).status).toBe(404);
      });

      test("have one line in the log if their caller leaves before they begin", async () => {
        const sub = `early-${newKey()}`;
        const caller = new AbortController();
        const body = ask(WORDS, { model: "echo-late-3000", stream: true, on_disconnect: "cancel" });
        const opening = subject.client.open(body, {
          signal: caller.signal,
          headers: { "idempotency-key": newKey() },
          token: await mintTestToken({ sub }),
        });
        setTimeout(() => caller.abort(), 200);
        await opening.catch(() => {});
        await until("it is in the log", () => answersTo(sub).length > 0);
        await Bun.sleep(200);
        const { request_id: id, code } = JSON.parse(answersTo(sub)[0] ?? "");
        expect(code).toBe("cancelled");
        const lines = findLogLines(subject.server, id);
        expect(lines.map((line) => JSON.parse(line).event)).toEqual(["answer"]);
      }, 30_000);

      test("are stopped by DELETE, which says what was used", async () => {
        const body = ask(WORDS.repeat(10), {
          model: "echo-slow",
          stream: true,
          on_disconnect: "continue",
        });
        const response = await subject.client.open(body);
        const id = response.headers.get("x-request-id") ?? "";
        await Bun.sleep(600);
        const stopped = await subject.client.send(`/chat/${id}`, { method: "DELETE" });
        expect(stopped.status).toBe(200);
        const receipt = receiptSchema.parse(stopped.json());
        expect(receipt).toMatchObject({ request_id: id, state: "cancelled", stream: true });
        expect(receipt).toMatchObject({ usage_source: "estimated", error: { code: "cancelled" } });
        expect(receipt.usage?.output_tokens).toBeGreaterThan(0);
        const text = await response.text();
        expect(text).toContain("event: cancelled");
        expect(lastIdOf(text)).toBe(receipt.last_event_id);
        const again = await subject.client.send(`/chat/${id}`, { method: "DELETE" });
        expect(again.json()).toEqual({ ...receipt, expires_at: expect.any(String) });
      }, 30_000);
    });

    describe("in the background", () => {
      test("are answered at once and read later", async () => {
        const started = await post(
          "/chat",
          ask(WORDS, { model: "echo-late-500", background: true }),
          null,
        );
        expect(started.status).toBe(202);
        const { request_id: id, state, answer } = answerStateSchema.parse(started.json());
        expect([state, answer]).toEqual(["running", null]);
        expect(started.headers.get("x-request-id")).toBe(id);
        const read = async () =>
          answerStateSchema.parse((await subject.client.send(`/chat/${id}`)).json());
        await until("it is completed", async () => (await read()).state === "completed");
        expect((await read()).answer?.text).toBe(`${PROMPT_CANARY} ${WORDS}`);
        expect((await read()).usage?.output_tokens).toBeGreaterThan(0);
      }, 30_000);

      test("are made once for a key", async () => {
        const key = newKey();
        const body = ask(WORDS, { model: "echo-late-500", background: true });
        const first = answerStateSchema.parse((await post("/chat", body, key)).json());
        const again = await post("/chat", body, key);
        expect(again.status).toBe(202);
        expect(again.headers.get("idempotency-replayed")).toBe("true");
        expect(answerStateSchema.parse(again.json()).request_id).toBe(first.request_id);
      });

      test("are followed as a stream", async () => {
        const body = ask(WORDS, { model: "echo-slow", background: true, stream: true });
        const started = await post("/chat", body, null);
        const { request_id: id } = answerStateSchema.parse(started.json());
        const { text } = await subject.client.send(`/chat/${id}/events`);
        expect(text).toContain('"type":"done"');
        expect(idsOf(text)[0]).toBe(1);
      }, 30_000);

      test("say why they failed", async () => {
        const body = ask("x", { model: "echo-fail-upstream_error", background: true });
        const { request_id: id } = answerStateSchema.parse(
          (await post("/chat", body, null)).json(),
        );
        const read = async () =>
          answerStateSchema.parse((await subject.client.send(`/chat/${id}`)).json());
        await until("it has failed", async () => (await read()).state === "failed");
        expect((await read()).error).toMatchObject({ code: "upstream_error" });
      });
    });

    describe("webhooks", () => {
      const SECRET = `whsec_${Buffer.alloc(32, "secret").toString("base64")}`;

      test.each([
        ["completed", "echo-late-200", {}],
        ["completed", "echo", { stream: true }],
        ["completed", "echo", { background: true }],
        ["failed", "echo-cut-2", { stream: true }],
        ["failed", "echo-fail-upstream_error", { background: true }],
      ])("tell that an answer has %s (%s, %p)", async (state, model, more) => {
        const received = Promise.withResolvers<{ body: string; headers: Record<string, string> }>();
        const receiver = Bun.serve({
          port: 0,
          hostname: "127.0.0.1",
          async fetch(request) {
            const headers = Object.fromEntries(request.headers);
            received.resolve({ body: await request.text(), headers });
            return new Response(null, { status: 204 });
          },
        });
        const webhook = { url: `http://127.0.0.1:${receiver.port}/hook` };
        const sent = await hooked.client.chat(ask(WORDS, { model, webhook, ...more }));
        const { body, headers } = await received.promise;
        await receiver.stop(true);
        const client = new OpenAI({ apiKey: "none" });
        const event: unknown = await client.webhooks.unwrap(body, headers, SECRET);
        const { type, data } = webhookSchema.parse(event);
        expect(type).toBe(`answer.${state}`);
        expect(data.request_id).toBe(sent.headers.get("x-request-id") ?? "");
        expect(body).not.toContain("three");
        const { answer, ...receipt } = answerStateSchema.parse(
          (await hooked.client.send(`/chat/${data.request_id}`)).json(),
        );
        expect(data).toEqual({ ...receipt, expires_at: expect.any(String) });
        expect(answer?.text ?? "").toBe(state === "completed" ? `${PROMPT_CANARY} ${WORDS}` : "");
      });

      test("to private addresses are refused unless they are allowed", async () => {
        const refusing = await start({ STORE_ANSWERS: "on", WEBHOOK_SECRET: SECRET });
        const body = ask("x", { webhook: { url: "https://127.0.0.1/hook" } });
        const refused = await refusing.client.chat(body);
        expect(refused.error()).toMatchObject({ code: "invalid_request", param: "webhook.url" });
        const unsigned = await subject.client.chat(body);
        expect(unsigned.error()).toMatchObject({ code: "invalid_request", param: "webhook" });
      });

      let hooked: Subject;
      beforeAll(async () => {
        hooked = await start({
          STORE_ANSWERS: "on",
          WEBHOOK_SECRET: SECRET,
          WEBHOOK_PRIVATE: "allow",
        });
      });
    });

    test("an answer larger than ANSWER_MAX_BYTES streams to its caller, and is told as such", async () => {
      const body = ask("word ".repeat(3000), { stream: true, on_disconnect: "continue" });
      const whole = await post("/chat", body, null);
      expect(whole.text).toContain('"type":"done"');
      const id = whole.headers.get("x-request-id") ?? "";
      const resumed = await subject.client.send(`/chat/${id}/events?after=1`);
      expect(resumed.status).toBe(410);
      expect(resumed.error().code).toBe("answer_too_large");
      expect((await subject.client.send(`/chat/${id}`)).error().code).toBe("answer_too_large");
    });

    test("are gone after their time", async () => {
      const short = await start({ STORE_ANSWERS: "on", ANSWER_TTL_MS: "1000" });
      const key = newKey();
      const send = () =>
        short.client.chat(ask("x", { stream: true }), { headers: { "idempotency-key": key } });
      const first = await send();
      const id = first.headers.get("x-request-id") ?? "";
      expect((await short.client.send(`/chat/${id}`)).status).toBe(200);
      await Bun.sleep(1800);
      expect((await short.client.send(`/chat/${id}`)).status).toBe(404);
      expect((await send()).headers.get("idempotency-replayed")).toBeNull();
    });

    test.each([
      ["Idempotency-Key", ask("x"), { "idempotency-key": "k" }],
      ["on_disconnect", ask("x", { on_disconnect: "continue" }), {}],
      ["background", ask("x", { background: true }), {}],
    ])("are refused if the operator keeps none: %s", async (param, body, headers) => {
      const refused = await main.client.chat(body, { headers });
      expect(refused.status).toBe(400);
      expect(refused.error()).toMatchObject({ code: "answers_not_kept", param });
      const id = "0".repeat(32);
      expect((await main.client.send(`/chat/${id}`)).status).toBe(404);
    });

    test("nothing is kept of an answer that nobody asked to keep", async () => {
      const plain = await post("/chat", ask("x", { stream: true }), null);
      const id = plain.headers.get("x-request-id") ?? "";
      expect((await subject.client.send(`/chat/${id}/events`)).status).toBe(404);
      expect(calls(id)).toBeLessThanOrEqual(1);
    });
  });
}

function stripComments(text: string): string {
  return text.replace(/^:.*\n\n/gm, "");
}

function idsOf(text: string): number[] {
  return Array.from(text.matchAll(/^id: (\d+)$/gm), ([, id]) => Number(id));
}

function lastIdOf(text: string): number {
  return idsOf(text).at(-1) ?? 0;
}

function eventsAfter(text: string, after: number): string {
  return text
    .split(/(?<=\n\n)/)
    .filter((event) => lastIdOf(event) > after)
    .join("");
}
