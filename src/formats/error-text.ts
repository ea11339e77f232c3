import type { ErrorCode } from "../errors/error-codes.ts";
import type { JsonObject } from "../json/json-object.ts";

/** MiniMax's codes, https://platform.minimax.io/docs/api-reference/errorcode (November 2026). */
const MINIMAX: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  [1001, "upstream_timeout"],
  [1002, "upstream_rate_limited"],
  [1004, "upstream_auth"],
  [1008, "upstream_quota_exhausted"],
  [1026, "upstream_rejected"],
  [1027, "upstream_rejected"],
  [1039, "upstream_rate_limited"],
  [1041, "upstream_rate_limited"],
  [1042, "upstream_rejected"],
  [2013, "upstream_rejected"],
  [2045, "upstream_rate_limited"],
  [2049, "upstream_auth"],
  [2056, "upstream_quota_exhausted"],
]);

/** In this order: a text about a quota often speaks of limits too. */
const BY_TEXT: readonly (readonly [RegExp, ErrorCode])[] = [
  [
    /insufficient.{0,12}(?:balance|quota|credit|fund)|quota (?:is )?exceeded|exceeded your.*quota|余额不足|欠费/i,
    "upstream_quota_exhausted",
  ],
  [
    /rate.?limit|too many requests|requests? per (?:minute|second|day)|\b[rt]pm\b|throttl|频率|限流|请求过多|并发/i,
    "upstream_rate_limited",
  ],
  [
    /overload|over capacity|at capacity|server (?:is )?busy|temporarily unavailable|service unavailable|繁忙/i,
    "upstream_overloaded",
  ],
  [
    /unauthori[sz]ed|(?:invalid|incorrect|missing|expired).{0,12}(?:api.?key|token|credential)|authentication|permission denied|forbidden/i,
    "upstream_auth",
  ],
  [/timed? ?out|deadline exceeded/i, "upstream_timeout"],
  [
    /model\b.{0,80}(?:not found|does not exist|not exist|unknown)|(?:unknown|no such) model/i,
    "model_not_found",
  ],
  [
    /\binvalid|bad request|must be|is required|not supported|unsupported|too long|context (?:length|window)|content.?(?:filter|policy)|sensitive/i,
    "upstream_rejected",
  ],
];

/** What an error without a status means: by a vendor's own code, else by its text. */
export function codeByText(error: JsonObject): ErrorCode | undefined {
  const known = MINIMAX.get(error.minimax);
  if (known !== undefined) return known;
  const texts = [error.message, error.type, error.code].filter((text) => typeof text === "string");
  const all = texts.join(" ");
  return BY_TEXT.find(([text]) => text.test(all))?.[1];
}
