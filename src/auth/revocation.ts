import * as z from "zod/mini";
import { isPrintableName } from "./printable-name.ts";

export const REVOCABLE_CLAIMS = ["sub", "tenant", "jti", "iss"] as const;

/** Tokens that are no longer accepted. */
export const revocationSchema = z.strictObject({
  /** The claim that names them; `tenant` is that of the `ai` claim. */
  claim: z.enum(REVOCABLE_CLAIMS),
  value: z.string(),
  /**
   * Only tokens that were issued before this (their `iat`), in seconds since 1970; null for all.
   */
  issuedBefore: z.nullable(z.number()),
  /** How long it holds, in milliseconds since 1970. */
  until: z.int(),
});
export type Revocation = z.infer<typeof revocationSchema>;

export interface RevocationList {
  /** Changes with each revocation. */
  readonly version: string;
  readonly revocations: readonly Revocation[];
}

/** The revocations of all servers. Operations reject if the store cannot be reached. */
export interface RevocationStore {
  /** Adds one; an equal one takes its place. */
  revoke(revocation: Revocation): Promise<void>;
  /** All that hold, or null if nothing has changed since that version. */
  list(since: string | null): Promise<RevocationList | null>;
}

/** By what one revocation takes the place of another. */
export function revocationKey({ claim, value, issuedBefore }: Revocation): string {
  return JSON.stringify([claim, value, issuedBefore]);
}

const nameSchema = z.optional(
  z.string().check(z.refine(isPrintableName, "must be a printable name")),
);
/** Seconds since 1970, as in a token's own claims. */
const timeSchema = z.optional(z.number().check(z.gte(0), z.lte(9_999_999_999)));

/**
 * The body of `POST /admin/revocations`: one claim by which the tokens are named, and two times.
 */
export const revocationRequestSchema = z
  .strictObject({
    sub: nameSchema.check(z.describe("The tokens of this subject.")),
    tenant: nameSchema.check(z.describe("The tokens whose `ai` claim has this tenant.")),
    jti: nameSchema.check(z.describe("This token.")),
    iss: nameSchema.check(
      z.describe("All tokens of this issuer, the administrator's own among them."),
    ),
    issued_before: timeSchema.check(
      z.describe(
        "Only tokens issued before this, in seconds since 1970; so newer ones go on working.",
      ),
    ),
    until: timeSchema.check(
      z.describe(
        "When the revocation ends, in seconds since 1970. Default: when the last token that is out now has ended.",
      ),
    ),
  })
  .check(
    z.refine(
      (body) => REVOCABLE_CLAIMS.filter((claim) => body[claim] !== undefined).length === 1,
      `must have exactly one of ${REVOCABLE_CLAIMS.join(", ")}`,
    ),
  );
