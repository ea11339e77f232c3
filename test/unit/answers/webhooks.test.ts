import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import OpenAI from "openai";
import { createWebhooks, type WebhookOptions } from "../../../src/answers/webhooks.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { thrownBy } from "../../support/thrown-by.ts";

const [OLD, NEW] = [32, 24].map(
  (size) => `whsec_${Buffer.alloc(size, `${size}+/`).toString("base64")}`,
);

interface Received {
  headers: Record<string, string>;
  body: string;
}

describe("webhooks", () => {
  let receiver: ReturnType<typeof Bun.serve>;
  let received: Received[] = [];
  let answers: (() => Response | Promise<Response>)[] = [];
  let reports: unknown[] = [];

  beforeAll(() => {
    receiver = Bun.serve({
      port: 0,
      async fetch(request) {
        received.push({ headers: Object.fromEntries(request.headers), body: await request.text() });
        return (answers.shift() ?? (() => new Response("ok")))();
      },
    });
  });
  afterAll(() => receiver.stop(true));
  beforeEach(() => {
    received = [];
    answers = [];
    reports = [];
  });

  const create = (more: Partial<WebhookOptions> = {}) =>
    createWebhooks({
      fetch,
      now: Date.now,
      secrets: [NEW ?? "", OLD ?? ""],
      allowsPrivate: true,
      report: (...all) => reports.push(all),
      pausesMs: [1, 1, 1],
      ...more,
    });
  const send = (more: Partial<WebhookOptions> = {}) =>
    create(more).send(receiver.url.href, "r1", '{"type":"answer.completed"}');

  test("are signed as Standard Webhooks says, once for each secret", async () => {
    await send();
    const [{ headers, body } = { headers: {}, body: "" }] = received;
    expect(headers["webhook-id"]).toBe("msg_r1");
    const client = new OpenAI({ apiKey: "none" });
    for (const secret of [OLD, NEW]) {
      expect(await client.webhooks.unwrap(body, headers, secret)).toMatchObject({
        type: "answer.completed",
      });
      const key = Buffer.from((secret ?? "").slice(6), "base64");
      const signed = `msg_r1.${headers["webhook-timestamp"]}.${body}`;
      const signature = createHmac("sha256", key).update(signed).digest("base64");
      expect(headers["webhook-signature"]?.split(" ")).toContain(`v1,${signature}`);
    }
    // The same text without its prefix is another secret.
    const bare = client.webhooks.unwrap(body, headers, (NEW ?? "").slice(6));
    expect(await rejectionOf(bare)).toBeInstanceOf(Error);
    expect(reports).toEqual([["r1", 1, null]]);
  });

  test("are sent again until they are accepted, under the same id", async () => {
    answers = [
      () => new Response(null, { status: 500 }),
      () => new Response(null, { status: 429 }),
    ];
    await send();
    expect(received.map(({ headers }) => headers["webhook-id"])).toEqual(Array(3).fill("msg_r1"));
    expect(reports).toEqual([["r1", 3, null]]);
  });

  test("are given up after four tries, and follow no redirect", async () => {
    const redirect = () => Response.redirect(`${receiver.url.href}elsewhere`, 307);
    answers = Array.from({ length: 4 }, () => redirect);
    await send();
    expect(received).toHaveLength(4);
    expect(reports).toEqual([["r1", 4, "status_307"]]);
  });

  test("are given up if nothing listens", async () => {
    await create().send("http://127.0.0.1:1/", "r2", "{}");
    expect(reports).toEqual([["r2", 4, "connection"]]);
  });

  test("time out", async () => {
    answers = [() => new Promise(() => {})];
    await send({ pausesMs: [] });
    expect(reports).toEqual([["r1", 1, "timeout"]]);
  }, 10_000);

  const PRIVATE = [
    "http://example.com/hook",
    "https://localhost/hook",
    "https://127.0.0.1/hook",
    "https://0x7f.1/hook",
    "https://[::1]/hook",
    "https://[::ffff:10.0.0.1]/",
    "https://169.254.169.254/latest",
    "https://app.internal/hook",
    "https://user:secret@example.com/",
    "gs://bucket/object",
    "ftp://example.com/",
    "not a url",
  ];
  test.each(PRIVATE)("go to no private address: %s", (url) => {
    const error = thrownBy(() => create({ allowsPrivate: false }).check(url));
    expect(error).toBeInstanceOf(ChatError);
    expect(error).toMatchObject({ code: "invalid_request", param: "webhook.url" });
  });

  test("go to public addresses, and to private ones if that is allowed", () => {
    create({ allowsPrivate: false }).check("https://example.com/hook");
    create().check("http://localhost:4000/hook");
    expect(thrownBy(() => create().check("https://u:p@example.com/"))).toBeInstanceOf(ChatError);
    expect(thrownBy(() => create().check("gs://bucket/object"))).toBeInstanceOf(ChatError);
  });

  test("are refused without a secret", () => {
    const error = thrownBy(() => create({ secrets: undefined }).check("https://example.com/"));
    expect(error).toMatchObject({ code: "invalid_request", param: "webhook" });
  });
});
