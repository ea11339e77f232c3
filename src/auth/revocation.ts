import * as z from "zod";

/** Tokens that are no longer accepted. */
export const revocationSchema = z.strictObject({
  /** The claim that names them; `tenant` is that of the `ai` claim. */
  claim: z.enum(["sub", "tenant", "jti", "iss"]),
  value: z.string(),
  /** Only tokens that were issued before this (their `iat`), in seconds since 1970; null for all. */
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

/** More than this is no kill switch but a list of users, which belongs into the application that signs. */
export const MAX_REVOCATIONS = 10_000;

/** By what one revocation takes the place of another. */
export function revocationKey({ claim, value, issuedBefore }: Revocation): string {
  return JSON.stringify([claim, value, issuedBefore]);
}
