import { describeErrors } from "./describe-errors.ts";
import { schemaReference } from "./describe-schemas.ts";

const json = (schema: object) => ({ "application/json": { schema } });

/** The paths that tell of the server itself. `security` is that of all paths. */
export function describeServerPaths(security: object[]) {
  const common = { tags: ["Server"], security };
  const describeList = (
    summary: string,
    item: string,
    description?: string,
    errors: Record<string, object> = describeErrors(["unauthenticated"]),
  ) => ({
    get: {
      ...common,
      summary,
      ...(description === undefined ? {} : { description }),
      responses: {
        "200": {
          description: summary,
          content: json({
            type: "object",
            properties: { [item]: { type: "array", items: { type: "object" } } },
            required: [item],
          }),
        },
        ...errors,
      },
    },
  });
  const vendorsFormat = "In OpenAI's format, or in Anthropic's with an `anthropic-version` header.";
  const vendorsErrors = {
    default: { description: "An error in that format.", content: json({ type: "object" }) },
  };
  return {
    "/v1/models": describeList(
      "The models that can be called now",
      "data",
      vendorsFormat,
      vendorsErrors,
    ),
    "/v1/models/{id}": {
      get: {
        ...common,
        summary: "One of these models",
        description: vendorsFormat,
        parameters: [
          {
            name: "id",
            in: "path",
            required: true,
            description: "`provider/model`; its slashes may be sent as they are.",
            schema: { type: "string" },
          },
        ],
        responses: {
          "200": { description: "The model.", content: json({ type: "object" }) },
          ...vendorsErrors,
        },
      },
    },
    "/models": describeList("The models of the catalog, with their limits", "models"),
    "/limits": {
      get: {
        ...common,
        summary: "Every limit of the token",
        description:
          "Its size, what is used and reserved, and when it resets. Needs the scope `usage:read`.",
        responses: {
          "200": {
            description: "The limits.",
            content: json({
              type: "object",
              properties: { limits: { type: "array", items: { type: "object" } } },
              required: ["limits"],
            }),
          },
          ...describeErrors(["unauthenticated", "forbidden", "store_unavailable"]),
        },
      },
    },
    "/admin/revocations": {
      post: {
        ...common,
        summary: "Revoke tokens",
        description:
          "From now on they are refused, and their running calls end within a second, on all " +
          "servers of the store. Needs the scope `admin`.",
        requestBody: { required: true, content: json(schemaReference("RevocationRequest")) },
        responses: {
          "201": { description: "Revoked.", content: json({ type: "object" }) },
          ...describeErrors(),
        },
      },
    },
    "/providers": describeList("The providers, and why one is unavailable", "providers"),
    "/metrics": {
      get: {
        ...common,
        operationId: "showMetrics",
        summary: "Metrics for Prometheus",
        description:
          "Needs the scope `metrics`. On `METRICS_PORT` they need no token. 404 on Workers.",
        responses: {
          "200": {
            description: "The metrics of this process, in Prometheus' text format.",
            content: { "text/plain": { schema: { type: "string" } } },
          },
          ...describeErrors(["unauthenticated", "forbidden", "not_found"]),
        },
      },
    },
    "/health": {
      get: {
        ...common,
        summary: "Whether the server runs and takes calls",
        security: [],
        responses: {
          "200": { description: "It runs.", content: json(describeHealth(["ok", "degraded"])) },
          "503": {
            description: "It is about to stop.",
            content: json(describeHealth(["draining"])),
          },
        },
      },
    },
  };
}

function describeHealth(states: readonly string[]) {
  return {
    type: "object",
    properties: {
      status: {
        enum: states,
        ...(states.includes("degraded")
          ? { description: "`degraded` while the store of limits cannot be reached." }
          : {}),
      },
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
  };
}
