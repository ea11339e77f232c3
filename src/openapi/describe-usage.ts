import type { Percentiles } from "../usage/read-latency.ts";
import { GROUPS, VIEWS } from "../usage/read-params.ts";
import type { UsageGroup } from "../usage/read-usage.ts";
import { describeErrors } from "./describe-errors.ts";
import {
  COMMON,
  DIMENSION_NAMES,
  day,
  format,
  groupBy,
  listParameters,
  PAGES,
} from "./usage-parameters.ts";

const count = { type: "integer" };
const dollars = { type: "number" };
type SumName =
  | Exclude<keyof UsageGroup["sums"], "input_cost_nanos" | "output_cost_nanos">
  | "cost_usd"
  | "input_cost_usd"
  | "output_cost_usd";
const SUMS = {
  calls: count,
  streams: count,
  errors: count,
  rescued_calls: { ...count, description: "Calls that a retry or a fallback rescued." },
  input_tokens: count,
  output_tokens: count,
  cached_input_tokens: count,
  cache_write_input_tokens: count,
  reasoning_tokens: count,
  cost_usd: dollars,
  input_cost_usd: dollars,
  output_cost_usd: dollars,
  unpriced_calls: { ...count, description: "Calls whose cost is not known." },
  estimated_calls: { ...count, description: "Calls whose tokens the vendor did not count." },
  duration_ms: count,
} satisfies Record<SumName, object>;

const milliseconds = { type: "integer" };
const PERCENTILES = {
  type: "object",
  properties: { p50: milliseconds, p95: milliseconds, p99: milliseconds } satisfies Record<
    keyof Percentiles,
    object
  >,
};

/** What every answer says of the question. */
function describeAnswer(item: object, more: Record<string, object>) {
  return {
    type: "object",
    properties: {
      from: day,
      to: day,
      time_zone: { type: "string" },
      view: { enum: VIEWS },
      ...more,
      data: { type: "array", items: item },
    },
    required: ["from", "to", "time_zone", "view", "data"],
  };
}

const NAMES = { type: "array", items: { type: "string" } };
const NEXT_PAGE = {
  next_page: { type: ["string", "null"], description: "Null on the last page." },
};
const GROUP_NOTE = "The values of its group, under their names, and its figures.";

interface LedgerPath {
  operationId: string;
  summary: string;
  description: string;
  parameters: readonly { readonly name: string }[];
  answer: object;
  hasCsv: boolean;
}

/** The paths of the ledger. `security` is that of all paths. */
export function describeUsagePaths(security: object[]) {
  const describe = ({ answer, hasCsv, ...operation }: LedgerPath) => ({
    get: {
      tags: ["Usage"],
      ...operation,
      security,
      responses: {
        "200": {
          description: "What the ledger has.",
          content: {
            "application/json": { schema: answer },
            ...(hasCsv ? { "text/csv": { schema: { type: "string" } } } : {}),
          },
        },
        ...describeErrors([
          "invalid_request",
          "unauthenticated",
          "forbidden",
          "not_found",
          "store_unavailable",
        ]),
      },
    },
  });
  const scopes = "Needs the scope `usage:read`, `usage:tenant` or `admin`: see `view`.";
  return {
    "/usage": describe({
      operationId: "showUsage",
      summary: "Tokens, calls and cost, summed over groups",
      description: `${scopes} 404 if the server keeps no ledger.`,
      parameters: listParameters({
        ...COMMON,
        group_by: groupBy(
          "One of `hour`, `day` and `month`, and any of the others, separated by commas.",
          GROUPS,
        ),
        format: format(
          ["json", "csv", "focus"],
          " `focus` is FOCUS 1.2: two charges (input, output) for each day, subject and model.",
        ),
        ...PAGES,
      }),
      answer: describeAnswer(
        { type: "object", description: GROUP_NOTE, properties: SUMS },
        {
          group_by: NAMES,
          totals: { type: "object", description: "Of the whole range.", properties: SUMS },
          ...NEXT_PAGE,
        },
      ),
      hasCsv: true,
    }),
    "/usage/calls": describe({
      operationId: "listCalls",
      summary: "Single calls, the newest first",
      description: scopes,
      parameters: listParameters({ ...COMMON, format: format(["json", "csv"]), ...PAGES }),
      answer: describeAnswer(
        {
          type: "object",
          description:
            "One call: its id, times, caller, target, outcome, tokens, cost, price and attempts. " +
            "It holds nothing of the conversation.",
        },
        NEXT_PAGE,
      ),
      hasCsv: true,
    }),
    "/usage/latency": describe({
      operationId: "showLatency",
      summary: "How long successful calls took, as percentiles",
      description: `${scopes} Of at most 10,000 calls, the newest.`,
      parameters: listParameters({
        ...COMMON,
        group_by: groupBy("Any of these, separated by commas.", DIMENSION_NAMES),
      }),
      answer: describeAnswer(
        {
          type: "object",
          description: GROUP_NOTE,
          properties: {
            calls: count,
            total_ms: PERCENTILES,
            first_content_ms: { anyOf: [PERCENTILES, { type: "null" }] },
          },
        },
        {
          group_by: NAMES,
          sampled: {
            type: "boolean",
            description: "Whether only the newest calls of the range were looked at.",
          },
        },
      ),
      hasCsv: false,
    }),
  };
}
