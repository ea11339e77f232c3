import { ERRORS, type ErrorCode, isErrorCode } from "../errors/error-codes.ts";
import { describeAnswerPaths, IDEMPOTENCY_KEY_PARAMETER } from "./describe-answers.ts";
import { describeSchemas, type SchemaName, schemaReference } from "./describe-schemas.ts";

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

/** The possible failures by status, generated from the closed list of codes. */
function describeErrors(): Record<string, object> {
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of Object.keys(ERRORS).filter(isErrorCode)) {
    const { status } = ERRORS[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...codesByStatus]
      .sort(([one], [other]) => one - other)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join("\n\n"),
          content: json(schemaReference("ErrorResponse")),
        },
      ]),
  );
}

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

function describeList(summary: string, item: string) {
  return {
    get: {
      tags: ["Server"],
      summary,
      security: BEARER,
      responses: {
        "200": {
          description: summary,
          content: json({
            type: "object",
            properties: { [item]: { type: "array", items: { type: "object" } } },
            required: [item],
          }),
        },
        "401": {
          description: ERRORS.unauthenticated.message,
          content: json(schemaReference("ErrorResponse")),
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
      "/v1/models": describeList(
        "The models that can be called now, in OpenAI's format, or in Anthropic's with an " +
          "`anthropic-version` header",
        "data",
      ),
      "/models": describeList("The models of the catalog, with their limits", "models"),
      "/limits": describeList(
        "Every limit of the token: its size, what is used and reserved, and when it resets",
        "limits",
      ),
      "/admin/revocations": {
        post: {
          tags: ["Server"],
          summary: "Revoke tokens",
          description:
            "From now on they are refused, and their running calls end within a second, on all " +
            "servers of the store. The token needs the scope `admin`.",
          security: BEARER,
          requestBody: { required: true, content: json(schemaReference("RevocationRequest")) },
          responses: {
            "201": { description: "Revoked.", content: json({ type: "object" }) },
            ...describeErrors(),
          },
        },
      },
      "/providers": describeList("The providers, and why one is unavailable", "providers"),
      "/health": {
        get: {
          tags: ["Server"],
          summary: "Whether the server runs",
          security: [],
          responses: {
            "200": {
              description: "It runs.",
              content: json({
                type: "object",
                properties: {
                  status: { const: "ok" },
                  version: { type: "string" },
                  open_breakers: {
                    type: "integer",
                    description: "How many targets keep failing, and are tried last.",
                  },
                  runtime: { enum: ["bun", "workers", "deno"] },
                  ledger: {
                    enum: ["ok", "failing"],
                    description: "Absent if no ledger is kept; calls go on if it fails.",
                  },
                },
                required: ["status", "version", "runtime"],
              }),
            },
          },
        },
      },
    },
  };
}
