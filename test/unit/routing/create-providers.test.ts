import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../../src/catalog/index.ts";
import { loadConfig } from "../../../src/config.ts";
import { createProviders } from "../../../src/routing/create-providers.ts";
import { createTestDeps } from "../../support/play-response.ts";

function create(env: Record<string, string>) {
  const deps = createTestDeps(() => Promise.reject(new Error("not to be called")));
  return createProviders(loadConfig(env), env, createCatalog(), deps);
}

const PRESETS_START = create({}).findIndex(({ name }) => name === "ollama");
const builtIn = create({}).filter(({ name }, index) => index < PRESETS_START || name === "echo");

describe("the names of the built-in providers", () => {
  test.each(builtIn.flatMap(({ name, aliases }) => [name, ...aliases]))(
    "%s cannot name an entry of COMPATIBLE_PROVIDERS",
    (name) => {
      const list = JSON.stringify([{ name, base_url: "https://server.test" }]);
      const entry = create({ COMPATIBLE_PROVIDERS: list }).find(
        (provider) => provider.name === "compatible-providers-1",
      );
      expect(entry).toMatchObject({
        available: false,
        reason: `COMPATIBLE_PROVIDERS[0].name "${name}" is taken by another provider.`,
      });
    },
  );

  test("include the older ones", () => {
    expect(builtIn.flatMap(({ aliases }) => aliases)).toEqual(
      expect.arrayContaining(["claude-code", "gemini-code", "codex", "cursor-agent", "github"]),
    );
  });
});
