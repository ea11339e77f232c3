import { beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import type { Subject } from "../../conformance/conformance.ts";
import { mintTestToken } from "../../support/chat-client.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { until } from "../../support/until.ts";
import { openai } from "../../support/vendors/openai.ts";
import type { Stage } from "../stage.ts";

const WORDS = "one two three four five six seven eight nine ten";

/** Answers of the Responses API that are kept, with the official client as it is. */
export function describeStoredResponses(stage: Stage): void {
  describe("stored responses (openai)", () => {
    let subject: Subject;
    let client: OpenAI;
    beforeAll(async () => {
      subject = await stage.start({ STORE_ANSWERS: "on" });
      client = new OpenAI({
        baseURL: `${subject.server.url}/v1`,
        apiKey: stage.token,
        maxRetries: 0,
      });
    });

    /** Starts a stream in the background and leaves it after so many events. */
    async function leaveAfter(count: number) {
      const stream = await client.responses.create({
        model: "echo/echo-slow",
        input: WORDS,
        background: true,
        stream: true,
      });
      const events: OpenAI.Responses.ResponseStreamEvent[] = [];
      for await (const event of stream) {
        events.push(event);
        if (events.length === count) break;
      }
      stream.controller.abort();
      const [first] = events;
      const id = first && "response" in first ? first.response.id : "";
      return { id, events };
    }

    test("a background stream is resumed at starting_after, without loss", async () => {
      const { id, events } = await leaveAfter(6);
      const last = events.at(-1)?.sequence_number ?? 0;
      const rest = await client.responses.retrieve(id, { stream: true, starting_after: last });
      for await (const event of rest) events.push(event);
      expect(events.map(({ sequence_number: number }) => number)).toEqual(
        Array.from(events, (_, index) => index),
      );
      const end = events.at(-1);
      expect(end?.type).toBe("response.completed");
      const text = events.map((event) =>
        event.type === "response.output_text.delta" ? event.delta : "",
      );
      expect(text.join("")).toBe(WORDS);
      const stored = await client.responses.retrieve(id);
      expect(stored).toMatchObject({ id, status: "completed", background: true });
      expect(stored.output_text).toBe(WORDS);
    }, 30_000);

    test("responses.stream with response_id reads the whole answer and goes on live", async () => {
      const { id } = await leaveAfter(4);
      const types: string[] = [];
      const stream = client.responses.stream({ response_id: id, starting_after: 4 });
      for await (const { type } of stream) types.push(type);
      const final = await stream.finalResponse();
      expect(final.output_text).toBe(WORDS);
      expect(types.at(-1)).toBe("response.completed");
    }, 30_000);

    test("a key in the headers makes the call once, however often it is sent", async () => {
      const ask = () => {
        const headers = { "Idempotency-Key": "order-7" };
        return client.responses.create({ model: "echo/echo", input: WORDS }, { headers });
      };
      const first = await ask();
      expect(await ask()).toEqual(first);
      // The option of that name is not sent (openai 7.57.0, findings/).
      const option = { idempotencyKey: "order-7" };
      const other = await client.responses.create({ model: "echo/echo", input: WORDS }, option);
      expect(other.id).not.toBe(first.id);
    });

    test("a background answer is polled until it is there", async () => {
      const queued = await client.responses.create({
        model: "echo/echo-late-500",
        input: WORDS,
        background: true,
      });
      expect(queued.status).toBe("queued");
      let response = queued;
      await until("it is completed", async () => {
        response = await client.responses.retrieve(queued.id);
        return response.status === "completed";
      });
      expect(response.output_text).toBe(WORDS);
      expect(response.id).toBe(queued.id);
    }, 30_000);

    test("a background answer that fails says why", async () => {
      const queued = await client.responses.create({
        model: "echo/echo-fail-upstream_overloaded",
        input: WORDS,
        background: true,
      });
      await until("it has failed", async () => {
        const { status, error } = await client.responses.retrieve(queued.id);
        return status === "failed" && error?.message !== undefined;
      });
    });

    test("cancel ends it", async () => {
      const { id } = await leaveAfter(4);
      const cancelled = await client.responses.cancel(id);
      expect(cancelled).toMatchObject({ id, status: "cancelled" });
      expect((await client.responses.retrieve(id)).status).toBe("cancelled");
    }, 30_000);

    test("previous_response_id goes on from an answer that is stored", async () => {
      const first = await client.responses.create({
        model: "echo/echo",
        input: "my name is Ada",
        store: true,
      });
      const next = await client.responses.create({
        model: "echo/echo",
        input: "what is my name",
        previous_response_id: first.id,
        store: true,
      });
      expect(next.previous_response_id).toBe(first.id);
      const third = await client.responses.create({
        model: "echo/echo",
        input: "again",
        previous_response_id: next.id,
      });
      // The echo counts words: those of all turns before are part of the prompt.
      expect(third.usage?.input_tokens).toBe(4 * 2 + 4 * 2 + 1);
      const unknown = `resp_${"0".repeat(32)}`;
      const refused = client.responses.create({
        model: "echo/echo",
        input: "x",
        previous_response_id: unknown,
      });
      expect(await rejectionOf(refused)).toMatchObject({
        status: 400,
        param: "previous_response_id",
      });
    });

    test("OpenAI's own answer goes out under the id by which it is asked for again", async () => {
      stage.play(openai, { text: WORDS }, { text: WORDS });
      for (const stream of [false, true]) {
        const body = { model: "openai/gpt-6.1-terra", input: "x", background: true };
        const created = await client.responses.create({ ...body, stream });
        let id = "id" in created ? created.id : "";
        if (!("id" in created))
          for await (const event of created) if ("response" in event) id = event.response.id;
        expect(id).toMatch(/^resp_[0-9a-f]{32}$/);
        await until("it is completed", async () => {
          const { status } = await client.responses.retrieve(id);
          return status === "completed";
        });
        const stored = await client.responses.retrieve(id);
        expect(stored).toMatchObject({ id, output_text: WORDS });
      }
    });

    test("another subject's, and one that never was, are not found", async () => {
      const stored = await client.responses.create({ model: "echo/echo", input: "x", store: true });
      expect((await client.responses.retrieve(stored.id)).output_text).toBe("x");
      const other = client.withOptions({ apiKey: await mintTestToken({ sub: "another" }) });
      const theirs = rejectionOf(other.responses.retrieve(stored.id));
      const unknown = rejectionOf(client.responses.retrieve(`resp_${"0".repeat(32)}`));
      for (const refused of [await theirs, await unknown])
        expect(refused).toMatchObject({ status: 404, code: "not_found" });
    });

    test("a starting_after that is no number, or ahead, is a 400 that names it", async () => {
      const { id } = await leaveAfter(3);
      for (const after of ["x", "-1", "9999"]) {
        const url = `${subject.server.url}/v1/responses/${id}?stream=true&starting_after=${after}`;
        const refused = await fetch(url, { headers: { authorization: `Bearer ${stage.token}` } });
        expect(refused.status).toBe(400);
        expect(await refused.text()).toContain('"param":"starting_after"');
      }
    }, 30_000);
  });
}
