import type { Attempt, AttemptReason } from "../chat/attempt.ts";
import { type Fallback, MAX_TARGETS } from "../chat/fallback.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import { findNeeds, findUnmetNeed } from "./find-unmet-need.ts";
import {
  type NamedTarget,
  nameTarget,
  selectTarget,
  type Target,
  type TargetSources,
  unavailableError,
} from "./select-target.ts";

/** The targets of a call. */
export interface Selection {
  /** In order of preference. */
  readonly targets: readonly [Target, ...Target[]];
  /** Those that were named but are not tried. */
  readonly skipped: readonly Attempt[];
}

const NONE: readonly Attempt[] = [];

/**
 * The targets of a request: the one that it names, then its fallbacks. If there are several, those
 * that cannot be called, or cannot do what the request needs, are passed over. If none is left, the
 * first one that can be called is tried, as if it had been named alone. Throws a ChatError that
 * names the caller's field.
 */
export function selectTargets(
  request: ChatRequest,
  sources: TargetSources,
  defaultProvider: string | null,
): Selection {
  if (!request.fallbacks?.length)
    return { targets: [selectTarget(request, sources, defaultProvider)], skipped: NONE };
  const named = [
    nameTarget(request, sources, defaultProvider),
    ...request.fallbacks.map((fallback) => nameFallback(fallback, sources, defaultProvider)),
  ];
  if (named.length > MAX_TARGETS) {
    throw new ChatError("invalid_request", {
      param: request.fallbacks[MAX_TARGETS - 1]?.param ?? "fallbacks",
      message: `A call has at most ${MAX_TARGETS} targets.`,
    });
  }
  return skipUnfit(request, named);
}

function nameFallback(
  fallback: Fallback,
  sources: TargetSources,
  defaultProvider: string | null,
): NamedTarget {
  try {
    return nameTarget(fallback, sources, defaultProvider);
  } catch (thrown) {
    if (!(thrown instanceof ChatError)) throw thrown;
    const { param } = fallback;
    throw new ChatError("invalid_request", { param, message: `${param}: ${thrown.message}` });
  }
}

function skipUnfit(request: ChatRequest, named: readonly NamedTarget[]): Selection {
  const needs = findNeeds(request);
  const skipped: Attempt[] = [];
  const targets: Target[] = [];
  let first: { target: Target; skip: Attempt } | undefined;
  for (const { provider, model } of named) {
    if (!provider.available) {
      skipped.push(skippedAttempt({ provider, model }, "unavailable"));
      continue;
    }
    const target = { provider, model };
    const reason = findUnmetNeed(request, needs, target);
    if (reason === undefined) targets.push(target);
    else {
      const skip = skippedAttempt(target, reason);
      first ??= { target, skip };
      skipped.push(skip);
    }
  }
  const [preferred, ...others] = targets;
  if (preferred) return { targets: [preferred, ...others], skipped };
  if (first) {
    const { target, skip } = first;
    return { targets: [target], skipped: skipped.filter((other) => other !== skip) };
  }
  const provider = named[0]?.provider;
  throw provider && !provider.available
    ? unavailableError(provider)
    : new ChatError("internal_error", { logReason: "no_target" });
}

export function skippedAttempt({ provider, model }: NamedTarget, reason: AttemptReason): Attempt {
  return {
    provider: provider.name,
    model: model.id,
    outcome: "skipped",
    reason,
    duration_ms: 0,
    cost: null,
  };
}
