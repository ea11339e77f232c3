import { schemaReference } from "./describe-schemas.ts";

const json = (schema: object) => ({ "application/json": { schema } });

const idParameter = (description: string) => ({
  name: "id",
  in: "path",
  required: true,
  description,
  schema: { type: "string" },
});
const requestId = idParameter(
  "The `request_id` of the answer: the header `x-request-id`, also in its `start` event.",
);
const responseId = idParameter("The response's `id`.");

/** On every route that generates. */
export const IDEMPOTENCY_KEY_PARAMETER = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "1 to 255 printable ASCII characters, quoted or not. The call is made once for each key; sent " +
    "again, it gets the same answer, with `Idempotency-Replayed: true`. Needs `STORE_ANSWERS`.",
  schema: { type: "string", maxLength: 255 },
};

/** The paths of answers that are kept. `security` and `errors` are those of all paths. */
export function describeAnswerPaths(security: object[], errors: Record<string, object>) {
  const common = { tags: ["Kept answers"], security };
  const stream = { "text/event-stream": { schema: { type: "string" } } };
  const response = { description: "The response as it is now.", content: json({ type: "object" }) };
  return {
    "/chat/{id}": {
      get: {
        ...common,
        operationId: "showAnswer",
        summary: "Read a kept answer",
        description: "What became of it, and the whole answer once it is completed.",
        parameters: [requestId],
        responses: {
          "200": { description: "Its state.", content: json(schemaReference("AnswerState")) },
          ...errors,
        },
      },
      delete: {
        ...common,
        operationId: "cancelAnswer",
        summary: "Stop a kept answer",
        description: "Its stream ends with `cancelled`. The receipt says what was used until then.",
        parameters: [requestId],
        responses: {
          "200": { description: "It has ended.", content: json(schemaReference("Receipt")) },
          "202": {
            description: "It has not ended yet; ask again.",
            content: json(schemaReference("Receipt")),
          },
          ...errors,
        },
      },
    },
    "/chat/{id}/events": {
      get: {
        ...common,
        operationId: "resumeAnswer",
        summary: "Resume a kept stream",
        description:
          "The events after the given one, with the same ids, and live until the terminal event.",
        parameters: [
          requestId,
          {
            name: "Last-Event-ID",
            in: "header",
            description: "The `id` of the last event that arrived. Default: 0, from the start.",
            schema: { type: "integer", minimum: 0 },
          },
          {
            name: "after",
            in: "query",
            description: "The same, for clients that cannot set the header; it wins.",
            schema: { type: "integer", minimum: 0 },
          },
        ],
        responses: {
          "200": { description: "The rest of the stream.", content: stream },
          "204": { description: "There is nothing after it: it was the terminal event." },
          ...errors,
        },
      },
    },
    "/v1/responses/{id}": {
      get: {
        ...common,
        summary: "Read a kept response (OpenAI Responses)",
        parameters: [
          responseId,
          {
            name: "stream",
            in: "query",
            description: "`true`: its events, from the start or after `starting_after`, then live.",
            schema: { type: "boolean" },
          },
          {
            name: "starting_after",
            in: "query",
            description: "The `sequence_number` of the last event that arrived.",
            schema: { type: "integer", minimum: 0 },
          },
        ],
        responses: {
          "200": { ...response, content: { ...response.content, ...stream } },
          ...errors,
        },
      },
    },
    "/v1/responses/{id}/cancel": {
      post: {
        ...common,
        summary: "Stop a kept response (OpenAI Responses)",
        parameters: [responseId],
        responses: { "200": response, ...errors },
      },
    },
  };
}
