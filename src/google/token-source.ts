import { raceAbort, throwIfAborted } from "../errors/abort-reason.ts";
import { type ChatError, toChatError } from "../errors/chat-error.ts";
import { sleep } from "../upstream/sleep.ts";
import type { AccessToken } from "./exchange-token.ts";

/** A token is renewed this long before it expires, so that none expires on its way. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;
/** For this long a refusal of the credentials is not asked for again: only the operator can change it. */
const REFUSAL_MS = 60_000;
/** An exchange shows that it lives this often, and is given up by the others after this long without a sign. */
const SIGN_MS = 250;
const LEASE_MS = 2000;
/** How long a waiting call sleeps between two looks. */
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 50;

export interface TokenSource {
  /** A token that is valid for a while. Rejects with `cancelled` when the signal fires. */
  getToken(signal: AbortSignal): Promise<string>;
  /** Forgets this token, because it was refused. */
  dropToken(token: string): void;
}

/** One exchange on its way, as the calls that wait for it see it: plain data, no promise. */
interface Exchange {
  lastSignMs: number;
  outcome?: { token: AccessToken } | { error: ChatError };
}

/**
 * Keeps one access token and lets at most one exchange be on its way, however many calls wait.
 *
 * The calls that wait look at a record again and again, by timers of their own, in place of awaiting the promise of the call that
 * does the exchange. On workerd a promise belongs to the request that made it: when that request ends early, nothing ever settles
 * it, and who awaits it hangs for good (github.com/panva/jose/issues/509). The record is renewed by a timer of the same request, so
 * a record that is renewed no more has lost its owner, and the next call takes over.
 */
export function createTokenSource(
  exchange: () => Promise<AccessToken>,
  now: () => number,
): TokenSource {
  let current: { token: AccessToken; renewAtMs: number } | undefined;
  let running: Exchange | undefined;
  let refused: { error: ChatError; untilMs: number } | undefined;

  /** Does the exchange on behalf of all. It never rejects: how it ended stands in the record. */
  async function lead(record: Exchange): Promise<void> {
    const startedAtMs = now();
    const timer = setInterval(() => {
      record.lastSignMs = now();
    }, SIGN_MS);
    try {
      const token = await exchange();
      // A token that lives for less than ten minutes is used for half of its life.
      const lifeMs = token.expiresAtMs - startedAtMs;
      current = { token, renewAtMs: token.expiresAtMs - Math.min(RENEW_BEFORE_MS, lifeMs / 2) };
      record.outcome = { token };
    } catch (thrown) {
      const error = toChatError(thrown);
      if (error.code === "upstream_auth") refused = { error, untilMs: now() + REFUSAL_MS };
      record.outcome = { error };
    } finally {
      clearInterval(timer);
      if (running === record) running = undefined;
    }
  }

  async function getToken(signal: AbortSignal): Promise<string> {
    throwIfAborted(signal);
    if (current && now() < current.renewAtMs) return current.token.value;
    if (refused && now() < refused.untilMs) throw refused.error;
    let record = running;
    if (!record) {
      record = { lastSignMs: now() };
      running = record;
      await raceAbort(lead(record), signal);
    }
    for (
      let lookMs = FIRST_LOOK_MS;
      !record.outcome;
      lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 2)
    ) {
      throwIfAborted(signal);
      if (now() - record.lastSignMs > LEASE_MS) {
        if (running === record) running = undefined;
        return getToken(signal);
      }
      await sleep(lookMs, signal);
    }
    throwIfAborted(signal);
    if ("error" in record.outcome) throw record.outcome.error;
    return record.outcome.token.value;
  }

  return {
    getToken,
    dropToken(token) {
      if (current?.token.value === token) current = undefined;
    },
  };
}
