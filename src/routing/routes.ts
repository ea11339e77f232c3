import { MAX_TARGETS } from "../chat/fallback.ts";
import { ConfigError } from "../env/config-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { RouteConfig, RoutesConfig } from "./env.ts";
import { type NamedTarget, nameTarget, type TargetSources } from "./select-target.ts";

/** A named list of targets that callers use as a model (`ROUTES`). */
export interface Route {
  readonly name: string;
  readonly strategy: RouteConfig["strategy"];
  readonly options: readonly RouteOption[];
  readonly deadlineMs: number | undefined;
  readonly hedgeAfterMs: number | undefined;
  /** The most that a target may cost, in US dollars. */
  readonly maxUsd: number;
}

interface RouteOption {
  readonly weight: number;
  /** A target, or another route in its place. */
  readonly leads: NamedTarget | Route;
}

export type Routes = ReadonlyMap<string, Route>;

/** A target that a call may try, and the most that it may cost there, in US dollars. */
export interface Candidate {
  readonly target: NamedTarget;
  readonly maxUsd: number;
}

/** `ROUTES` → routes. Throws a ConfigError that names the route at fault. */
export function createRoutes(config: RoutesConfig = {}, sources: TargetSources): Routes {
  const routes = new Map<string, Route>();

  function build(name: string, route: RouteConfig, path: readonly string[]): Route {
    const built = routes.get(name);
    if (built) return built;
    if (path.includes(name)) throw fault(name, `leads to itself (${[...path, name].join(" → ")})`);
    const options = route.targets.map((target) => {
      const { weight = 1, ...named } = typeof target === "string" ? { model: target } : target;
      const isName = named.provider === undefined && Object.hasOwn(config, named.model);
      const inner = isName ? config[named.model] : undefined;
      const leads = inner
        ? build(named.model, inner, [...path, name])
        : findTarget(name, named, sources);
      return { weight, leads };
    });
    if (route.strategy === "weighted" && options.every(({ weight }) => weight === 0))
      throw fault(name, "has no target with a weight above 0");
    const created: Route = {
      name,
      strategy: route.strategy,
      options,
      deadlineMs: route.deadline_ms,
      hedgeAfterMs: route.hedge_after_ms,
      maxUsd: route.max_usd ?? Infinity,
    };
    const count = listTargets(created).length;
    if (count > MAX_TARGETS) throw fault(name, `has ${count} targets; at most ${MAX_TARGETS}`);
    routes.set(name, created);
    return created;
  }

  for (const [name, route] of Object.entries(config)) build(name, route, []);
  return routes;
}

function fault(name: string, problem: string): ConfigError {
  return new ConfigError("ROUTES", `route ${JSON.stringify(name)} ${problem}`);
}

function findTarget(
  name: string,
  target: { provider?: string | undefined; model: string },
  sources: TargetSources,
): NamedTarget {
  try {
    return nameTarget(target, sources, null);
  } catch (thrown) {
    if (!(thrown instanceof ChatError)) throw thrown;
    const { provider, model } = target;
    const said = provider === undefined ? model : `${provider}/${model}`;
    throw fault(name, `has the unknown target ${JSON.stringify(said)}. ${thrown.message}`);
  }
}

function isRoute(leads: NamedTarget | Route): leads is Route {
  return "options" in leads;
}

/** The targets of a route and of those in it, in the order given. */
export function listTargets({ options }: Route): NamedTarget[] {
  return options.flatMap(({ leads }) => (isRoute(leads) ? listTargets(leads) : [leads]));
}

/** The targets of a route in the order in which a call tries them. */
export function drawTargets(route: Route, random: () => number, maxUsd = Infinity): Candidate[] {
  const most = Math.min(maxUsd, route.maxUsd);
  const options = route.strategy === "weighted" ? drawOrder(route.options, random) : route.options;
  return options.flatMap(({ leads }) =>
    isRoute(leads) ? drawTargets(leads, random, most) : [{ target: leads, maxUsd: most }],
  );
}

/** Draws one after the other, by their weights among those that are left; weight 0 comes last. */
function drawOrder(options: readonly RouteOption[], random: () => number): RouteOption[] {
  const left = options.filter(({ weight }) => weight > 0);
  const drawn: RouteOption[] = [];
  while (left.length > 0) {
    let point = random() * left.reduce((sum, { weight }) => sum + weight, 0);
    const found = left.findIndex(({ weight }) => {
      point -= weight;
      return point < 0;
    });
    // Rounding may leave a little beyond the last one.
    drawn.push(...left.splice(found === -1 ? left.length - 1 : found, 1));
  }
  return [...drawn, ...options.filter(({ weight }) => weight === 0)];
}
