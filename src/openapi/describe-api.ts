import { describeAnswerPaths, IDEMPOTENCY_KEY_PARAMETER } from "./describe-answers.ts";
import { describeErrors } from "./describe-errors.ts";
import { describeSchemas, type SchemaName, schemaReference } from "./describe-schemas.ts";
import { describeServerPaths } from "./describe-server.ts";
import { describeUsagePaths } from "./describe-usage.ts";

const BEARER = [{ bearer: [] }];
const json = (schema: object) => ({ "application/json": { schema } });

const ANSWER_HEADERS = {
  "x-request-id": {
    description: "The id of this request in the server's log.",
    schema: { type: "string" },
  },
  "x-served-by": {
    description:
      "The target that answers, as `provider/model`. Absent on a stream that began before a target " +
      "did.",
    schema: { type: "string" },
  },
  "server-timing": {
    description:
      "Milliseconds that were spent waiting for targets (`upstream`), and in this server before " +
      "that (`gateway`).",
    schema: { type: "string" },
  },
  "x-cost-usd": {
    description:
      "What the answer cost, in US dollars, by the catalog's prices. Absent on a stream, or if the " +
      "cost is not known.",
    schema: { type: "string" },
  },
  "x-warnings": {
    description:
      "What was dropped or changed for the target, as a list: " +
      '`unsupported_parameter;param="seed"`. Absent if there is nothing to report; on a stream ' +
      "it has what was known when the stream began.",
    schema: { type: "string" },
  },
};

interface VendorPath {
  summary: string;
  vendor: string;
  schema: SchemaName;
  security?: object[];
  isStreamable?: boolean;
}

/**
 * A path in a vendor's API: our schema checks the request, the answer is what that vendor's clients
 * read.
 */
function describeVendorPath({
  summary,
  vendor,
  schema,
  security = BEARER,
  isStreamable = true,
}: VendorPath) {
  return {
    post: {
      tags: ["Vendors' APIs"],
      summary,
      description: `As documented for ${vendor}. \`model\` is \`provider/model\`, a model of the catalog or an alias. Errors have that API's format.`,
      security,
      parameters: schema === "CountTokensRequest" ? [] : [IDEMPOTENCY_KEY_PARAMETER],
      requestBody: { required: true, content: json(schemaReference(schema)) },
      responses: {
        "200": {
          description: `The answer in the format of ${vendor}${isStreamable ? ", whole or streamed" : ""}.`,
          headers: ANSWER_HEADERS,
          content: {
            ...json({ type: "object" }),
            ...(isStreamable ? { "text/event-stream": { schema: { type: "string" } } } : {}),
          },
        },
        default: {
          description: `An error in the format of ${vendor}.`,
          content: json({ type: "object" }),
        },
      },
    },
  };
}

/** The server's API as OpenAPI 3.1. */
export function describeApi(version: string) {
  const anthropicSecurity = [...BEARER, { apiKey: [] }];
  return {
    openapi: "3.1.1",
    info: {
      title: "AI server",
      version,
      summary: "One call to any AI provider, authenticated by a JWT with iss, aud and exp.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "Chat" },
      { name: "Kept answers" },
      { name: "Vendors' APIs" },
      { name: "Usage" },
      { name: "Server" },
    ],
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "A JWT that the caller signs itself (HS256 with the shared secret, or with its " +
            "private key), with `iss`, `aud` and `exp`.",
        },
        apiKey: {
          type: "apiKey",
          in: "header",
          name: "x-api-key",
          description: "The same JWT, in the header that clients of Anthropic's API use.",
        },
      },
      schemas: describeSchemas(),
    },
    paths: {
      "/chat": {
        post: {
          tags: ["Chat"],
          operationId: "chat",
          summary: "Ask a model",
          description:
            "Unknown fields are refused; null means that a field is absent. The answer is a JSON " +
            "body or, with `stream: true` or `Accept: text/event-stream`, Server-Sent Events: " +
            "every event has a name, an id and one line of JSON (`StreamEvent`), and the last " +
            "one is `done`, `error` or `cancelled`. Comment lines keep a silent stream alive.",
          security: BEARER,
          parameters: [IDEMPOTENCY_KEY_PARAMETER],
          requestBody: {
            required: true,
            content: {
              "application/json": {
                schema: schemaReference("ChatRequest"),
                example: { provider: "echo", messages: [{ role: "user", content: "Hello" }] },
              },
            },
          },
          responses: {
            "200": {
              description: "The answer.",
              headers: ANSWER_HEADERS,
              content: {
                ...json({
                  anyOf: [schemaReference("ChatResponse"), schemaReference("DryRunResponse")],
                }),
                "text/event-stream": {
                  schema: {
                    type: "string",
                    contentMediaType: "text/event-stream",
                    contentSchema: schemaReference("StreamEvent"),
                  },
                },
              },
            },
            "202": {
              description: "The answer is being made, because of `background`.",
              content: json(schemaReference("AnswerState")),
            },
            ...describeErrors(),
          },
        },
      },
      ...describeAnswerPaths(BEARER, describeErrors()),
      "/v1/chat/completions": describeVendorPath({
        summary: "OpenAI Chat Completions",
        vendor: "OpenAI's Chat Completions API",
        schema: "ChatCompletionsRequest",
      }),
      "/v1/responses": describeVendorPath({
        summary: "OpenAI Responses",
        vendor: "OpenAI's Responses API",
        schema: "ResponsesRequest",
      }),
      "/v1/embeddings": describeVendorPath({
        summary: "OpenAI Embeddings",
        vendor: "OpenAI's Embeddings API",
        schema: "EmbeddingsRequest",
        isStreamable: false,
      }),
      "/v1/messages": describeVendorPath({
        summary: "Anthropic Messages",
        vendor: "Anthropic's Messages API",
        schema: "MessagesRequest",
        security: anthropicSecurity,
      }),
      "/v1/messages/count_tokens": describeVendorPath({
        summary: "Count a prompt's tokens",
        vendor: "Anthropic's token counting API",
        schema: "CountTokensRequest",
        security: anthropicSecurity,
      }),
      ...describeUsagePaths(BEARER),
      ...describeServerPaths(BEARER),
    },
  };
}
