import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../../src/catalog/index.ts";
import type { Warning } from "../../../src/chat/event.ts";
import type { ModelInfo, Parameter } from "../../../src/chat/model.ts";
import type { Reasoning } from "../../../src/chat/request.ts";
import { fitRequest } from "../../../src/routing/fit-request.ts";
import { capabilitiesWithout, createStubProvider } from "../../support/stub-provider.ts";

const catalog = createCatalog();
const stub = createStubProvider();

function fit(
  reasoning: Reasoning,
  model: ModelInfo,
  options: { maxTokens?: number; dropped?: Parameter[] } = {},
) {
  const warnings: Warning[] = [];
  const request = {
    messages: [{ role: "user" as const, content: "Hi" }],
    reasoning,
    ...(options.maxTokens === undefined ? {} : { max_tokens: options.maxTokens }),
  };
  const provider = { ...stub, capabilities: capabilitiesWithout(...(options.dropped ?? [])) };
  const fitted = fitRequest(request, { provider, model }, (warning) => warnings.push(warning));
  return [fitted.reasoning, ...warnings.map(({ code, param }) => `${code} ${param}`)];
}

const opus55 = catalog.lookup("claude", "claude-opus-5-5");
const opus46 = catalog.lookup("claude", "claude-opus-4-6");
const opus45 = catalog.lookup("claude", "claude-opus-4-5");
const sonnet45 = catalog.lookup("claude", "claude-sonnet-4-5");
const sonnet55 = catalog.lookup("claude", "claude-sonnet-5-5");
const flash38 = catalog.lookup("gemini", "gemini-3.8-flash");
const pro25 = catalog.lookup("gemini", "gemini-2.5-pro");
const luna = catalog.lookup("openai", "gpt-6-luna");
const unknown: ModelInfo = { id: "unknown" };
const mute: ModelInfo = { id: "mute", reasoning: "none" };

const ADJUSTED_EFFORT = "adjusted_parameter reasoning.effort";
const ADJUSTED_BUDGET = "adjusted_parameter reasoning.budget_tokens";

describe("an effort", () => {
  test.each<[string, Reasoning, ModelInfo, ReturnType<typeof fit>]>([
    ["is sent as is if the model supports it", { effort: "max" }, opus55, [{ effort: "max" }]],
    ["becomes the nearest one", { effort: "max" }, flash38, [{ effort: "high" }, ADJUSTED_EFFORT]],
    [
      "becomes the lower of its two neighbours",
      { effort: "xhigh" },
      opus46,
      [{ effort: "high" }, ADJUSTED_EFFORT],
    ],
    [
      "is not switched off by being small",
      { effort: "minimal" },
      luna,
      [{ effort: "low" }, ADJUSTED_EFFORT],
    ],
    [
      "none becomes the lowest if reasoning cannot be turned off",
      { effort: "none" },
      opus55,
      [{ effort: "low" }, ADJUSTED_EFFORT],
    ],
    ["none is sent where it can", { effort: "none" }, sonnet55, [{ effort: "none" }]],
    [
      "none is sent to a model that thinks by budget",
      { effort: "none" },
      sonnet45,
      [{ effort: "none" }],
    ],
    [
      "becomes a budget",
      { effort: "medium" },
      sonnet45,
      [{ budget_tokens: 8192 }, ADJUSTED_EFFORT],
    ],
    [
      "becomes a budget within the model's limits",
      { effort: "max" },
      { ...pro25, reasoning_budget: { min: 1, max: 9 } },
      [{ budget_tokens: 9 }, ADJUSTED_EFFORT],
    ],
    [
      "none becomes the smallest budget if reasoning cannot be turned off",
      { effort: "none" },
      pro25,
      [{ budget_tokens: 128 }, ADJUSTED_EFFORT],
    ],
    [
      "stays if a budget model supports efforts too",
      { effort: "low" },
      opus45,
      [{ effort: "low" }],
    ],
    [
      "is dropped if the model does not reason",
      { effort: "low" },
      mute,
      [undefined, "unsupported_parameter reasoning.effort"],
    ],
    ["none is what such a model does anyway", { effort: "none", visible: true }, mute, [undefined]],
    [
      "of an unknown model is the provider's to map",
      { effort: "minimal", budget_tokens: 5 },
      unknown,
      [{ effort: "minimal", budget_tokens: 5 }],
    ],
  ])("%s", (_, reasoning, model, expected) => {
    expect(fit(reasoning, model)).toEqual(expected);
  });

  test("becomes at most half of max_tokens, or is dropped if that is too little", () => {
    expect(fit({ effort: "high" }, sonnet45, { maxTokens: 4000 })).toEqual([
      { budget_tokens: 2000 },
      ADJUSTED_EFFORT,
    ]);
    expect(fit({ effort: "high" }, sonnet45, { maxTokens: 1500 })).toEqual([
      { budget_tokens: 1024 },
      ADJUSTED_EFFORT,
    ]);
    expect(fit({ effort: "high" }, sonnet45, { maxTokens: 1024 })).toEqual([
      undefined,
      "unsupported_parameter reasoning.effort",
    ]);
  });
});

describe("a budget", () => {
  test.each<[string, Reasoning, ModelInfo, ReturnType<typeof fit>]>([
    [
      "is sent as is if the model supports it",
      { budget_tokens: 5000 },
      opus46,
      [{ budget_tokens: 5000 }],
    ],
    ["becomes an effort", { budget_tokens: 2000 }, opus55, [{ effort: "low" }, ADJUSTED_BUDGET]],
    [
      "becomes a middling effort",
      { budget_tokens: 10_000 },
      flash38,
      [{ effort: "medium" }, ADJUSTED_BUDGET],
    ],
    [
      "never becomes more than high",
      { budget_tokens: 900_000 },
      opus55,
      [{ effort: "high" }, ADJUSTED_BUDGET],
    ],
    [
      "is brought within the model's limits",
      { budget_tokens: 10 },
      sonnet45,
      [{ budget_tokens: 1024 }, ADJUSTED_BUDGET],
    ],
    [
      "is brought below the model's limit",
      { budget_tokens: 99_999 },
      pro25,
      [{ budget_tokens: 32_768 }, ADJUSTED_BUDGET],
    ],
    ["of nothing means off", { budget_tokens: 0 }, sonnet45, [{ effort: "none" }]],
    [
      "of 0 becomes the lowest effort if reasoning cannot be turned off",
      { budget_tokens: 0 },
      flash38,
      [{ effort: "low" }, ADJUSTED_BUDGET],
    ],
    [
      "gives way to an effort",
      { effort: "low", budget_tokens: 9 },
      opus55,
      [{ effort: "low" }, "unsupported_parameter reasoning.budget_tokens"],
    ],
    [
      "stands against an effort that the model does not take",
      { effort: "high", budget_tokens: 2000 },
      sonnet45,
      [{ budget_tokens: 2000 }, "unsupported_parameter reasoning.effort"],
    ],
    [
      "is sent beside an effort if the model supports both",
      { effort: "high", budget_tokens: 2000 },
      opus46,
      [{ effort: "high", budget_tokens: 2000 }],
    ],
    [
      "is dropped if the model does not reason",
      { budget_tokens: 9 },
      mute,
      [undefined, "unsupported_parameter reasoning.budget_tokens"],
    ],
  ])("%s", (_, reasoning, model, expected) => {
    expect(fit(reasoning, model)).toEqual(expected);
  });
});

describe("a provider", () => {
  test("that supports neither gets neither", () => {
    const dropped: Parameter[] = [
      "reasoning.effort",
      "reasoning.budget_tokens",
      "reasoning.visible",
    ];
    expect(fit({ effort: "low", budget_tokens: 9, visible: true }, unknown, { dropped })).toEqual([
      undefined,
      "unsupported_parameter reasoning.visible",
      "unsupported_parameter reasoning.effort",
      "unsupported_parameter reasoning.budget_tokens",
    ]);
  });

  test("that supports only one gets the other mapped to it", () => {
    expect(fit({ budget_tokens: 5000 }, unknown, { dropped: ["reasoning.budget_tokens"] })).toEqual(
      [{ effort: "medium" }, ADJUSTED_BUDGET],
    );
    expect(fit({ effort: "high" }, unknown, { dropped: ["reasoning.effort"] })).toEqual([
      { budget_tokens: 24_576 },
      ADJUSTED_EFFORT,
    ]);
  });

  test("keeps the setting that makes reasoning visible", () => {
    expect(fit({ effort: "max", visible: false }, flash38)).toEqual([
      { effort: "high", visible: false },
      ADJUSTED_EFFORT,
    ]);
  });
});
