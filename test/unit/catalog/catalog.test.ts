import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../../src/catalog/index.ts";
import { catalogEnv } from "../../../src/catalog/overrides.ts";
import { modelInfoSchema } from "../../../src/chat/model.ts";

const catalog = createCatalog();
const PROVIDERS = ["claude", "gemini", "openai", "echo"];

describe("the catalog's own data", () => {
  test.each(PROVIDERS)(
    "%s: every entry fits the schema, and no name means two models",
    (provider) => {
      const names = new Set<string>();
      for (const model of catalog.list(provider)) {
        expect(modelInfoSchema.safeParse(model).error).toBeUndefined();
        for (const name of [model.id, ...(model.aliases ?? []), ...(model.other_ids ?? [])]) {
          expect(names.has(name)).toBe(false);
          names.add(name);
        }
      }
      expect(names.size).toBeGreaterThan(0);
    },
  );

  test.each(PROVIDERS)("%s: the default model is one of its models", (provider) => {
    const name = catalog.defaultModel(provider);
    expect(catalog.list(provider).map(({ id }) => id)).toContain(name ?? "");
  });

  test("every price has a date and a source, and at most three decimals per million tokens", () => {
    for (const provider of PROVIDERS) {
      for (const model of catalog.list(provider)) {
        const lists = [model, ...(model.price_changes ?? [])].flatMap(
          ({ price, long_prompt_price: long }) => [price, long?.price],
        );
        for (const price of lists) {
          if (!price) continue;
          expect(model.price_date).toMatch(/^2026-11-2[38]$/);
          expect(model.price_source).toStartWith("https://");
          for (const dollars of Object.values(price))
            expect(Number(dollars?.toFixed(3))).toBeCloseTo(dollars ?? Number.NaN, 9);
        }
      }
    }
  });

  test("announced prices are sorted by day", () => {
    for (const model of PROVIDERS.flatMap((provider) => [...catalog.list(provider)])) {
      const days = (model.price_changes ?? []).map(({ from }) => from);
      expect(days).toEqual(days.toSorted());
    }
  });
});

describe("looking up a model", () => {
  test("finds it by id and alias", () => {
    expect(catalog.lookup("claude", "claude-opus-5-5").id).toBe("claude-opus-5-5");
    expect(catalog.lookup("claude", "opus").id).toBe("claude-opus-5-5");
    expect(catalog.lookup("claude", "claude-sonnet").id).toBe("claude-sonnet-5-5");
  });

  test("keeps the vendor's other id, with everything known about the model", () => {
    const dated = catalog.lookup("claude", "claude-haiku-4-5-20251001");
    expect(dated).toEqual({
      ...catalog.lookup("claude", "claude-haiku-4-5"),
      id: "claude-haiku-4-5-20251001",
    });
  });

  test("returns an unknown model with nothing but its id", () => {
    expect(catalog.lookup("claude", "claude-next")).toEqual({ id: "claude-next" });
    expect(catalog.find("claude", "claude-next")).toBeUndefined();
    expect(catalog.lookup("nobody", "toString")).toEqual({ id: "toString" });
  });

  test("names of one provider mean nothing to another", () => {
    expect(catalog.find("openai", "opus")).toBeUndefined();
  });

  test("resolves a name without a provider", () => {
    expect(catalog.resolveModel("haiku")).toMatchObject({
      provider: "claude",
      model: { id: "claude-haiku-5-5" },
    });
    expect(catalog.resolveModel("gpt-6.1-sol")?.provider).toBe("openai");
    expect(catalog.resolveModel("llama")).toBeUndefined();
  });
});

describe("MODEL_CATALOG", () => {
  const parse = (text: string) => catalogEnv.MODEL_CATALOG.safeParse(text);
  function createFrom(overrides: unknown) {
    return createCatalog({
      MODEL_CATALOG: catalogEnv.MODEL_CATALOG.parse(JSON.stringify(overrides)),
    });
  }

  test("adds models, even for providers that the catalog does not have", () => {
    const own = createFrom({
      ollama: [{ id: "qwen3", aliases: ["qwen"], price: { input: 0, output: 0 } }],
    });
    expect(own.lookup("ollama", "qwen").id).toBe("qwen3");
    expect(own.resolveModel("qwen")?.provider).toBe("ollama");
    expect(own.list("claude")).toEqual(catalog.list("claude"));
    expect(own.defaultModel("ollama")).toBeNull();
  });

  test("corrects a model and keeps the fields that it does not give", () => {
    const own = createFrom({ claude: [{ id: "claude-sonnet-5-5", max_output_tokens: 5 }] });
    expect(own.lookup("claude", "sonnet")).toEqual({
      ...catalog.lookup("claude", "sonnet"),
      max_output_tokens: 5,
    });
  });

  test("replaces prices as a whole", () => {
    const own = createFrom({ gemini: [{ id: "gemini-4-argon", price: { input: 1, output: 2 } }] });
    const argon = own.lookup("gemini", "argon");
    expect(argon.price).toEqual({ input: 1, output: 2 });
    expect(argon.price_changes).toBeUndefined();
    expect(argon.price_source).toBeUndefined();
    expect(argon.refuses).toEqual(["temperature", "top_p"]);
  });

  test("an operator's alias takes precedence over ours, and an id over any alias", () => {
    const own = createFrom({
      claude: [{ id: "claude-mine", aliases: ["sonnet", "claude-opus-5"] }],
    });
    expect(own.lookup("claude", "sonnet").id).toBe("claude-mine");
    expect(own.lookup("claude", "claude-opus-5").id).toBe("claude-opus-5");
  });

  test.each([
    ["{", "is not valid JSON: see line 1, column 2"],
    ["[]", "is not valid at its top"],
    [
      '{"claude":[{"id":"m","price":{"input":-1,"output":1}}]}',
      "is not valid at claude[0].price.input",
    ],
    [
      '{"claude":[{"id":"m"},{"id":"n","refuses":["heat"]}]}',
      "is not valid at claude[1].refuses[0]",
    ],
    ['{"claude":[{"id":"m","contex_tokens":1}]}', "is not valid at claude[0]"],
    ['{"claude":[{"id":"m","price_date":"today"}]}', "is not valid at claude[0].price_date"],
  ])("refuses %s and says where", (text, message) => {
    expect(parse(text).error?.issues[0]?.message).toStartWith(message);
  });
});
