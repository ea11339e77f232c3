import type { Attempt, AttemptReason } from "../chat/attempt.ts";
import { demandOf } from "../chat/demand.ts";
import { type Fallback, MAX_TARGETS } from "../chat/fallback.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Platform } from "../platform.ts";
import type { Breaker } from "./breaker.ts";
import { estimateCost } from "./estimate-cost.ts";
import { findNeeds, findUnmetNeed } from "./find-unmet-need.ts";
import { type Candidate, drawTargets, type Route, type Routes } from "./routes.ts";
import {
  findProvider,
  type NamedTarget,
  nameTarget,
  selectTarget,
  type Target,
  type TargetName,
  type TargetSources,
  unavailableError,
} from "./select-target.ts";

/** The targets of a call. */
export interface Selection {
  /** In order of preference. */
  readonly targets: readonly [Target, ...Target[]];
  /** Those that were named but are not tried. */
  readonly skipped: readonly Attempt[];
  /** How long the call may take, in milliseconds: the request's deadline or its route's. */
  readonly deadlineMs: number | undefined;
  /** After how many milliseconds without content the next target is also tried, in parallel. */
  readonly hedgeAfterMs: number | undefined;
}

export interface SelectionSources extends TargetSources {
  readonly routes: Routes;
  readonly breaker: Breaker;
  readonly platform: Pick<Platform, "now" | "random">;
}

const NONE: readonly Attempt[] = [];

/**
 * The targets of a request: what it names (a target, or a route with several), then its fallbacks.
 * If there are several, those that cannot be called, or cannot do what the request needs, are
 * passed over, and those that keep failing come last. If none can do it all, the first one that can
 * be called is tried, as if it had been named alone. Throws a ChatError that names the caller's
 * field.
 */
export function selectTargets(
  request: ChatRequest,
  sources: SelectionSources,
  defaultProvider: string | null,
): Selection {
  const { fallbacks = [] } = request;
  const route = findRoute(request, sources);
  if (!route && fallbacks.length === 0) {
    const target = selectTarget(request, sources, defaultProvider);
    return {
      targets: [target],
      skipped: NONE,
      deadlineMs: request.deadline_ms,
      hedgeAfterMs: undefined,
    };
  }
  const { random } = sources.platform;
  const candidates = route
    ? drawTargets(route, random)
    : [{ target: nameTarget(request, sources, defaultProvider), maxUsd: Infinity }];
  // A bare name behind `openrouter/…` is OpenRouter's, not one of the dialect's own vendor.
  const ownProvider =
    defaultProvider === null || route
      ? defaultProvider
      : (candidates[0]?.target.provider.name ?? null);
  for (const fallback of fallbacks) {
    candidates.push(...findFallback(fallback, sources, ownProvider));
    if (candidates.length > MAX_TARGETS) {
      throw new ChatError("invalid_request", {
        param: fallback.param,
        message: `${fallback.param}: a call has at most ${MAX_TARGETS} targets.`,
      });
    }
  }
  const { targets, skipped } = chooseTargets(request, candidates, sources);
  return {
    targets: sources.breaker.order(targets),
    skipped,
    deadlineMs: shorter(request.deadline_ms, route?.deadlineMs),
    hedgeAfterMs: request.hedge_after_ms ?? route?.hedgeAfterMs,
  };
}

/** By `model`; or by `provider` alone, unless that is a provider's name. */
function findRoute(
  { provider, model }: TargetName,
  { routes, providers }: SelectionSources,
): Route | undefined {
  if (provider === undefined) return model === undefined ? undefined : routes.get(model);
  return model === undefined && !findProvider(provider, providers)
    ? routes.get(provider)
    : undefined;
}

function findFallback(
  fallback: Fallback,
  sources: SelectionSources,
  defaultProvider: string | null,
): Candidate[] {
  const route = findRoute(fallback, sources);
  if (route) return drawTargets(route, sources.platform.random);
  try {
    return [{ target: nameTarget(fallback, sources, defaultProvider), maxUsd: Infinity }];
  } catch (thrown) {
    if (!(thrown instanceof ChatError)) throw thrown;
    const { param } = fallback;
    throw new ChatError("invalid_request", { param, message: `${param}: ${thrown.message}` });
  }
}

function shorter(first: number | undefined, second: number | undefined): number | undefined {
  return first !== undefined && second !== undefined ? Math.min(first, second) : (first ?? second);
}

function chooseTargets(
  request: ChatRequest,
  candidates: readonly Candidate[],
  { catalog, platform }: SelectionSources,
): Pick<Selection, "targets" | "skipped"> {
  const needs = candidates.length > 1 ? findNeeds(request) : undefined;
  const skipped: Attempt[] = [];
  const targets: Target[] = [];
  let unfit: { target: Target; skip: Attempt } | undefined;

  for (const { target: named, maxUsd } of candidates) {
    const { provider, model } = named;
    const skip = (reason: AttemptReason) => {
      const attempt = skippedAttempt(named, reason);
      skipped.push(attempt);
      return attempt;
    };
    if (!provider.available) {
      skip("unavailable");
      continue;
    }
    if (maxUsd !== Infinity) {
      const cost = estimateCost(demandOf(request), named, catalog, platform.now());
      if (!cost || cost.total > maxUsd) {
        skip("max_usd");
        continue;
      }
    }
    const target = { provider, model };
    const unmet = needs && findUnmetNeed(request, needs, target);
    if (unmet === undefined) targets.push(target);
    else {
      const attempt = skip(unmet);
      unfit ??= { target, skip: attempt };
    }
  }

  const [first, ...others] = targets;
  if (first) return { targets: [first, ...others], skipped };
  if (unfit) {
    const { target, skip } = unfit;
    return { targets: [target], skipped: skipped.filter((other) => other !== skip) };
  }
  throw noTargetError(candidates, request);
}

/** None can be called, or each that can costs too much. */
function noTargetError(candidates: readonly Candidate[], request: TargetName): ChatError {
  const [first] = candidates;
  if (!first || candidates.some(({ target }) => target.provider.available)) {
    return new ChatError("invalid_request", {
      param: "model",
      message: "Every target of this route may cost more than its max_usd: shorten the request.",
    });
  }
  const { provider } = first.target;
  return provider.available ? new ChatError("internal_error") : unavailableError(provider, request);
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
