import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../../src/catalog/index.ts";
import { loadConfig } from "../../../src/config.ts";
import { createProviders } from "../../../src/routing/create-providers.ts";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";
import { createServiceAccount } from "../../support/google-credentials.ts";

const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const { file } = await createServiceAccount();
const GOOGLE_APPLICATION_CREDENTIALS_JSON = JSON.stringify(file);

interface Sent {
  readonly url: string;
  readonly traceparent: string | null;
}

/** What a provider sends for one call. */
async function sendCall(
  name: string,
  variables: Record<string, string>,
  traceparent: string | undefined,
  stream: boolean,
): Promise<Sent[]> {
  const sent: Sent[] = [];
  const config = loadConfig(variables);
  const timeouts = {
    headersMs: 1000,
    answerMs: 1000,
    idleMs: 1000,
    progressMs: 1000,
    totalMs: 1000,
  };
  const provider = createProviders(config, config.env, createCatalog(), {
    async fetch(url, init) {
      sent.push({ url, traceparent: new Headers(init.headers).get("traceparent") });
      if (url.endsWith("/token")) return Response.json({ access_token: "a", expires_in: 3600 });
      if (url.endsWith("/v1/agents")) return Response.json({ run: { id: "run" } });
      return Response.json({ error: {} }, { status: 500 });
    },
    now: Date.now,
    randomId: () => crypto.randomUUID().replaceAll("-", ""),
    every: createTimerWheel(),
    timeouts,
  }).find((one) => one.name === name);
  if (!provider?.available) throw new Error(`${name} is not available`);
  const failure = await provider
    .open({
      request: { messages: [{ role: "user", content: "Hi" }], stream },
      model: { id: "some-model" },
      stream,
      warn() {},
      signal: new AbortController().signal,
      requestId: "r",
      traceparent,
      waitUntil() {},
    })
    .then(String, String);
  expect(failure).toContain("ChatError");
  return sent;
}

const PROVIDERS: readonly [name: string, variables: Record<string, string>][] = [
  ["claude", { ANTHROPIC_API_KEY: "sk-ant-api03-x" }],
  ["claude", { CLAUDE_ACCESS_TOKEN: "sk-ant-oat01-x" }],
  [
    "claude",
    {
      CLAUDE_TRANSPORT: "vertex",
      GOOGLE_APPLICATION_CREDENTIALS_JSON,
      GOOGLE_CLOUD_PROJECT: "p",
      GOOGLE_CLOUD_LOCATION: "global",
    },
  ],
  ["gemini", { GEMINI_API_KEY: "x" }],
  ["gemini", { GOOGLE_APPLICATION_CREDENTIALS_JSON, GEMINI_TRANSPORT: "vertex" }],
  ["openai", { OPENAI_API_KEY: "x" }],
  ["groq", { GROQ_API_KEY: "x" }],
  ["cursor", { CURSOR_API_KEY: "crsr_x" }],
  ["copilot", { COPILOT_BRIDGE_URL: "http://localhost:1/v1", GH_TOKEN: "ghu_x" }],
];

describe.each(PROVIDERS)("%s (%p)", (name, variables) => {
  test.each([false, true])("tells its vendor of the trace (stream: %p)", async (stream) => {
    const sent = await sendCall(name, variables, TRACEPARENT, stream);
    expect(sent.map((one) => one.traceparent)).toContain(TRACEPARENT);
    // Whoever gives the credentials has nothing to do with it.
    for (const { url, traceparent } of sent)
      if (url.endsWith("/token")) expect(traceparent).toBeNull();
  });

  test("sends no such header if there is no trace", async () => {
    const sent = await sendCall(name, variables, undefined, false);
    expect(sent.map(({ traceparent }) => traceparent)).toEqual(sent.map(() => null));
  });
});
