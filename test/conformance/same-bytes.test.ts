import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { ANTHROPIC_FIXTURES } from "../support/anthropic-fixtures.ts";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import { RUNTIMES } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { streamMessage } from "../support/stream-anthropic-message.ts";
import { startUpstream } from "../support/upstream.ts";
import { jsonAnswer, sseAnswer } from "../support/upstream-answer.ts";
import { loadJsonTexts } from "../support/vectors.ts";

const upstream = await startUpstream();
const environment = {
  ...TEST_JWT,
  ANTHROPIC_API_KEY: "sk-ant-api03-same-bytes",
  ANTHROPIC_BASE_URL: upstream.url,
  RETRY_MAX: "0",
};
const servers = await Promise.all(RUNTIMES.map((runtime) => startServer(runtime, environment)));
const token = await mintTestToken();

/** Headers of the connection, which are each runtime's own affair. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
  "vary",
]);

/** What may differ between two calls of the same server: ids, times and the runtime's name. */
function normalize(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>")
    .replace(/[0-9a-f]{32}/g, "<id>")
    .replace(/"(duration_ms|created|created_at|completed_at)":[\d.]+/g, '"$1":<time>')
    .replace(/;dur=\d+/g, ";dur=<time>")
    .replace(/"runtime":"\w+"/, '"runtime":<runtime>');
}

interface Call {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

async function fetchNormalized(url: string, { path, headers, ...init }: Call): Promise<string> {
  const response = await fetch(`${url}${path}`, {
    ...init,
    // A runtime closes the connection of a refused call whose body it has not read; a call that is
    // sent on it in that moment fails.
    keepalive: false,
    // As curl asks: without compression, which is the runtime's (or its proxy's) own affair too.
    headers: {
      "accept-encoding": "identity",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...headers,
    },
    redirect: "manual",
  });
  const kept = [...response.headers].filter(([name]) => !OWN_HEADERS.has(name)).sort();
  return normalize(
    `${response.status}\n${kept.map((pair) => pair.join(": ")).join("\n")}\n\n${await response.text()}`,
  );
}

/**
 * Makes the call on each runtime, one after the other, and compares all that came back with what
 * came from the first.
 */
async function expectSame(call: Call): Promise<void> {
  let first: string | undefined;
  for (const { runtime, url } of servers) {
    const answer = await fetchNormalized(url, call);
    first ??= answer;
    expect({ runtime, answer }).toEqual({ runtime, answer: first });
  }
}

function post(path: string, body: unknown): Call {
  return { path, method: "POST", body: JSON.stringify(body) };
}

const messages = [{ role: "user", content: "Hello, wörld 🎉" }];
const tools = [
  { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
];

describe("the same call gives the same bytes on Bun, workerd and Deno, ids and times aside", () => {
  afterEach(() => upstream.reset());
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await upstream.stop();
  });

  const calls: [name: string, call: Call][] = [
    ["health", { path: "/health" }],
    ["providers", { path: "/providers" }],
    ["models", { path: "/models" }],
    ["nothing there", { path: "/nowhere" }],
    ["a wrong method", { path: "/chat", method: "PUT" }],
    [
      "no token",
      { ...post("/chat", { provider: "echo", messages }), headers: { authorization: "" } },
    ],
    [
      "a forged token",
      {
        ...post("/chat", { provider: "echo", messages }),
        headers: { authorization: `Bearer ${token}x` },
      },
    ],
    ["echo", post("/chat", { provider: "echo", messages })],
    ["echo, streamed", post("/chat", { provider: "echo", messages, stream: true })],
    [
      "echo with tools",
      post("/chat", { provider: "echo", messages, tools, tool_choice: "required" }),
    ],
    [
      "echo with tools, streamed",
      post("/chat", { provider: "echo", messages, tools, tool_choice: "required", stream: true }),
    ],
    ["echo with a warning", post("/chat", { provider: "echo", messages, temperature: 0.5 })],
    [
      "echo in strict mode",
      post("/chat", { provider: "echo", messages, temperature: 0.5, strict: true }),
    ],
    ["echo, cut", post("/chat", { provider: "echo", model: "echo-cut", messages, stream: true })],
    [
      "echo, failing",
      post("/chat", { provider: "echo", model: "echo-fail-upstream_rate_limited", messages }),
    ],
    ["an unknown field", post("/chat", { provider: "echo", messages, colour: "red" })],
    ["not JSON", { path: "/chat", method: "POST", body: "{" }],
    ["a wrong content type", { ...post("/chat", {}), headers: { "content-type": "text/plain" } }],
  ];
  test.each(calls)("%s", async (_name, call) => {
    await expectSame(call);
  });

  test.each([...ANTHROPIC_FIXTURES])("claude: $name", async ({ message }) => {
    for (const answer of [jsonAnswer(message), sseAnswer(streamMessage(message).join(""))]) {
      upstream.respond = () => answer;
      await expectSame(post("/chat", { provider: "claude", model: message.model, messages }));
      await expectSame(
        post("/chat", { provider: "claude", model: message.model, messages, stream: true }),
      );
    }
  });

  test.each([400, 401, 404, 429, 500, 529])("claude: the status %d", async (status) => {
    const error = { type: "error", error: { type: "some_error", message: "text" } };
    upstream.respond = () =>
      jsonAnswer(error, { status, headers: { "retry-after": "2", "request-id": "req_1" } });
    await expectSame(post("/chat", { provider: "claude", messages }));
    await expectSame(post("/chat", { provider: "claude", messages, stream: true }));
  });

  test("what reaches the upstream is the same too", async () => {
    const [{ message }] = ANTHROPIC_FIXTURES;
    upstream.respond = () => jsonAnswer(message);
    await expectSame(
      post("/chat", {
        provider: "claude",
        messages,
        tools,
        max_tokens: 100,
        stop: ["x"],
        metadata: { user: "1" },
      }),
    );
    const [first, ...others] = upstream.requests.map(({ method, url, headers, body }) => ({
      method,
      url,
      headers: ["anthropic-version", "anthropic-beta", "content-type", "x-api-key"].map((name) =>
        headers.get(name),
      ),
      body: new TextDecoder().decode(body),
    }));
    expect(others.length).toBe(RUNTIMES.length - 1);
    for (const other of others) expect(other).toEqual(first ?? other);
  });

  test("Claude is told the same of this server as of Anthropic's own client", async () => {
    const [{ message }] = ANTHROPIC_FIXTURES;
    upstream.respond = () => jsonAnswer(message);
    for (const { url } of servers)
      await fetchNormalized(url, post("/chat", { provider: "claude", messages }));
    const script = resolve(import.meta.dir, "../support/call-anthropic.ts");
    const denoPath = resolve(import.meta.dir, "../../node_modules/.bin/deno");
    for (const command of [
      [process.execPath, script],
      [denoPath, "run", "--allow-net", "--allow-env", "--allow-read", script],
    ]) {
      const env = { ...process.env, ...environment };
      expect(await Bun.spawn(command, { env, stdio: ["ignore", "ignore", "inherit"] }).exited).toBe(
        0,
      );
    }
    const [bun, workers, deno, bunClient, denoClient] = upstream.requests.map(({ headers }) =>
      [...headers].filter(([name]) =>
        /^(accept|content-type|user-agent|x-stainless-.*)$/.test(name),
      ),
    );
    expect(bun).toEqual(bunClient);
    expect(deno).toEqual(denoClient);
    // The client finds nothing that it knows on workerd.
    const UNKNOWN: Record<string, string> = {
      "x-stainless-arch": "unknown",
      "x-stainless-os": "Unknown",
      "x-stainless-runtime": "unknown",
      "x-stainless-runtime-version": "unknown",
    };
    expect(bunClient?.length).toBe(11);
    expect(workers).toEqual(
      (bunClient ?? []).map(([name, value]) => [name, UNKNOWN[name] ?? value]),
    );
  });

  test("JSON's edges as bodies", async () => {
    for (const { body } of loadJsonTexts())
      await expectSame({ path: "/chat", method: "POST", body });
  }, 300_000);
});
