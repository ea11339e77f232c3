import { beforeAll, beforeEach, describe, expect, test } from "bun:test";
import * as z from "zod";
import { jsonObjectSchema } from "../../../src/json/json-object.ts";
import { TEXT_FIXTURE } from "../../support/anthropic-fixtures.ts";
import { createServiceAccount } from "../../support/google-credentials.ts";
import {
  expectedFinish,
  type GoogleRecording,
  googleRecordings,
} from "../../support/google-recordings.ts";
import { splitRandomly } from "../../support/split-bytes.ts";
import {
  type AnswerSummary,
  summarizeResponse,
  summarizeStream,
} from "../../support/summarize-answer.ts";
import type { UpstreamRequest } from "../../support/upstream.ts";
import { type Answer, jsonAnswer, sseAnswer } from "../../support/upstream-answer.ts";
import { type Conformance, PROMPT_CANARY, type Subject } from "../conformance.ts";

const TOKEN = jsonAnswer({ access_token: "ya29.access-token", expires_in: 3599 });
const SIGNATURE = "EpIDCo8DAQw51scL+dHffCC/bznOIyXj==";
const CALL = {
  candidates: [
    {
      content: {
        role: "model",
        parts: [{ functionCall: { name: "now", args: {} }, thoughtSignature: SIGNATURE }],
      },
      finishReason: "STOP",
      groundingMetadata: { webSearchQueries: ["q"] },
    },
  ],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  responseId: "r1",
};

const answerSchema = z.looseObject({
  content: z.array(z.unknown()),
  tool_calls: z.array(z.object({ id: z.string() })),
});
const providersSchema = z.object({
  providers: z.array(
    z.object({ name: z.string(), available: z.boolean(), reason: z.string().nullable() }),
  ),
});

function playRecording({ bytes, streamed, contentType }: GoogleRecording): Answer {
  if (streamed) return sseAnswer(splitRandomly(bytes, bytes.byteLength, 400));
  return {
    headers: { "content-type": contentType },
    pieces: [bytes],
    end: "complete",
    lengthKnown: true,
  };
}

function expectRecorded(summary: AnswerSummary, { answer }: GoogleRecording): void {
  expect(summary.text).toBe(answer.text);
  expect(summary.reasoning.map(({ text }) => text).join("")).toBe(answer.thoughts);
  expect(summary.tool_calls.map(({ name, arguments: args }) => ({ name, args }))).toEqual(
    answer.calls.map(({ name, args }) => ({ name, args })),
  );
  expect<string | null>(summary.finish_reason).toBe(expectedFinish(answer));
  expect(summary.usage?.total_tokens).toBe(answer.usage?.total_tokens);
  expect(summary.usage?.output_tokens).toBe(answer.usage?.output_tokens);
}

/** Gemini and Claude with Google's credentials, played by the upstream. */
export function describeGoogle({ upstream, start }: Conformance): void {
  const messages = [{ role: "user", content: PROMPT_CANARY }];

  describe("Google's credentials", () => {
    const vertexSettings = {
      GOOGLE_TOKEN_URL: `${upstream.url}/token`,
      VERTEX_BASE_URL: upstream.url,
      CLAUDE_TRANSPORT: "vertex",
    };
    let file: Record<string, string>;
    let vertex: Subject;
    let hostile: Subject;
    let api: Subject;

    beforeAll(async () => {
      ({ file } = await createServiceAccount());
      // What is left of padded base64 by `grep … .env.fly | cut -d= -f2`.
      const cut = btoa(JSON.stringify({ ...file, filler: "" })).replace(/=.*$/, "");
      vertex = await start({
        ...vertexSettings,
        GOOGLE_APPLICATION_CREDENTIALS_JSON: cut,
        ANTHROPIC_API_KEY: undefined,
      });
      const elsewhere = JSON.stringify({ ...file, token_uri: `${upstream.url}/token` });
      hostile = await start({
        GOOGLE_APPLICATION_CREDENTIALS_JSON: elsewhere,
        VERTEX_BASE_URL: upstream.url,
      });
      api = await start({ GEMINI_API_KEY: "AIza-gemini-key", GEMINI_BASE_URL: upstream.url });
    });
    beforeEach(() => upstream.reset());

    function answerWith(answer: Answer): void {
      upstream.respond = (request: UpstreamRequest) => (request.url === "/token" ? TOKEN : answer);
    }

    test("set by `cut -d= -f2`: many calls, one exchange", async () => {
      answerWith(jsonAnswer(CALL, { delayMs: 20 }));
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => vertex.client.chat({ provider: "vertex", messages })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
      const urls = upstream.requests.map(({ url }) => url);
      expect(urls.filter((url) => url === "/token")).toHaveLength(1);
      expect(
        urls.filter((url) =>
          url.startsWith("/v1beta1/projects/file-project/locations/global/publishers/google/"),
        ),
      ).toHaveLength(12);
    });

    test("a token that is refused is exchanged anew and the call sent again", async () => {
      upstream.enqueue(
        jsonAnswer({ error: { code: 401, status: "UNAUTHENTICATED" } }, { status: 401 }),
      );
      upstream.enqueue(TOKEN, jsonAnswer(CALL));
      const { status } = await vertex.client.chat({ provider: "gemini", messages });
      expect(status).toBe(200);
      expect(upstream.requests).toHaveLength(3);
    });

    test("the answer put back as a message has its signature, byte for byte, and nothing that Google refuses", async () => {
      answerWith(jsonAnswer(CALL));
      const first = jsonObjectSchema.parse(
        (await vertex.client.chat({ provider: "gemini", messages })).json(),
      );
      const [call] = answerSchema.parse(first).tool_calls;
      const result = { role: "tool", tool_call_id: call?.id, content: "noon" };
      const second = await vertex.client.chat({
        provider: "gemini",
        messages: [...messages, first, result],
      });
      expect(second.status).toBe(200);
      expect(upstream.requests.at(-1)?.json()).toEqual({
        contents: [
          { role: "user", parts: [{ text: PROMPT_CANARY }] },
          {
            role: "model",
            parts: [
              {
                functionCall: { id: call?.id, name: "now", args: {} },
                thoughtSignature: SIGNATURE,
              },
            ],
          },
          {
            role: "user",
            parts: [
              { functionResponse: { id: call?.id, name: "now", response: { output: "noon" } } },
            ],
          },
        ],
      });
    });

    test("the same conversation goes on with Claude, without the signature and with a warning", async () => {
      answerWith(jsonAnswer(CALL));
      const first = jsonObjectSchema.parse(
        (await vertex.client.chat({ provider: "gemini", messages })).json(),
      );
      const [call] = answerSchema.parse(first).tool_calls;
      answerWith(jsonAnswer(TEXT_FIXTURE.message));
      const result = { role: "tool", tool_call_id: call?.id, content: "noon" };
      const second = await vertex.client.chat({
        provider: "claude",
        model: "claude-sonnet-5-5",
        messages: [...messages, first, result],
      });
      expect(second.status).toBe(200);
      expect(JSON.stringify(second.json())).toContain("foreign_signature_dropped");
      const request = upstream.requests.at(-1);
      expect(request?.url).toBe(
        "/v1/projects/file-project/locations/global/publishers/anthropic/models/claude-sonnet-5-5:rawPredict",
      );
      expect(request?.headers.get("authorization")).toBe("Bearer ya29.access-token");
      expect(request?.text()).not.toContain(SIGNATURE);
    });

    test("a token address outside of Google makes the provider unavailable, and nothing is sent", async () => {
      const { providers } = providersSchema.parse((await hostile.client.send("/providers")).json());
      const gemini = providers.find(({ name }) => name === "gemini");
      expect(gemini?.available).toBe(false);
      expect(gemini?.reason).toContain("token_uri");
      const answer = await hostile.client.chat({ provider: "gemini", messages });
      expect(answer.status).toBe(503);
      expect(answer.error().code).toBe("provider_unavailable");
      expect(upstream.requests).toHaveLength(0);
    });

    test("a base URL in a request is refused", async () => {
      for (const field of ["base_url", "GEMINI_BASE_URL", "token_uri"]) {
        const answer = await api.client.chat({
          provider: "gemini",
          messages,
          [field]: upstream.url,
        });
        expect(answer.error()).toMatchObject({ code: "invalid_request", param: field });
      }
      expect(upstream.requests).toHaveLength(0);
    });

    test("refused credentials: the operator is named the variable, nobody the secret", async () => {
      upstream.respond = (request) =>
        request.url === "/token"
          ? jsonAnswer({ error: "invalid_grant", error_description: "canary" }, { status: 400 })
          : TOKEN;
      const refused = await start({
        ...vertexSettings,
        GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(file),
      });
      const answer = await refused.client.chat({ provider: "gemini", messages });
      expect(answer.status).toBe(502);
      expect(answer.error()).toMatchObject({ code: "upstream_auth", retryable: false });
      expect(answer.error().message).toContain("GOOGLE_APPLICATION_CREDENTIALS_JSON");
      const secrets = [
        "ya29.access-token",
        "AIza-gemini-key",
        "canary",
        ...Object.values(file).slice(2, 4),
        "PRIVATE KEY",
      ];
      for (const { client, server } of [vertex, hostile, api, refused]) {
        const said = client.transcript() + server.logs();
        for (const secret of secrets)
          expect(said.replaceAll(PROMPT_CANARY, "")).not.toContain(secret);
      }
    });

    describe("Gemini's answers", () => {
      test.each(googleRecordings.map((recording) => [recording.name, recording] as const))(
        "%s",
        async (_name, recording) => {
          for (const stream of [false, true]) {
            upstream.enqueue(playRecording(recording));
            const answer = await api.client.chat({ provider: "gemini", messages, stream });
            if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.text}`);
            expectRecorded(
              stream ? summarizeStream(answer.stream()) : summarizeResponse(answer.json()),
              recording,
            );
          }
        },
      );
    });
  });
}
