import type { Principal } from "../auth/principal.ts";
import type { Revocations } from "../auth/revocations.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import { LEASE_MS } from "../limits/limit-store.ts";
import type { Consumption, Reservation } from "../limits/limiter.ts";
import type { Platform } from "../platform.ts";
import type { Meter, Progress } from "./meter.ts";

/**
 * How often a running call is looked at, in milliseconds: a revoked one must end within a second.
 */
const WATCH_MS = 400;
/** A third of the lease, so that two renewals may fail. */
const RENEW_MS = LEASE_MS / 3;

/** A call as its policy sees it. */
export interface EnforcedCall {
  readonly principal: Principal;
  progress(): Progress;
  /** Ends the call; a stream ends with this error. */
  abort(reason: ChatError): void;
}

export interface EnforcementOptions {
  readonly revocations: Revocations;
  readonly reservation: Reservation;
  /** What the reservation is for. */
  readonly reserved: Consumption;
  /** Null if nothing is measured. */
  readonly meter: Meter | null;
  readonly every: Platform["every"];
}

export interface Enforcement {
  stop(): void;
}

/**
 * Holds a running call to its token's policy: renews what it has reserved, reserves more once the
 * answer outgrows it, and ends the call if its budget is used up or its token is revoked. Nothing
 * is done for each streamed event.
 */
export function enforcePolicy(call: EnforcedCall, options: EnforcementOptions): Enforcement {
  return new PolicyEnforcement(call, options);
}

class PolicyEnforcement implements Enforcement {
  readonly #call: EnforcedCall;
  readonly #revocations: Revocations;
  readonly #reservation: Reservation;
  /** Null if the token has no limits: then it can only be revoked. */
  readonly #meter: Meter | null;
  readonly #stopLooking: () => void;
  #reserved: Consumption;
  #isBusy = false;
  #sinceRenewalMs = 0;

  constructor(call: EnforcedCall, options: EnforcementOptions) {
    this.#call = call;
    this.#revocations = options.revocations;
    this.#reservation = options.reservation;
    this.#meter = call.principal.policy.buckets.length > 0 ? options.meter : null;
    this.#reserved = options.reserved;
    this.#stopLooking = options.every(WATCH_MS, () => this.#tick());
  }

  stop(): void {
    this.#stopLooking();
  }

  /** Makes no promise if there is nothing to wait for: there may be thousands of calls. */
  #tick(): void {
    if (this.#isBusy) return;
    const reading = this.#revocations.refresh();
    if (reading || this.#meter) this.#look(reading);
    else if (this.#isRevoked()) this.#call.abort(new ChatError("revoked"));
  }

  async #look(reading: Promise<void> | undefined): Promise<void> {
    this.#isBusy = true;
    try {
      await reading;
      if (this.#isRevoked()) throw new ChatError("revoked");
      if (this.#meter) await this.#keepReserved(this.#meter);
    } catch (thrown) {
      this.#call.abort(toChatError(thrown));
    } finally {
      this.#isBusy = false;
    }
  }

  #isRevoked(): boolean {
    return this.#revocations.isRevoked(this.#call.principal);
  }

  async #keepReserved(meter: Meter): Promise<void> {
    this.#sinceRenewalMs += WATCH_MS;
    const needed = meter.measure(this.#call.progress());
    if (fits(needed, this.#reserved)) {
      if (this.#sinceRenewalMs < RENEW_MS) return;
      await this.#reservation.renew(this.#reserved);
    } else {
      this.#reserved = await this.#extend(needed, meter);
    }
    this.#sinceRenewalMs = 0;
  }

  /**
   * Reserves room for more output; if the limit has too little left, only what is already used.
   */
  async #extend(needed: Consumption, meter: Meter): Promise<Consumption> {
    const more = meter.extend(this.#call.progress());
    try {
      await this.#reservation.renew(more);
      return more;
    } catch {
      await this.#reservation.renew(needed);
      return needed;
    }
  }
}

function fits(needed: Consumption, reserved: Consumption): boolean {
  return needed.tokens <= reserved.tokens && needed.microUsd <= reserved.microUsd;
}
