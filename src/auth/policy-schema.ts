import "../errors/schema-messages.ts";
import * as z from "zod/mini";
import { formatPath } from "../json/format-path.ts";
import { limitSchema } from "../limits/limit.ts";
import { isPrintableName } from "./printable-name.ts";

const MAX_PATTERNS = 200;
const MAX_LIMITS = 16;
const MAX_TOKENS = 1_000_000_000;

const nameSchema = z
  .string()
  .check(
    z.refine(isPrintableName, "must be 1 to 255 printable characters without space around them"),
  );

const tokensSchema = z.optional(
  z.number().check(
    z.refine((value) => Number.isInteger(value) && value >= 0 && value <= MAX_TOKENS, {
      message: `must be a whole number from 0 to ${MAX_TOKENS}`,
    }),
  ),
);

const rules = {
  /**
   * Globs over `provider/model`; `!` excludes; the last match wins. Absent: all models; empty:
   * none.
   */
  models: z.optional(
    z
      .array(
        z.string().check(z.regex(/^!?[\x21-\x7e]{1,254}$/, "must be a pattern such as claude/*")),
      )
      .check(z.maxLength(MAX_PATTERNS, `must have at most ${MAX_PATTERNS} patterns`)),
  ),
  max_output_tokens: tokensSchema,
  max_input_tokens: tokensSchema,
  limits: z.optional(
    z.array(limitSchema).check(z.maxLength(MAX_LIMITS, `must have at most ${MAX_LIMITS} limits`)),
  ),
  /** `shadow`: all of the limits count and report, and refuse nothing. */
  mode: z.optional(z.enum(["enforce", "shadow"], "must be enforce or shadow")),
};

/** `POLICY` and `POLICY_CEILING`. */
export const serverPolicySchema = z.strictObject(rules);
export type PolicyRules = z.output<typeof serverPolicySchema>;

/** The `ai` claim: the same, and whom the caller's token speaks for besides its subject. */
export const aiClaimSchema = z.strictObject({
  ...rules,
  tenant: z.optional(nameSchema),
  session: z.optional(nameSchema),
});

/** The first fault of a policy, as `limits[0].usd must be …`. */
export function explainPolicy(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (!issue) return "is not valid";
  const path = formatPath(issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      return `${formatPath([...issue.path, ...issue.keys.slice(0, 1)])} is not a member of a policy`;
    case "invalid_type":
      return `${path || "its top"} must be of type ${issue.expected}`;
    default:
      return `${path || "its top"} ${issue.message}`;
  }
}
