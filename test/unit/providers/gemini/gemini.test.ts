import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import type { GeminiConfig } from "../../../../src/providers/gemini/env.ts";
import { createGeminiProvider } from "../../../../src/providers/gemini/index.ts";
import { AUTHORIZED_USER, createServiceAccount } from "../../../support/google-credentials.ts";
import { collectEvents, createTestCall, createTestDeps } from "../../../support/play-response.ts";
import { requireAvailable } from "../../../support/require-available.ts";
import { startUpstream, type Upstream } from "../../../support/upstream.ts";
import { jsonAnswer, sseAnswer } from "../../../support/upstream-answer.ts";

const account = await createServiceAccount();
const ANSWER = {
  candidates: [{ content: { role: "model", parts: [{ text: "Hello" }] }, finishReason: "STOP" }],
  responseId: "r1",
};
const TOKEN = { access_token: "ya29.first", expires_in: 3599 };

let server: Upstream;
beforeAll(async () => {
  server = await startUpstream();
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

function describeProvider(env: Partial<GeminiConfig>) {
  return createGeminiProvider({ GEMINI_BASE_URL: server.url, ...env }, createTestDeps(fetch));
}

function create(env: Partial<GeminiConfig>) {
  return requireAvailable(describeProvider(env));
}

function vertexConfig(file: unknown = account.file): Partial<GeminiConfig> {
  return {
    GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(file),
    GOOGLE_TOKEN_URL: `${server.url}/token`,
    GOOGLE_CLOUD_PROJECT: "p1",
    VERTEX_LOCATION: "europe-west4",
    VERTEX_BASE_URL: server.url,
  };
}

function call(options: Parameters<typeof createTestCall>[1] = {}) {
  return createTestCall(
    { messages: [{ role: "user", content: "Hi" }] },
    { model: { id: "gemini-3.5-flash" }, ...options },
  );
}

describe("the Gemini API", () => {
  test("a whole answer", async () => {
    server.enqueue(jsonAnswer(ANSWER));
    const response = await foldEvents(await create({ GEMINI_API_KEY: "AIza-key" }).open(call()));
    expect(response).toMatchObject({
      id: "r1",
      content: [{ type: "text", text: "Hello" }],
      finish_reason: "stop",
    });
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: "POST",
      url: "/v1beta/models/gemini-3.5-flash:generateContent",
    });
    expect(request?.headers.get("x-goog-api-key")).toBe("AIza-key");
    expect(request?.headers.get("authorization")).toBeNull();
    expect(request?.json()).toEqual({ contents: [{ role: "user", parts: [{ text: "Hi" }] }] });
  });

  test("a stream is requested as events", async () => {
    server.enqueue(sseAnswer(`data: ${JSON.stringify(ANSWER)}\r\n\r\n`));
    const events = await collectEvents(
      await create({ GOOGLE_API_KEY: "AIza-key" }).open(call({ stream: true })),
    );
    expect(events.at(-1)?.type).toBe("end");
    expect(server.requests[0]?.url).toBe(
      "/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse",
    );
    expect(server.requests[0]?.headers.get("x-goog-api-key")).toBe("AIza-key");
  });

  test("a very long answer is requested as a stream, even if the caller wants it whole", async () => {
    server.enqueue(sseAnswer(`data: ${JSON.stringify(ANSWER)}\r\n\r\n`));
    const long = { ...call(), request: { ...call().request, max_tokens: 32_769 } };
    expect(await foldEvents(await create({ GEMINI_API_KEY: "k" }).open(long))).toMatchObject({
      finish_reason: "stop",
    });
    expect(server.requests[0]?.url).toContain(":streamGenerateContent?alt=sse");
  });

  test("a 401 is not tried again", async () => {
    server.respond = () =>
      jsonAnswer({ error: { code: 401, status: "UNAUTHENTICATED" } }, { status: 401 });
    expect(
      await create({ GEMINI_API_KEY: "k" })
        .open(call())
        .catch((thrown: unknown) => thrown),
    ).toMatchObject({ code: "upstream_auth" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("Vertex AI", () => {
  test("the token, the project and the location; one exchange for many calls", async () => {
    server.respond = (request) =>
      jsonAnswer(request.url === "/token" ? TOKEN : ANSWER, { delayMs: 10 });
    const provider = create(vertexConfig({ ...AUTHORIZED_USER, quota_project_id: "q1" }));
    const responses = await Promise.all(
      Array.from({ length: 10 }, async () => foldEvents(await provider.open(call()))),
    );
    expect(responses.map(({ id }) => id)).toEqual(Array(10).fill("r1"));
    const tokens = server.requests.filter(({ url }) => url === "/token");
    const calls = server.requests.filter(({ url }) => url !== "/token");
    expect(tokens).toHaveLength(1);
    expect(calls).toHaveLength(10);
    for (const { url, headers } of calls) {
      expect(url).toBe(
        "/v1beta1/projects/p1/locations/europe-west4/publishers/google/models/gemini-3.5-flash:generateContent",
      );
      expect(headers.get("authorization")).toBe("Bearer ya29.first");
      expect(headers.get("x-goog-user-project")).toBe("q1");
      expect(headers.get("x-goog-api-key")).toBeNull();
    }
  });

  test("a refused token is exchanged again, once", async () => {
    server.enqueue(
      jsonAnswer(TOKEN),
      jsonAnswer({ error: { code: 401, status: "UNAUTHENTICATED" } }, { status: 401 }),
      jsonAnswer({ ...TOKEN, access_token: "ya29.second" }),
      sseAnswer(`data: ${JSON.stringify(ANSWER)}\r\n\r\n`),
    );
    const events = await collectEvents(await create(vertexConfig()).open(call({ stream: true })));
    expect(events.at(-1)?.type).toBe("end");
    expect(server.requests.map(({ headers }) => headers.get("authorization"))).toEqual([
      null,
      "Bearer ya29.first",
      null,
      "Bearer ya29.second",
    ]);
  });

  test("refused credentials are reported as the operator's fault", async () => {
    server.respond = () => jsonAnswer({ error: "invalid_grant" }, { status: 400 });
    const error = await create(vertexConfig())
      .open(call())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "upstream_auth", status: 502, retryable: false });
    expect(String(error)).toContain("GOOGLE_APPLICATION_CREDENTIALS_JSON");
  });

  test("takes metadata as labels, the Gemini API does not", () => {
    expect(create(vertexConfig()).capabilities.metadata).toBe("mapped");
    expect(create({ GEMINI_API_KEY: "k" }).capabilities.metadata).toBe("dropped");
  });
});

describe("the choice of the transport", () => {
  function wayOf(env: Partial<GeminiConfig>): string {
    const provider = describeProvider(env);
    if (!provider.available) return provider.reason;
    return provider.capabilities.metadata === "mapped" ? "vertex" : "api";
  }

  test("the key wins, unless GEMINI_TRANSPORT says otherwise", () => {
    const both = { ...vertexConfig(), GEMINI_API_KEY: "k" };
    expect(wayOf({ GEMINI_API_KEY: "k" })).toBe("api");
    expect(wayOf(vertexConfig())).toBe("vertex");
    expect(wayOf(both)).toBe("api");
    expect(wayOf({ ...both, GEMINI_TRANSPORT: "vertex" })).toBe("vertex");
    expect(wayOf({ ...both, GEMINI_TRANSPORT: "api" })).toBe("api");
  });

  test("a missing variable is named", () => {
    expect(wayOf({})).toBe(
      "Set GEMINI_API_KEY, or GOOGLE_APPLICATION_CREDENTIALS_JSON for Vertex AI.",
    );
    expect(wayOf({ ...vertexConfig(), GEMINI_TRANSPORT: "api" })).toContain("GEMINI_API_KEY");
    expect(wayOf({ GEMINI_API_KEY: "k", GEMINI_TRANSPORT: "vertex" })).toContain(
      "GOOGLE_APPLICATION_CREDENTIALS_JSON",
    );
    expect(wayOf({ GEMINI_API_KEY: "two words" })).toContain(
      "GEMINI_API_KEY must be the bare value",
    );
    expect(
      wayOf(vertexConfig({ ...account.file, token_uri: "https://evil.example/token" })),
    ).toContain("token_uri");
    expect(describeProvider({})).toMatchObject({ code: "provider_unavailable" });
    expect(describeProvider({})).not.toHaveProperty("open");
  });

  test("the provider has its older names as aliases", () => {
    expect(describeProvider({})).toMatchObject({
      name: "gemini",
      format: "google",
      aliases: ["google", "vertex", "gemini-code", "gemini-code-cli"],
    });
  });
});

describe("the model's name is in the URL", () => {
  test("with or without its folder", async () => {
    server.enqueue(jsonAnswer(ANSWER));
    await create({ GEMINI_API_KEY: "k" }).open(call({ model: { id: "models/gemini-2.5-flash" } }));
    expect(server.requests[0]?.url).toBe("/v1beta/models/gemini-2.5-flash:generateContent");
  });

  for (const id of ["../../v1/files", "a/b", "a:predict", "a?key=x", "..", "a b", "%2e%2e"]) {
    test(`"${id}" is none`, async () => {
      expect(
        await create({ GEMINI_API_KEY: "k" })
          .open(call({ model: { id } }))
          .catch((thrown: unknown) => thrown),
      ).toMatchObject({
        code: "model_not_found",
      });
      expect(server.requests).toHaveLength(0);
    });
  }
});

test("a warning that throws (strict mode) stops before any call, the token's too", async () => {
  const strict = {
    ...createTestCall(
      { messages: [{ role: "user", content: "Hi" }], stop: ["1", "2", "3", "4", "5", "6"] },
      { model: { id: "gemini-3.5-flash" } },
    ),
    warn() {
      throw new ChatError("unsupported_parameter");
    },
  };
  expect(
    await create(vertexConfig())
      .open(strict)
      .catch((thrown: unknown) => thrown),
  ).toMatchObject({ code: "unsupported_parameter" });
  expect(server.requests).toHaveLength(0);
});

test("closes the upstream's connection when the caller leaves", async () => {
  server.enqueue(
    sseAnswer(
      [
        `data: ${JSON.stringify({ ...ANSWER, candidates: [{ content: { parts: [{ text: "a" }] } }] })}\r\n\r\n`,
      ],
      {
        end: "stall",
      },
    ),
  );
  const controller = new AbortController();
  const stream = await create({ GEMINI_API_KEY: "k" }).open(
    call({ stream: true, signal: controller.signal }),
  );
  expect((await stream.read())?.[0]?.type).toBe("start");
  controller.abort();
  expect((await stream.read())?.at(-1)?.type).toBe("cancelled");
  await server.requests[0]?.closed(30_000);
});
