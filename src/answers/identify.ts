import { isJsonObject } from "../json/json-object.ts";

/** Whose answers these are. */
export interface Owner {
  readonly issuer: string;
  readonly tenant: string | null;
  readonly subject: string;
}

/** Digits of a name that tells nobody its parts. */
const NAME_DIGITS = 40;

/** A name for these texts: the same for the same ones, and nothing can be read from it. */
export async function nameOf(...texts: readonly (string | null)[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(texts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.slice(0, NAME_DIGITS);
}

/** The name of an answer's log: without its owner nobody finds it. */
export function nameAnswer({ issuer, tenant, subject }: Owner, id: string): Promise<string> {
  return nameOf("answer", issuer, tenant, subject, id);
}

/** The name of a key on a path. */
export function nameKey(owner: Owner, path: string, key: string): Promise<string> {
  return nameOf("key", owner.issuer, owner.tenant, owner.subject, path, key);
}

/** What tells one request from another: its JSON, in which the order of members does not count. */
export function fingerprint(body: unknown, isStream: boolean): Promise<string> {
  return nameOf("body", String(isStream), JSON.stringify(sortMembers(body)));
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => [name, sortMembers(member)]);
  // Not the list itself: an object must not look like a list.
  return { members };
}
