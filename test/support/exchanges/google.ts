import type { JsonObject } from "../../../src/json/json-object.ts";
import { gemini } from "../vendors/gemini.ts";
import { eachAnswer, pick } from "./answers.ts";
import { type Exchange, writeExchange } from "./exchange.ts";
import { playVendor } from "./play-vendor.ts";
import { CITY, NOTHING, PDF, PNG, WEATHER } from "./tools.ts";

// Written from ai.google.dev/api/generate-content, ai.google.dev/gemini-api/docs and, for errors,
// from google.rpc (Status, ErrorInfo, QuotaFailure, RetryInfo) as of 2026-11.
const API = "https://generativelanguage.googleapis.com/v1beta/models";
const VERTEX =
  "https://us-central1-aiplatform.googleapis.com/v1beta1/projects/p1/locations/us-central1/publishers/google/models";
const MODEL = "gemini-3.8-flash";
const HI = { role: "user", parts: [{ text: "Hi" }] };

/** Requests of every kind that the reference describes. */
const REQUESTS: readonly [JsonObject, ...JsonObject[]] = [
  { contents: [HI] },
  {
    systemInstruction: { parts: [{ text: "Be brief." }] },
    contents: [
      HI,
      { role: "model", parts: [{ text: "Hello" }] },
      { role: "user", parts: [{ text: "Ü 🎉" }] },
    ],
    generationConfig: {
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
      stopSequences: ["###"],
      seed: 7,
    },
  },
  {
    contents: [
      { role: "user", parts: [{ text: "Weather?" }] },
      {
        role: "model",
        parts: [
          { text: "I look it up." },
          {
            functionCall: { id: "call_1", name: "weather", args: { city: "Zürich" } },
            thoughtSignature: "c2ln+/A==",
          },
          { functionCall: { id: "call_2", name: "now", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "call_1", name: "weather", response: { output: "sunny ☀" } } },
          { functionResponse: { id: "call_2", name: "now", response: { error: "no clock" } } },
        ],
      },
    ],
    tools: [
      {
        functionDeclarations: [
          { name: "weather", description: "Tells the weather.", parametersJsonSchema: CITY },
          { name: "now", parametersJsonSchema: NOTHING },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: "AUTO" } },
  },
  {
    contents: [
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "image/png", data: PNG } },
          { inlineData: { mimeType: "application/pdf", data: PDF } },
          { text: "What is in these?" },
        ],
      },
    ],
    safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
  },
  {
    contents: [{ role: "user", parts: [{ text: "The weather as JSON." }] }],
    generationConfig: { responseMimeType: "application/json", responseJsonSchema: WEATHER },
  },
  {
    contents: [HI],
    tools: [{ googleSearch: {} }],
    generationConfig: { thinkingConfig: { includeThoughts: true, thinkingLevel: "LOW" } },
  },
];

function write(name: string, streamed: boolean, request: JsonObject, answer: JsonObject | string) {
  const method = streamed ? "streamGenerateContent?alt=sse" : "generateContent";
  return writeExchange({ name, url: `${API}/${MODEL}:${method}`, request, answer });
}

const answered: readonly Exchange[] = eachAnswer((answer, streamed, name, number) => {
  const request = pick(REQUESTS, number);
  const url = streamed ? ":streamGenerateContent" : ":generateContent";
  return write(name, streamed, request, playVendor(gemini, answer, { url, request }));
});

const USAGE = { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 };
const HEAD = { modelVersion: MODEL, responseId: "google-2" };

function candidate(parts: readonly JsonObject[], finishReason = "STOP"): JsonObject {
  return { candidates: [{ content: { role: "model", parts }, finishReason, index: 0 }] };
}

/** What only this vendor says. */
const SPECIALTIES: Readonly<Record<string, JsonObject>> = {
  "a signed text": candidate([{ text: "Signed", thoughtSignature: "dGV4dA==" }]),
  "code that was run": candidate([
    { executableCode: { language: "PYTHON", code: "print(6 * 7)" } },
    { codeExecutionResult: { outcome: "OUTCOME_OK", output: "42\n" } },
    { text: "It is 42." },
  ]),
  "an image": candidate([
    { text: "Here it is." },
    { inlineData: { mimeType: "image/png", data: PNG }, thoughtSignature: "aW1hZ2U=" },
  ]),
  "a call without an id": candidate([{ functionCall: { name: "now", args: {} } }]),
  "two calls without ids": candidate([
    { functionCall: { name: "weather", args: { city: "Paris" } }, thoughtSignature: "Zmlyc3Q=" },
    { functionCall: { name: "weather", args: { city: "Oslo" } } },
  ]),
  "cached input and tokens of tools": {
    ...candidate([{ text: "Counted" }]),
    usageMetadata: {
      ...USAGE,
      cachedContentTokenCount: 5,
      toolUsePromptTokenCount: 3,
      thoughtsTokenCount: 2,
      totalTokenCount: 18,
    },
  },
  "a prompt that was blocked": { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } },
  ...Object.fromEntries(
    "RECITATION LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII"
      .split(" ")
      .map((reason) => [
        `an answer that ended for ${reason}`,
        candidate([{ text: "So far" }], reason),
      ]),
  ),
  ...Object.fromEntries(
    "MALFORMED_FUNCTION_CALL OTHER"
      .split(" ")
      .map((reason) => [
        `a model that failed with ${reason}`,
        { candidates: [{ content: { role: "model", parts: [] }, finishReason: reason, index: 0 }] },
      ]),
  ),
};

const special: readonly Exchange[] = Object.entries(SPECIALTIES).flatMap(([name, answer]) => {
  const body = { usageMetadata: USAGE, ...answer, ...HEAD };
  return [
    write(`${name}, whole`, false, { contents: [HI] }, body),
    write(`${name}, streamed`, true, { contents: [HI] }, `data: ${JSON.stringify(body)}\r\n\r\n`),
  ];
});

const TYPE = "type.googleapis.com/google.rpc";

function refusal(code: number, status: string, details: readonly JsonObject[] = []): JsonObject {
  return { error: { code, message: `The call failed: ${status}`, status, details } };
}

const REFUSALS: Readonly<Record<string, readonly [number, JsonObject]>> = {
  "a field that is not known": [
    400,
    refusal(400, "INVALID_ARGUMENT", [
      { "@type": `${TYPE}.BadRequest`, fieldViolations: [{ field: "contents[0].role" }] },
    ]),
  ],
  "a wrong key": [
    400,
    refusal(400, "INVALID_ARGUMENT", [
      { "@type": `${TYPE}.ErrorInfo`, reason: "API_KEY_INVALID", domain: "googleapis.com" },
    ]),
  ],
  "no key": [401, refusal(401, "UNAUTHENTICATED")],
  "a project without the API": [403, refusal(403, "PERMISSION_DENIED")],
  "a model that is not there": [404, refusal(404, "NOT_FOUND")],
  "too many calls a minute": [
    429,
    refusal(429, "RESOURCE_EXHAUSTED", [
      {
        "@type": `${TYPE}.QuotaFailure`,
        violations: [{ quotaId: "GenerateRequestsPerMinutePerProjectPerModel" }],
      },
      { "@type": `${TYPE}.RetryInfo`, retryDelay: "6.5s" },
    ]),
  ],
  "too many calls a day": [
    429,
    refusal(429, "RESOURCE_EXHAUSTED", [
      {
        "@type": `${TYPE}.QuotaFailure`,
        violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel" }],
      },
    ]),
  ],
  "a fault of the server": [500, refusal(500, "INTERNAL")],
  "a server without room": [503, refusal(503, "UNAVAILABLE")],
  "a server that took too long": [504, refusal(504, "DEADLINE_EXCEEDED")],
};

const refused: readonly Exchange[] = Object.entries(REFUSALS).map(([name, [status, answer]]) =>
  writeExchange({
    name,
    url: `${API}/${MODEL}:generateContent`,
    request: { contents: [HI] },
    status,
    answer,
  }),
);

const counted: readonly Exchange[] = [
  writeExchange({
    name: "a count of the Gemini API",
    url: `${API}/${MODEL}:countTokens`,
    request: { contents: [HI] },
    answer: { totalTokens: 2, promptTokensDetails: [{ modality: "TEXT", tokenCount: 2 }] },
  }),
  writeExchange({
    name: "a count of Vertex AI",
    url: `${VERTEX}/${MODEL}:countTokens`,
    request: { contents: [HI] },
    answer: { totalTokens: 2, totalBillableCharacters: 2 },
  }),
];

export const googleExchanges: readonly Exchange[] = [
  ...answered,
  ...special,
  ...refused,
  ...counted,
];
