import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../../src/catalog/index.ts";
import { loadConfig } from "../../../src/config.ts";
import { unavailable } from "../../../src/providers/provider.ts";
import { createBreaker } from "../../../src/routing/breaker.ts";
import { createRoutes, drawTargets, listTargets } from "../../../src/routing/routes.ts";
import { selectTargets } from "../../../src/routing/select-targets.ts";
import { createStubProvider } from "../../support/stub-provider.ts";
import { thrownBy } from "../../support/thrown-by.ts";

const providers = [
  createStubProvider({ name: "claude", aliases: ["anthropic"] }),
  createStubProvider({ name: "a" }),
  { ...createStubProvider({ name: "off" }), ...unavailable("Set OFF_KEY.") },
];
const catalog = createCatalog();

function load(routes: unknown) {
  const { ROUTES } = loadConfig({ ROUTES: JSON.stringify(routes) });
  return createRoutes(ROUTES, { providers, catalog });
}

function draw(routes: unknown, name: string, random = () => 0): string[] {
  const route = load(routes).get(name);
  if (!route) throw new Error("there is no such route");
  return drawTargets(route, random).map(
    ({ target }) => `${target.provider.name}/${target.model.id}`,
  );
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof Error) return thrown.message;
  }
  throw new Error("nothing was thrown");
}

describe("a route", () => {
  test("tries its targets in order: names, objects, and other routes in their place", () => {
    const routes = {
      outer: { targets: ["a/1", "inner", { provider: "anthropic", model: "opus" }] },
      inner: { strategy: "failover", targets: ["haiku", "off/x"] },
    };
    expect(draw(routes, "outer")).toEqual([
      "a/1",
      "claude/claude-haiku-5-5",
      "off/x",
      "claude/claude-opus-5-5",
    ]);
  });

  test("with weights draws its order anew; weight 0 comes last", () => {
    const routes = {
      fair: {
        strategy: "weighted",
        targets: [
          { model: "a/none", weight: 0 },
          { model: "a/one", weight: 1 },
          { model: "a/three", weight: 3 },
        ],
      },
    };
    expect(draw(routes, "fair", () => 0.2)).toEqual(["a/one", "a/three", "a/none"]);
    expect(draw(routes, "fair", () => 0.3)).toEqual(["a/three", "a/one", "a/none"]);
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const route = load(routes).get("fair");
    if (!route) throw new Error("there is no such route");
    const firsts = Array.from(
      { length: 4000 },
      () => drawTargets(route, random)[0]?.target.model.id,
    );
    const share = firsts.filter((id) => id === "three").length / firsts.length;
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
    expect(listTargets(route)).toHaveLength(3);
  });
});

describe("ROUTES that cannot be used stop the start, and the route is named", () => {
  const many = Array.from({ length: 5 }, (_, index) => `a/${index}`);
  test.each<[string, unknown, string]>([
    ["no object", [], "is not valid at its top"],
    ["a name with a slash", { "a/b": { targets: ["a/1"] } }, "at a/b: a route's name has letters"],
    [
      "a built-in name as a model",
      { fast: { targets: ["constructor"] } },
      'unknown target "constr',
    ],
    ["no targets", { fast: {} }, "is not valid at fast.targets"],
    ["an empty list", { fast: { targets: [] } }, "is not valid at fast.targets"],
    ["an unknown field", { fast: { targets: ["a/1"], tries: 2 } }, "is not valid at fast"],
    ["an unknown strategy", { fast: { strategy: "best", targets: ["a/1"] } }, "at fast.strategy"],
    ["a negative weight", { fast: { targets: [{ model: "a/1", weight: -1 }] } }, "at fast.targets"],
    ["a short deadline", { fast: { targets: ["a/1"], deadline_ms: 99 } }, "at fast.deadline_ms"],
    [
      "an unknown provider",
      { fast: { targets: ["a/1", { provider: "nobody", model: "m" }] } },
      'route "fast" has the unknown target "nobody/m"',
    ],
    [
      "an unknown model",
      { fast: { targets: ["llama"] } },
      'route "fast" has the unknown target "llama"',
    ],
    ["itself", { fast: { targets: ["fast"] } }, 'route "fast" leads to itself (fast → fast)'],
    [
      "a loop",
      { x: { targets: ["y"] }, y: { targets: ["z"] }, z: { targets: ["a/1", "x"] } },
      'route "x" leads to itself (x → y → z → x)',
    ],
    [
      "no weight above 0",
      { fast: { strategy: "weighted", targets: [{ model: "a/1", weight: 0 }] } },
      'route "fast" has no target with a weight above 0',
    ],
    [
      "too many targets in all",
      { one: { targets: many }, two: { targets: ["one", ...many] } },
      'route "two" has 10 targets; at most 8',
    ],
  ])("%s", (_name, routes, text) => {
    const message = messageOf(() => load(routes));
    expect(message).toContain("ROUTES");
    expect(message).toContain(text);
  });

  test("text that is no JSON, with the place, and without the text", () => {
    const message = messageOf(() => loadConfig({ ROUTES: '{"fast":\n {targets}}' }));
    expect(message).toContain("ROUTES is not valid JSON: see line 2, column 3");
    expect(message).not.toContain("targets");
  });
});

describe("a request for a route", () => {
  const routes = load({
    fast: { targets: ["off/x", "a/1", "haiku"], deadline_ms: 5000 },
    cheap: { targets: ["claude/opus", "claude/haiku", "a/unpriced"], max_usd: 0.05 },
    capped: { targets: ["cheap"], max_usd: 0.001 },
    off: { targets: ["off/x"] },
    anthropic: { targets: ["a/1"] },
  });
  const breaker = createBreaker({ failures: 1, cooldownMs: 1000 }, Date.now, () => {});
  const platform = { now: () => Date.UTC(2026, 10, 23), random: () => 0 };

  function select(model: string | undefined, request: object = {}) {
    const asked = { messages: [{ role: "user" as const, content: "Hi" }], model, ...request };
    const selection = selectTargets(
      asked,
      { providers, catalog, routes, breaker, platform },
      "claude",
    );
    return {
      targets: selection.targets.map(({ provider, model: { id } }) => `${provider.name}/${id}`),
      skipped: selection.skipped.map((attempt) => `${attempt.model}: ${attempt.reason}`),
      deadlineMs: selection.deadlineMs,
    };
  }

  test("has the route's targets and its deadline, unless its own is shorter", () => {
    expect(select("fast")).toEqual({
      targets: ["a/1", "claude/claude-haiku-5-5"],
      skipped: ["x: unavailable"],
      deadlineMs: 5000,
    });
    expect(select("fast", { deadline_ms: 800 }).deadlineMs).toBe(800);
    expect(select("fast", { deadline_ms: 9000 }).deadlineMs).toBe(5000);
  });

  test("may name it as the provider, if no provider has that name", () => {
    expect(select(undefined, { provider: "fast" })).toEqual(select("fast"));
    const fallbacks = [{ provider: "fast", param: "fallbacks[0]" }];
    expect(select("a/0", { fallbacks }).targets).toEqual(["a/0", "a/1", "claude/claude-haiku-5-5"]);
    expect(select(undefined, { provider: "anthropic" }).targets).toEqual(["claude/stub-model"]);
    expect(thrownBy(() => select("opus", { provider: "fast" })).message).toStartWith("Unknown");
  });

  test("passes over what may cost too much, or has no price", () => {
    expect(select("cheap")).toMatchObject({
      targets: ["claude/claude-haiku-5-5"],
      skipped: ["claude-opus-5-5: max_usd", "unpriced: max_usd"],
    });
    expect(select("cheap", { max_tokens: 100 }).targets).toEqual([
      "claude/claude-opus-5-5",
      "claude/claude-haiku-5-5",
    ]);
  });

  test("of which each target costs too much is refused", () => {
    expect(thrownBy(() => select("capped"))).toMatchObject({
      code: "invalid_request",
      param: "model",
    });
  });

  test("of which no target is available has its error", () => {
    expect(thrownBy(() => select("off"))).toMatchObject({ code: "provider_unavailable" });
  });

  test("may be a fallback, and have some", () => {
    const fallbacks = [{ model: "fast", param: "fallbacks[0]" }];
    expect(select("a/0", { fallbacks })).toMatchObject({
      targets: ["a/0", "a/1", "claude/claude-haiku-5-5"],
      deadlineMs: undefined,
    });
  });

  test("is not meant where a provider is named", () => {
    expect(select("fast", { provider: "a" }).targets).toEqual(["a/fast"]);
  });
});
