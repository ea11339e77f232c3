import type { ErrorCode } from "../errors/error-codes.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import type { Target } from "./select-target.ts";

export interface BreakerSettings {
  /** `BREAKER_FAILURES`: failures in a row that open it; 0 turns it off. */
  readonly failures: number;
  /** `BREAKER_COOLDOWN_MS`: how long it stays open before a call probes the target. */
  readonly cooldownMs: number;
}

/** A target that keeps failing. */
export interface OpenTarget {
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

/**
 * Knows which targets keep failing, so that calls with several targets try those last. It learns
 * from the records of calls, so an answer counts when it has ended, streams included.
 */
export interface Breaker {
  record(record: CallRecord): void;
  /** The same list if none is open. If all are open, their order stays. */
  order(targets: Targets): Targets;
  /** The targets that are open now. */
  states(): OpenTarget[];
}

type Targets = readonly [Target, ...Target[]];

/**
 * Failures of the target. Not counted: those that the request causes, a rate limit (it says that
 * the target is well), and calls that the caller or this server ended.
 */
const FAILURES: ReadonlySet<string> = new Set<ErrorCode>([
  "upstream_auth",
  "upstream_billing",
  "upstream_quota_exhausted",
  "upstream_error",
  "upstream_overloaded",
  "upstream_unavailable",
  "upstream_tls",
  "upstream_timeout",
  "upstream_invalid_response",
  "upstream_disconnected",
  "upstream_incomplete",
  "upstream_stalled",
]);

/** Targets whose failures are remembered; callers can name any model. */
const MAX_ENTRIES = 1000;

interface Entry {
  readonly provider: string;
  readonly model: string;
  failures: number;
  openedAt: number | null;
  /** When it was opened, or last probed. */
  triedAt: number;
}

export function createBreaker(
  settings: BreakerSettings,
  now: () => number,
  report: (state: "open" | "closed", provider: string, model: string) => void,
): Breaker {
  /** Only targets whose last attempt failed. */
  const entries = new Map<string, Entry>();

  function succeed(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    if (entry.openedAt !== null) report("closed", entry.provider, entry.model);
  }

  function fail(key: string, provider: string, model: string): void {
    let entry = entries.get(key);
    if (!entry) {
      const oldest = entries.keys().next().value;
      if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
      entry = { provider, model, failures: 0, openedAt: null, triedAt: 0 };
      entries.set(key, entry);
    }
    entry.failures += 1;
    if (entry.failures < settings.failures) return;
    entry.triedAt = now();
    if (entry.openedAt !== null) return;
    entry.openedAt = entry.triedAt;
    report("open", provider, model);
  }

  /** After each cooldown one call passes, to probe the target. */
  function isOpen({ provider, model }: Target): boolean {
    const entry = entries.get(`${provider.name}/${model.id}`);
    if (!entry || entry.openedAt === null) return false;
    if (now() - entry.triedAt < settings.cooldownMs) return true;
    entry.triedAt = now();
    return false;
  }

  return {
    record({ kind, attempts, outcome: callOutcome }) {
      if (settings.failures === 0 || kind === "count_tokens") return;
      for (const { provider, model, outcome, reason } of attempts) {
        // An answer that began ended as the call did.
        const ended = outcome === "ok" ? callOutcome : outcome;
        const isFailure = FAILURES.has(ended);
        // An empty answer may be due to its request, so it does not count against the target.
        if (reason === "empty_answer" || (!isFailure && entries.size === 0)) continue;
        const key = `${provider}/${model}`;
        if (isFailure) fail(key, provider, model);
        else if (ended === "ok") succeed(key);
      }
    },
    order(targets) {
      if (entries.size === 0) return targets;
      const closed: Target[] = [];
      const open: Target[] = [];
      for (const target of targets) (isOpen(target) ? open : closed).push(target);
      const [first = targets[0], ...others] = [...closed, ...open];
      return open.length === 0 ? targets : [first, ...others];
    },
    states: () =>
      [...entries.values()].flatMap(({ provider, model, openedAt }) =>
        openedAt === null ? [] : [{ provider, model, openedAt }],
      ),
  };
}
