import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { allowsModel } from "../../../src/auth/match-model.ts";
import { createPolicyReader, type Policy, readPolicyText } from "../../../src/auth/policy.ts";
import type { PolicyRules } from "../../../src/auth/policy-schema.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";

const EXAMPLE = {
  tenant: "acme",
  session: "conv-9",
  models: ["claude/*", "openai/gpt-6*", "!openai/gpt-6.1-pro"],
  max_output_tokens: 4096,
  max_input_tokens: 100_000,
  limits: [
    { per: "subject", requests: 60, window: "1m" },
    { per: "tenant", tokens: 2_000_000, window: "1h" },
    { per: "subject", concurrent: 4 },
    { per: "subject", usd: 2.5, window: "1d" },
    { per: "token", usd: 0.25 },
  ],
};

interface Server {
  POLICY?: unknown;
  POLICY_CEILING?: unknown;
}

function rules(value: unknown): PolicyRules | undefined {
  if (value === undefined) return undefined;
  const read = readPolicyText(JSON.stringify(value));
  if (typeof read === "string") throw new Error(read);
  return read;
}

function read(
  claims: Record<string, unknown>,
  { POLICY, POLICY_CEILING }: Server = {},
  tokenId: string | null = "t-1",
): Policy {
  const reader = createPolicyReader({
    POLICY: rules(POLICY),
    POLICY_CEILING: rules(POLICY_CEILING),
  });
  return reader({
    subject: "user-42",
    issuer: "oneshot",
    tokenId,
    issuedAt: 1,
    expiresAt: 1000,
    claims,
  });
}

function refusal(claims: Record<string, unknown>, server: Server = {}, tokenId?: string | null) {
  try {
    read(claims, server, tokenId);
  } catch (thrown) {
    if (thrown instanceof ChatError) return `${thrown.code} ${thrown.logReason}`;
    throw thrown;
  }
  return "accepted";
}

describe("a policy", () => {
  test("is read from the ai claim", () => {
    const policy = read({ ai: EXAMPLE });
    expect(policy).toMatchObject({
      tenant: "acme",
      session: "conv-9",
      maxOutputTokens: 4096,
      maxInputTokens: 100_000,
    });
    expect(policy.buckets.map(({ per, kind, limit }) => [per, kind, limit])).toEqual([
      ["subject", "requests", 60],
      ["tenant", "tokens", 2_000_000],
      ["subject", "concurrent", 4],
      ["subject", "usd", 2_500_000],
      ["token", "usd", 250_000],
    ]);
    expect(new Set(policy.buckets.map(({ home }) => home))).toEqual(
      new Set(["oneshot/tenant/acme"]),
    );
  });

  test("without an ai claim is POLICY, or else allows everything", () => {
    const open = read({});
    expect(open.buckets).toEqual([]);
    expect(open.allowsModel("claude", "anything")).toBe(true);
    const standing = read({}, { POLICY: { models: ["echo/*"], max_output_tokens: 9 } });
    expect(standing.maxOutputTokens).toBe(9);
    expect(standing.allowsModel("claude", "anything")).toBe(false);
    const own = read({ ai: { models: ["claude/*"] } }, { POLICY: { models: ["echo/*"] } });
    expect(own.allowsModel("claude", "anything")).toBe(true);
  });

  test("never exceeds POLICY_CEILING", () => {
    const ceiling = {
      models: ["*", "!openai/*"],
      max_output_tokens: 100,
      limits: [
        { per: "subject", requests: 10, window: "1m" },
        { per: "issuer", usd: 100, window: "1mo" },
      ],
    };
    const policy = read({ ai: { ...EXAMPLE, max_input_tokens: 5 } }, { POLICY_CEILING: ceiling });
    expect(policy.maxOutputTokens).toBe(100);
    expect(policy.maxInputTokens).toBe(5);
    expect(policy.allowsModel("openai", "gpt-6")).toBe(false);
    expect(policy.allowsModel("claude", "any")).toBe(true);
    expect(policy.allowsModel("gemini", "any")).toBe(false);
    // One bucket for one name: the call must not count twice in it.
    expect(policy.buckets.map(({ per, kind, limit }) => [per, kind, limit])).toEqual([
      ["subject", "requests", 10],
      ["tenant", "tokens", 2_000_000],
      ["subject", "concurrent", 4],
      ["subject", "usd", 2_500_000],
      ["token", "usd", 250_000],
      ["issuer", "usd", 100_000_000],
    ]);
    expect(policy.buckets.at(-1)?.home).toBe("oneshot");
  });

  test("keeps a limit in shadow apart from the same one in force", () => {
    const limit = { per: "subject", requests: 5, window: "1m" };
    const policy = read({ ai: { limits: [limit, { ...limit, requests: 3, mode: "shadow" }] } });
    expect(policy.buckets.map(({ limit, shadow }) => [limit, shadow])).toEqual([
      [5, false],
      [3, true],
    ]);
    expect(read({ ai: { mode: "shadow", limits: [limit] } }).buckets[0]?.shadow).toBe(true);
  });

  test("names buckets so that no name of a caller can be taken for another", () => {
    const limits = [{ per: "session", requests: 1, window: "1s" }];
    const key = (tenant: string, session: string) => {
      const [bucket] = read({ ai: { tenant, session, limits } }).buckets;
      return `${bucket?.home} ${bucket?.key}`;
    };
    expect(key("a}{b:c/d", "e:f")).not.toContain("}{");
    expect(key("a/subject/b", "c")).not.toBe(key("a", "subject/b c"));
  });

  test.each([
    ["an unknown member", { ai: { model: ["claude/*"] } }, "ai: model is not a member of a policy"],
    [
      "an unknown member of a limit",
      { ai: { limits: [{ per: "subject", request: 1, window: "1m" }] } },
      "ai: limits[0].request is not a member of a policy",
    ],
    ["null", { ai: null }, "ai: its top must be of type object"],
    ["a list", { ai: [] }, "ai: its top must be of type object"],
    [
      "a null member",
      { ai: { max_output_tokens: null } },
      "ai: max_output_tokens must be of type number",
    ],
    [
      "a negative limit",
      limit({ requests: -1, window: "1m" }),
      "ai: limits[0].requests must be a whole number from 0 to 1000000000",
    ],
    [
      "a fractional limit",
      limit({ tokens: 1.5, window: "1m" }),
      "ai: limits[0].tokens must be a whole number from 0 to 1000000000",
    ],
    [
      "a huge limit",
      limit({ requests: 1e300, window: "1m" }),
      "ai: limits[0].requests must be a whole number from 0 to 1000000000",
    ],
    [
      "a negative budget",
      limit({ usd: -0.01 }),
      "ai: limits[0].usd must be a number of dollars from 0 to 1000000000 with at most six decimals",
    ],
    [
      "a budget below a micro-dollar",
      limit({ usd: 1e-7 }),
      "ai: limits[0].usd must be a number of dollars from 0 to 1000000000 with at most six decimals",
    ],
    [
      "a huge budget",
      limit({ usd: 1e10 }),
      "ai: limits[0].usd must be a number of dollars from 0 to 1000000000 with at most six decimals",
    ],
    ["a limit of text", limit({ usd: "2" }), "ai: limits[0].usd must be of type number"],
    [
      "a window of 0",
      limit({ requests: 1, window: "0s" }),
      "ai: limits[0].window must be a whole number with s, m, h, d or mo, as 30s, 5m, 1h, 1d or 1mo",
    ],
    [
      "a window of two months",
      limit({ requests: 1, window: "2mo" }),
      "ai: limits[0].window must be a whole number with s, m, h, d or mo, as 30s, 5m, 1h, 1d or 1mo",
    ],
    ["a rate without a window", limit({ requests: 1 }), "ai: limits[0] must have a window"],
    [
      "calls at once with a window",
      limit({ concurrent: 1, window: "1m" }),
      "ai: limits[0] must have no window: it counts calls at once",
    ],
    [
      "a budget of an hour",
      limit({ usd: 1, window: "1h" }),
      "ai: limits[0] must have a window of 1d or 1mo (a UTC day or month), or none",
    ],
    [
      "two kinds in one limit",
      limit({ requests: 1, tokens: 1, window: "1m" }),
      "ai: limits[0] must have exactly one of requests, tokens, concurrent, usd",
    ],
    [
      "a limit of nothing",
      limit({}),
      "ai: limits[0] must have exactly one of requests, tokens, concurrent, usd",
    ],
    [
      "an unknown per",
      { ai: { limits: [{ per: "user", concurrent: 1 }] } },
      "ai: limits[0].per must be one of token, session, subject, tenant, issuer",
    ],
    [
      "a limit per tenant without a tenant",
      { ai: { limits: [{ per: "tenant", concurrent: 1 }] } },
      "a limit per tenant needs ai.tenant",
    ],
    [
      "a limit per session without a session",
      { ai: { limits: [{ per: "session", concurrent: 1 }] } },
      "a limit per session needs ai.session",
    ],
    [
      "a pattern with a space",
      { ai: { models: ["claude/* "] } },
      "ai: models[0] must be a pattern such as claude/*",
    ],
    [
      "an empty tenant",
      { ai: { tenant: "" } },
      "ai: tenant must be 1 to 255 printable characters without space around them",
    ],
    [
      "a tenant that cannot be printed",
      { ai: { tenant: "a\u202eb" } },
      "ai: tenant must be 1 to 255 printable characters without space around them",
    ],
  ])("refuses the token for %s", (_name, claims, reason) => {
    expect(refusal(claims)).toBe(`unauthenticated policy_invalid:${reason}`);
  });

  test("refuses a token that lacks the name that a limit is for, the server's own limits too", () => {
    const ai = { limits: [{ per: "token", usd: 1 }] };
    expect(refusal({ ai }, {}, null)).toEndWith("a limit per token needs jti");
    expect(refusal({}, { POLICY_CEILING: ai }, null)).toEndWith("a limit per token needs jti");
    expect(refusal({ ai }, {}, "t")).toBe("accepted");
  });

  test.each([
    [undefined, ["chat", "usage:read"]],
    ["chat", ["chat"]],
    ["openid chat profile", ["chat"]],
    ["usage:tenant metrics", ["usage:tenant", "metrics"]],
    ["", []],
    ["admin", ["chat", "usage:read", "usage:tenant", "metrics", "admin"]],
    ["administrator", []],
  ] as const)("reads the scope %p", (scope, allowed) => {
    const { hasScope } = read({ scope });
    const all = ["chat", "usage:read", "usage:tenant", "metrics", "admin"] as const;
    expect(all.filter(hasScope)).toEqual([...allowed]);
  });

  test("refuses a scope that is no text", () => {
    expect(refusal({ scope: ["chat"] })).toBe("unauthenticated claim_invalid:scope");
  });
});

function limit(members: object): Record<string, unknown> {
  return { ai: { limits: [{ per: "subject", ...members }] } };
}

describe("POLICY", () => {
  test.each([
    ["{", "is not valid JSON: see line 1, column 2"],
    ['{"models":[],"models":["*"]}', "is not valid JSON, or has a name twice"],
    ['{"tenant":"acme"}', "is not valid: tenant is not a member of a policy"],
    [
      '{"limits":[{"per":"subject","usd":"2"}]}',
      "is not valid: limits[0].usd must be of type number",
    ],
    ["7", "is not valid: its top must be of type object"],
  ])("%p is refused by the name of its member", (text, problem) => {
    expect(readPolicyText(text)).toBe(problem);
  });

  test.each([2.3, 0.000001, 1e9, 0.1, 4.35, 1.000001])("takes %p dollars exactly", (usd) => {
    const [bucket] = read({ ai: { limits: [{ per: "subject", usd }] } }).buckets;
    expect(bucket?.limit).toBe(Number(`${Math.round(usd * 1e6)}`));
    expect((bucket?.limit ?? 0) / 1e6).toBe(usd);
  });
});

describe("patterns of models", () => {
  test.each([
    [["claude/*"], "claude/opus", true],
    [["claude/*"], "openai/claude/x", false],
    [["*"], "openai/any", true],
    [["*/gpt*"], "openai/gpt-6", true],
    [["openai/gpt-6*", "!openai/gpt-6.1-pro"], "openai/gpt-6.1-pro", false],
    [["openai/gpt-6*", "!openai/gpt-6.1-pro"], "openai/gpt-6.1-pro-2", true],
    [["!openai/*", "openai/gpt-6"], "openai/gpt-6", true],
    [["!openai/*"], "claude/opus", false],
    [[], "claude/opus", false],
    [["claude/o.us"], "claude/opus", false],
    [["claude/OPUS"], "claude/opus", false],
    [["a*b*c"], "aXbYc", true],
    [["a*b*c"], "aXbY", false],
  ] as const)("%p: %s → %p", (patterns, model, allowed) => {
    expect(allowsModel(patterns, model)).toBe(allowed);
  });

  test("take linear time for patterns that others take for ever for", () => {
    const started = performance.now();
    expect(allowsModel([`${"a*".repeat(120)}b`], "a".repeat(255))).toBe(false);
    expect(performance.now() - started).toBeLessThan(100);
  });
});

const vectors = z
  .object({
    valid: z.array(z.object({ name: z.string(), ai: z.unknown() })),
    invalid: z.array(z.object({ name: z.string(), ai: z.unknown(), fault: z.string() })),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dir, "../../fixtures/policies.json"), "utf8")));

describe("policies that the Elixir client judges alike", () => {
  test.each(vectors.valid)("$name is accepted", ({ ai }) => {
    expect(refusal({ ai })).toBe("accepted");
  });

  test.each(vectors.invalid)("$name is refused", ({ ai, fault }) => {
    expect(refusal({ ai })).toEndWith(fault);
  });
});
