import type { Principal } from "../auth/principal.ts";
import type { Revocations } from "../auth/revocations.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import { LEASE_MS } from "../limits/limit-store.ts";
import type { Consumption, Reservation } from "../limits/limiter.ts";
import type { Meter, Progress } from "./meter.ts";

/**
 * How often a running call is looked at, in milliseconds: a revoked one must end within a second.
 */
const WATCH_MS = 400;
/** A third of the lease, so that two renewals may fail. */
const RENEW_MS = LEASE_MS / 3;

export interface EnforcedCall {
  readonly principal: Principal;
  readonly revocations: Revocations;
  readonly reservation: Reservation;
  /** What the reservation is for. */
  readonly reserved: Consumption;
  /** Null if the token has no limits: then it can only be revoked. */
  readonly meter: Meter | null;
  progress(): Progress;
  /** Ends the call; a stream ends with this error. */
  abort(reason: ChatError): void;
}

/**
 * Holds a running call to its token's policy: renews what it has reserved, reserves more once the
 * answer outgrows it, and ends the call if its budget is used up or its token is revoked. Nothing
 * is done for each streamed event. One timer for each call, because on Workers a timer belongs to
 * the request that set it. Returns the function that stops it.
 */
export function enforcePolicy(call: EnforcedCall): () => void {
  const { principal, revocations, reservation, meter } = call;
  let { reserved } = call;
  let isBusy = false;
  let sinceRenewalMs = 0;

  async function look(): Promise<void> {
    await revocations.refresh();
    if (revocations.isRevoked(principal)) throw new ChatError("revoked");
    if (!meter || principal.policy.buckets.length === 0) return;
    sinceRenewalMs += WATCH_MS;
    const needed = meter.measure(call.progress());
    if (fits(needed, reserved)) {
      if (sinceRenewalMs < RENEW_MS) return;
      await reservation.renew(reserved);
    } else {
      reserved = await extend(needed, meter);
    }
    sinceRenewalMs = 0;
  }

  /**
   * Reserves room for more output; if the limit has too little left, only what is already used.
   */
  async function extend(needed: Consumption, meter: Meter): Promise<Consumption> {
    const more = meter.extend(call.progress());
    try {
      await reservation.renew(more);
      return more;
    } catch {
      await reservation.renew(needed);
      return needed;
    }
  }

  const timer = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await look();
    } catch (thrown) {
      call.abort(toChatError(thrown));
    } finally {
      isBusy = false;
    }
  }, WATCH_MS);
  return () => clearInterval(timer);
}

function fits(needed: Consumption, reserved: Consumption): boolean {
  return needed.tokens <= reserved.tokens && needed.microUsd <= reserved.microUsd;
}
