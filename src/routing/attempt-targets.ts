import type { EventStream } from "../chat/event.ts";
import { type AttemptCall, attemptInTurn } from "./attempt.ts";
import { hedgeTargets } from "./hedge.ts";
import type { Target } from "./select-target.ts";

/**
 * Tries the targets until one begins to answer: in turn, or beside each other if the call is to be
 * hedged. Rejects with the failure that tells the caller most.
 */
export function attemptTargets(
  targets: readonly Target[],
  call: AttemptCall,
): Promise<EventStream> {
  call.attemptedAt = call.now();
  return call.hedgeAfterMs === null || targets.length < 2
    ? attemptInTurn({ targets, taken: 0 }, call)
    : hedgeTargets(targets, call, call.hedgeAfterMs);
}
