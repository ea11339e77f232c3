import * as z from "zod";
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
  issuedBefore: z.number().nullable(),
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

const nameSchema = z.string().refine(isPrintableName, "must be a printable name").optional();
/** Seconds since 1970, as in a token's own claims. */
const timeSchema = z.number().min(0).max(9_999_999_999).optional();

/**
 * The body of `POST /admin/revocations`: one claim by which the tokens are named, and two times.
 */
export const revocationRequestSchema = z
  .strictObject({
    sub: nameSchema.describe("The tokens of this subject."),
    tenant: nameSchema.describe("The tokens whose `ai` claim has this tenant."),
    jti: nameSchema.describe("This token."),
    iss: nameSchema.describe("All tokens of this issuer, the administrator's own among them."),
    issued_before: timeSchema.describe(
      "Only tokens issued before this, in seconds since 1970; so newer ones go on working.",
    ),
    until: timeSchema.describe(
      "When the revocation ends, in seconds since 1970. Default: when the last token that is out now has ended.",
    ),
  })
  .refine(
    (body) => REVOCABLE_CLAIMS.filter((claim) => body[claim] !== undefined).length === 1,
    `must have exactly one of ${REVOCABLE_CLAIMS.join(", ")}`,
  );
