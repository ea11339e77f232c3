import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../../src/catalog/index.ts";
import type { ChatRequest } from "../../../src/chat/request.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { unavailable } from "../../../src/providers/provider.ts";
import { selectTarget } from "../../../src/routing/select-target.ts";
import { createStubProvider } from "../../support/stub-provider.ts";

const providers = [
  createStubProvider({
    name: "claude",
    aliases: ["anthropic", "claude-code"],
    defaultModel: "claude-sonnet-5-5",
  }),
  createStubProvider({ name: "openrouter", aliases: [], defaultModel: null }),
  {
    ...createStubProvider({ name: "copilot", aliases: ["github", "openrouter"] }),
    ...unavailable("Set COPILOT_BRIDGE_URL.", "provider_unsupported"),
  },
];
const sources = { providers, catalog: createCatalog() };

function select(request: Pick<ChatRequest, "provider" | "model">): string {
  const { provider, model } = selectTarget(request, sources);
  return `${provider.name} ${model.id}`;
}

function errorOf(request: Pick<ChatRequest, "provider" | "model">): ChatError {
  try {
    selectTarget(request, sources);
  } catch (thrown) {
    if (thrown instanceof ChatError) return thrown;
  }
  throw new Error("no ChatError was thrown");
}

describe("a target", () => {
  test.each<[Pick<ChatRequest, "provider" | "model">, string]>([
    [{ provider: "claude", model: "claude-opus-5" }, "claude claude-opus-5"],
    [{ provider: "anthropic", model: "opus" }, "claude claude-opus-5-5"],
    [{ provider: "Claude-Code" }, "claude claude-sonnet-5-5"],
    [{ provider: "claude", model: "claude-next" }, "claude claude-next"],
    [
      { provider: "claude", model: "claude-haiku-4-5-20251001" },
      "claude claude-haiku-4-5-20251001",
    ],
    [{ provider: "claude", model: "anthropic/opus" }, "claude claude-opus-5-5"],
    [{ provider: "openrouter", model: "openrouter/auto" }, "openrouter openrouter/auto"],
    [
      { provider: "openrouter", model: "anthropic/claude-sonnet-4.6" },
      "openrouter anthropic/claude-sonnet-4.6",
    ],
    [{ model: "haiku" }, "claude claude-haiku-5-5"],
    [{ model: "claude/haiku" }, "claude claude-haiku-5-5"],
    [{ model: "anthropic/claude-next" }, "claude claude-next"],
    [{ model: "openrouter/openai/gpt-6-sol" }, "openrouter openai/gpt-6-sol"],
  ])("%j is %s", (request, expected) => {
    expect(select(request)).toBe(expected);
  });

  test("carries what the catalog knows of the model", () => {
    const { model } = selectTarget(
      { provider: "claude", model: "claude-haiku-4-5-20251001" },
      sources,
    );
    expect(model.price).toMatchObject({ input: 1, output: 5 });
  });
});

describe("a request that names no target", () => {
  test.each<[Pick<ChatRequest, "provider" | "model">, string, string]>([
    [{}, "invalid_request", "provider"],
    [{ model: "llama" }, "invalid_request", "model"],
    [{ model: "claude/" }, "invalid_request", "model"],
    [{ model: "/claude" }, "invalid_request", "model"],
    [{ model: "nobody/model" }, "invalid_request", "model"],
    [{ provider: "openrouter" }, "invalid_request", "model"],
    [{ provider: "nobody", model: "claude/opus" }, "unknown_provider", "provider"],
    [{ provider: "copilot" }, "provider_unsupported", "provider"],
    [{ model: "github/gpt" }, "provider_unsupported", "model"],
    // The catalog knows it, but this server has no such provider.
    [{ model: "gpt-6.1-sol" }, "invalid_request", "model"],
  ])("%j is refused: %s at %s", (request, code, param) => {
    const error = errorOf(request);
    expect([error.code, error.param]).toEqual([code as ChatError["code"], param]);
  });

  test("says which providers there are, and what the operator must do", () => {
    expect(errorOf({ provider: "nobody" }).message).toContain("claude, openrouter, copilot");
    expect(errorOf({}).message).toContain("claude, openrouter, copilot");
    expect(errorOf({ provider: "github" }).message).toBe(
      "copilot is unavailable: Set COPILOT_BRIDGE_URL.",
    );
    expect(errorOf({ model: "github/gpt" }).message).toBe(
      "The model's provider, copilot, is unavailable: Set COPILOT_BRIDGE_URL.",
    );
  });
});
