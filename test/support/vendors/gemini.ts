import * as z from "zod";
import type { JsonObject } from "../../../src/json/json-object.ts";
import { jsonAnswer, sseAnswer } from "../upstream-answer.ts";
import { COUNTS, pieces, type ScriptedAnswer, type Vendor } from "./vendor.ts";

const partSchema = z.looseObject({
  thoughtSignature: z.string().optional(),
  functionCall: z.looseObject({ id: z.string().optional(), name: z.string() }).optional(),
  functionResponse: z
    .looseObject({ id: z.string().optional(), response: z.looseObject({}) })
    .optional(),
  inlineData: z.looseObject({ data: z.string() }).optional(),
});
const requestSchema = z.looseObject({
  contents: z.array(z.looseObject({ parts: z.array(partSchema) })),
  generationConfig: z
    .looseObject({
      responseJsonSchema: z.unknown().optional(),
      responseSchema: z.unknown().optional(),
    })
    .optional(),
});

const FINISH_REASONS = { length: "MAX_TOKENS", content_filter: "SAFETY" } as const;

function finishOf({ finish }: ScriptedAnswer): string {
  return finish === undefined ? "STOP" : FINISH_REASONS[finish];
}

function response(parts: readonly JsonObject[], finishReason?: string): JsonObject {
  return {
    candidates: [
      { content: { role: "model", parts }, ...(finishReason ? { finishReason } : {}), index: 0 },
    ],
    usageMetadata: {
      promptTokenCount: COUNTS.input,
      candidatesTokenCount: COUNTS.output - COUNTS.reasoning,
      thoughtsTokenCount: COUNTS.reasoning,
      totalTokenCount: COUNTS.total,
    },
    modelVersion: "gemini-3.8-flash",
    responseId: "google-1",
  };
}

/** The signature is on the first call, or, without one, on the last text. */
function parts(
  { reasoning, signature, text, calls = [] }: ScriptedAnswer,
  cut: (text: string) => string[],
): JsonObject[] {
  const proof = signature === undefined ? {} : { thoughtSignature: signature };
  const list: JsonObject[] = [
    ...(reasoning === undefined
      ? []
      : cut(reasoning).map((piece) => ({ text: piece, thought: true }))),
    ...(text === undefined ? [] : cut(text).map((piece) => ({ text: piece }))),
    ...calls.map(({ id, name, arguments: args }, index) => ({
      functionCall: { id, name, args },
      ...(index === 0 ? proof : {}),
    })),
  ];
  const last = list[list.length - 1];
  if (calls.length === 0 && last) Object.assign(last, proof);
  return list;
}

function stream(scripted: ScriptedAnswer): string[] {
  const list = parts(scripted, pieces);
  // An answer without content is one empty text.
  if (list.length === 0) list.push({ text: "" });
  const last = list.length - 1;
  return list.map((part, index) => {
    const chunk = response([part], index === last ? finishOf(scripted) : undefined);
    return `data: ${JSON.stringify(chunk)}\r\n\r\n`;
  });
}

const ERRORS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

export const gemini: Vendor = {
  name: "gemini",
  model: "gemini-3.8-flash",
  variables: (url) => ({ GEMINI_API_KEY: "AIza-canary", GEMINI_BASE_URL: `${url}/gemini` }),
  answer: (scripted, request) =>
    request.url.includes(":streamGenerateContent")
      ? sseAnswer(stream(scripted))
      : jsonAnswer(
          response(
            parts(scripted, (text) => [text]),
            finishOf(scripted),
          ),
        ),
  half(scripted) {
    const events = stream(scripted);
    return events
      .slice(0, 1 + events.findIndex((event) => /"parts":\[\{"text":"[^"]*"\}/.test(event)))
      .join("");
  },
  streamError: `data: ${JSON.stringify({ error: { code: 503, message: "says the vendor", status: "UNAVAILABLE" } })}\r\n\r\n`,
  refusal: (status) => ({
    error: { code: status, message: "says the vendor", status: ERRORS[status] ?? "INTERNAL" },
  }),
  read(body) {
    const { contents, generationConfig: config } = requestSchema.parse(body);
    const all = contents.flatMap((content) => content.parts);
    return {
      signatures: all.flatMap((part) => part.thoughtSignature ?? []),
      callIds: all.flatMap((part) => part.functionCall?.id ?? []),
      resultIds: all.flatMap((part) => part.functionResponse?.id ?? []),
      results: all.flatMap((part) =>
        part.functionResponse ? [String(part.functionResponse.response.output)] : [],
      ),
      images: all.flatMap((part) => part.inlineData?.data ?? []),
      schema: config?.responseJsonSchema ?? config?.responseSchema,
    };
  },
};
