import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../../src/catalog/index.ts";
import type { Parameter } from "../../../src/chat/model.ts";
import type { Part } from "../../../src/chat/part.ts";
import type { ChatRequest } from "../../../src/chat/request.ts";
import { unavailable } from "../../../src/providers/provider.ts";
import { createBreaker } from "../../../src/routing/breaker.ts";
import { selectTargets } from "../../../src/routing/select-targets.ts";
import { capabilitiesWithout, createStubProvider } from "../../support/stub-provider.ts";
import { thrownBy } from "../../support/thrown-by.ts";

function lacking(...parameters: Parameter[]) {
  return capabilitiesWithout(...parameters);
}

const sources = {
  catalog: createCatalog(),
  routes: new Map(),
  breaker: createBreaker({ failures: 1, cooldownMs: 1000 }, Date.now, () => {}),
  platform: { now: () => 0, random: () => 0 },
  providers: [
    createStubProvider({ name: "claude", aliases: ["anthropic"] }),
    createStubProvider({ name: "all", format: "google" }),
    createStubProvider({
      name: "few",
      format: "openai_chat",
      capabilities: lacking(
        "tools",
        "image.data",
        "document.text",
        "tool_result.image",
        "response_format.json_schema",
      ),
    }),
    { ...createStubProvider({ name: "off" }), ...unavailable("Set OFF_KEY.") },
  ],
};

const ASK: ChatRequest = { messages: [{ role: "user", content: "Hi" }] };

/** A request for these models, the first of which may be refused. */
function select(models: string[], request: Partial<ChatRequest> = {}) {
  const [model, ...others] = models;
  const fallbacks = others.map((name, index) => ({ model: name, param: `fallbacks[${index}]` }));
  const { targets, skipped } = selectTargets(
    { ...ASK, ...(model ? { model } : {}), fallbacks, ...request },
    sources,
    null,
  );
  return {
    targets: targets.map(({ provider, model: { id } }) => `${provider.name}/${id}`),
    skipped: skipped.map(({ provider, model: id, reason }) => `${provider}/${id}: ${reason}`),
  };
}

describe("targets", () => {
  test("a bare name behind another is of the same provider, in APIs where any name will do", () => {
    const fallbacks = [{ model: "x-ai/grok", param: "models[0]" }];
    const { targets } = selectTargets({ ...ASK, model: "all/m", fallbacks }, sources, "claude");
    expect(targets.map(({ provider, model }) => [provider.name, model.id])).toEqual([
      ["all", "m"],
      ["all", "x-ai/grok"],
    ]);
  });

  test("one is as it was named, whatever the request needs", () => {
    expect(select(["few/m"], { tools: [{ name: "t" }] })).toEqual({
      targets: ["few/m"],
      skipped: [],
    });
  });

  test("stay in their order: provider/model, a name of the catalog, or both apart", () => {
    const fallbacks = [
      { model: "haiku", param: "fallbacks[0]" },
      { provider: "anthropic", model: "opus", param: "fallbacks[1]" },
    ];
    expect(select(["all/m"], { fallbacks }).targets).toEqual([
      "all/m",
      "claude/claude-haiku-5-5",
      "claude/claude-opus-5-5",
    ]);
  });

  const image: Part = { type: "image", data: "aa", media_type: "image/png" };
  test.each<[string, Partial<ChatRequest>, string]>([
    ["tools", { tools: [{ name: "t" }] }, "tools"],
    ["an image", { messages: [{ role: "user", content: [image] }] }, "image"],
    [
      "a document",
      { messages: [{ role: "user", content: [{ type: "document", text: "d" }] }] },
      "document",
    ],
    [
      "an image in a tool's result",
      {
        messages: [
          { role: "tool", content: [{ type: "tool_result", tool_call_id: "c", content: [image] }] },
        ],
      },
      "image",
    ],
    ["a schema", { response_format: { type: "json_schema", schema: {} } }, "response_format"],
    ["a format", { requires_format: { format: "google", param: "x" } }, "format"],
  ])("one that lacks %s is passed over", (_name, request, reason) => {
    expect(select(["few/m", "all/m"], request)).toEqual({
      targets: ["all/m"],
      skipped: [`few/m: ${reason}`],
    });
  });

  test("one that does not continue the assistant's message is passed over", () => {
    const messages: ChatRequest["messages"] = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Well," },
    ];
    expect(select(["claude/opus", "claude/claude-opus-4-5"], { messages })).toEqual({
      targets: ["claude/claude-opus-4-5"],
      skipped: ["claude/claude-opus-5-5: prefill"],
    });
  });

  test("one whose provider is unavailable is passed over", () => {
    expect(select(["off/m", "all/m", "off/n"])).toEqual({
      targets: ["all/m"],
      skipped: ["off/m: unavailable", "off/n: unavailable"],
    });
  });

  test("if none can do it all, the first is asked as if it were alone", () => {
    expect(select(["off/m", "few/m", "few/n"], { tools: [{ name: "t" }] })).toEqual({
      targets: ["few/m"],
      skipped: ["off/m: unavailable", "few/n: tools"],
    });
  });
});

describe("a request with targets", () => {
  test("of which none is available has the first one's error", () => {
    expect(thrownBy(() => select(["off/m", "off/n"]))).toMatchObject({
      code: "provider_unavailable",
      param: "model",
      message: "The model's provider, off, is unavailable: Set OFF_KEY.",
    });
  });

  test("of which one is unknown is refused, with the caller's own field", () => {
    for (const [fallback, text] of [
      [{ model: "nobody/m" }, "not in the catalog"],
      [{ provider: "nobody", model: "m" }, "Unknown provider"],
    ] as const) {
      const fallbacks = [
        { model: "all/m", param: "models[1]" },
        { ...fallback, param: "models[2]" },
      ];
      const error = thrownBy(() => select(["all/m"], { fallbacks }));
      expect(error).toMatchObject({ code: "invalid_request", status: 400, param: "models[2]" });
      expect(error.message).toContain(text);
    }
  });

  test("more than eight is refused", () => {
    const many = Array.from({ length: 9 }, (_, index) => `all/m${index}`);
    expect(select(many.slice(1)).targets).toHaveLength(8);
    expect(thrownBy(() => select(many))).toMatchObject({
      code: "invalid_request",
      param: "fallbacks[7]",
    });
  });
});
