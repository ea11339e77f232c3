import { raceAbort, throwIfAborted } from "../errors/abort-reason.ts";
import { type ChatError, toChatError } from "../errors/chat-error.ts";
import { sleep } from "../upstream/sleep.ts";
import type { AccessToken } from "./exchange-token.ts";

/** A token is renewed this long before it expires, so that it does not expire in flight. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;
/** How long refused credentials are not tried again: only the operator can change them. */
const REFUSAL_MS = 60_000;
/**
 * How often a running exchange renews its record, and how long the other calls wait for a renewal
 * before they take over.
 */
const SIGN_MS = 250;
const LEASE_MS = 2000;
/** How long a waiting call sleeps between two looks at the record. */
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 50;

export interface TokenSource {
  /**
   * A token that stays valid for a while. Rejects with the reason of the abort when the signal is
   * aborted.
   */
  getToken(signal: AbortSignal): Promise<string>;
  /** Forgets a token that was refused. */
  dropToken(token: string): void;
}

/** A running exchange as the waiting calls see it: plain data, no promise. */
interface Exchange {
  lastSignMs: number;
  outcome?: { token: AccessToken } | { error: ChatError };
}

/**
 * Keeps one access token and runs at most one exchange at a time, however many calls wait for it.
 *
 * Waiting calls poll a record with their own timers instead of awaiting the promise of the call
 * that runs the exchange. On workerd a promise belongs to the request that created it: if that
 * request ends early, the promise never settles, and whoever awaits it hangs forever
 * (github.com/panva/jose/issues/509). A timer of the same request renews the record, so if the
 * record is no longer renewed, its owner is gone and the next call takes over.
 */
export function createTokenSource(
  exchange: () => Promise<AccessToken>,
  now: () => number,
): TokenSource {
  let current: { token: AccessToken; renewAtMs: number } | undefined;
  let running: Exchange | undefined;
  let refused: { error: ChatError; untilMs: number } | undefined;

  /** Runs the exchange for all calls. It never rejects; the outcome is in the record. */
  async function lead(record: Exchange): Promise<void> {
    const startedAtMs = now();
    const timer = setInterval(() => {
      record.lastSignMs = now();
    }, SIGN_MS);
    try {
      const token = await exchange();
      // A token that lives for less than ten minutes is used for half of its lifetime.
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
