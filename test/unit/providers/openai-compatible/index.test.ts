import { describe, expect, test } from "bun:test";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import { openaiCompatibleEnv } from "../../../../src/providers/openai-compatible/env.ts";
import { createOpenAICompatibleProviders } from "../../../../src/providers/openai-compatible/index.ts";
import { PRESETS } from "../../../../src/providers/openai-compatible/presets.ts";
import {
  createTestCall,
  createTestDeps,
  jsonResponse,
  playResponses,
} from "../../../support/play-response.ts";
import { requireAvailable } from "../../../support/require-available.ts";

type Variables = Record<string, string>;

const ANSWER = {
  id: "c",
  model: "m",
  choices: [{ message: { content: "Hi" }, finish_reason: "stop" }],
};

function create(variables: Variables) {
  const played = playResponses(jsonResponse(ANSWER));
  const providers = createOpenAICompatibleProviders(
    variables,
    ["claude", "google"],
    createTestDeps(played.fetch),
  );
  return {
    played,
    providers,
    find: (name: string) => providers.find((provider) => provider.name === name),
  };
}

/** Only the servers of COMPATIBLE_PROVIDERS. */
function entries(list: unknown, variables: Variables = {}) {
  const value = typeof list === "string" ? list : JSON.stringify(list);
  const presets = new Set(PRESETS.map(({ name }) => name));
  return create({ ...variables, COMPATIBLE_PROVIDERS: value }).providers.filter(
    ({ name }) => !presets.has(name),
  );
}

function reasons(list: unknown, variables: Variables = {}) {
  return entries(list, variables).map((provider) => [
    provider.name,
    provider.available ? "available" : provider.reason,
  ]);
}

/** The URL and headers of a call of this provider. */
async function call(name: string, variables: Variables) {
  const { played, find } = create(variables);
  const provider = find(name);
  if (!provider) throw new Error(`there is no ${name}`);
  const request = createTestCall(
    { messages: [{ role: "user", content: "Hi" }] },
    { model: { id: "m" } },
  );
  const { content } = await foldEvents(await requireAvailable(provider).open(request));
  expect(content).toEqual([{ type: "text", text: "Hi" }]);
  const sent = played.calls[0];
  return {
    url: sent?.url,
    authorization: sent?.headers.get("authorization") ?? null,
    headers: sent?.headers,
    init: sent?.init,
  };
}

describe("presets", () => {
  test("are all listed, and say what they need", () => {
    const { providers } = create({});
    expect(
      providers.map((provider) => [provider.name, provider.available ? "" : provider.reason]),
    ).toEqual([
      [
        "ollama",
        "OLLAMA_BASE_URL is not set to an http or https URL. Set it to the server's address, or set OLLAMA to 1 to use this machine's.",
      ],
      ["openrouter", "OPENROUTER_API_KEY is not set. Set it to your openrouter key."],
      ["groq", "GROQ_API_KEY is not set. Set it to your groq key."],
      ["mistral", "MISTRAL_API_KEY is not set. Set it to your mistral key."],
      ["deepseek", "DEEPSEEK_API_KEY is not set. Set it to your deepseek key."],
      ["xai", "XAI_API_KEY is not set. Set it to your xai key."],
      ["vllm", "VLLM_BASE_URL is not set to an http or https URL. Set it to the server's address."],
      [
        "lmstudio",
        "LMSTUDIO_BASE_URL is not set to an http or https URL. Set it to the server's address.",
      ],
      [
        "llamacpp",
        "LLAMACPP_BASE_URL is not set to an http or https URL. Set it to the server's address.",
      ],
    ]);
    for (const { format } of providers) expect(format).toBe("openai_chat");
  });

  test("cannot be called without it", () => {
    const groq = create({}).find("groq");
    expect(groq).toMatchObject({ available: false, code: "provider_unavailable" });
    expect(groq).not.toHaveProperty("open");
  });

  for (const { name, prefix, baseUrl, needsKey } of PRESETS) {
    test(`${name} is enabled by ${needsKey ? "its key" : "its address"}, and can have another address`, async () => {
      const elsewhere = await call(name, {
        [`${prefix}_API_KEY`]: "secret",
        [`${prefix}_BASE_URL`]: "http://127.0.0.1:9/api/",
      });
      expect(elsewhere).toMatchObject({
        url: "http://127.0.0.1:9/api/chat/completions",
        authorization: "Bearer secret",
      });
      if (needsKey) {
        const home = await call(name, { [`${prefix}_API_KEY`]: "secret" });
        expect(home).toMatchObject({
          url: `${baseUrl}/chat/completions`,
          authorization: "Bearer secret",
        });
      } else {
        const local = await call(name, { [`${prefix}_BASE_URL`]: "http://127.0.0.1:9" });
        expect(local).toMatchObject({
          url: "http://127.0.0.1:9/v1/chat/completions",
          authorization: null,
        });
      }
    });

    test(`${name}'s variables are documented, and its default model can be set`, () => {
      const documented = Object.keys(openaiCompatibleEnv);
      for (const variable of ["API_KEY", "BASE_URL", "DEFAULT_MODEL"])
        expect(documented).toContain(`${prefix}_${variable}`);
      expect(create({ [`${prefix}_DEFAULT_MODEL`]: "mine" }).find(name)?.defaultModel).toBe("mine");
    });
  }

  test("OLLAMA=1 enables the Ollama on this machine", async () => {
    expect(await call("ollama", { OLLAMA: "1" })).toMatchObject({
      url: "http://localhost:11434/v1/chat/completions",
      authorization: null,
    });
    expect(create({ OLLAMA: "0" }).find("ollama")?.available).toBe(false);
  });

  test("a key that no header can hold is reported by its variable", () => {
    expect(create({ GROQ_API_KEY: "se\ncret" }).find("groq")).toMatchObject({
      available: false,
      code: "provider_unavailable",
      reason:
        "GROQ_API_KEY must be the bare value: without spaces, line breaks or other characters.",
    });
  });

  test("an invalid base URL disables the server", () => {
    expect(create({ VLLM_BASE_URL: "ftp://a.test" }).find("vllm")?.available).toBe(false);
  });
});

describe("COMPATIBLE_PROVIDERS", () => {
  test("adds any number of servers", async () => {
    const list = [
      { name: "one", base_url: "https://one.test/v1/", api_key: "key-1", default_model: "m-1" },
      {
        name: "two",
        base_url: "https://two.test",
        api_key_env: "KEY_TWO",
        headers: { "X-Team": "blue" },
      },
      { name: "three", base_url: "https://three.test", headers: { "api-key": "azure" } },
    ];
    const variables = { KEY_TWO: "key-2", COMPATIBLE_PROVIDERS: JSON.stringify(list) };
    expect(await call("one", variables)).toMatchObject({
      url: "https://one.test/v1/chat/completions",
      authorization: "Bearer key-1",
    });
    const two = await call("two", variables);
    expect(two).toMatchObject({
      url: "https://two.test/chat/completions",
      authorization: "Bearer key-2",
    });
    expect(two.headers?.get("x-team")).toBe("blue");
    expect(two.init?.redirect).toBe("manual");
    const three = await call("three", variables);
    expect(three.authorization).toBeNull();
    expect(three.headers?.get("api-key")).toBe("azure");
    expect(create(variables).find("one")?.defaultModel).toBe("m-1");
    expect(create(variables).find("two")?.defaultModel).toBeNull();
  });

  test("may be base64 without its padding", () => {
    const text = JSON.stringify([{ name: "one", base_url: "https://one.test" }]);
    expect(reasons(btoa(text).replace(/=+$/, ""))).toEqual([["one", "available"]]);
    expect(reasons(`'${text}'`)).toEqual([["one", "available"]]);
  });

  test("takes quirks as data", async () => {
    const list = [
      {
        name: "one",
        base_url: "https://one.test",
        quirks: { refuses: ["seed"], max_tokens_field: "max_completion_tokens" },
      },
    ];
    const [one] = entries(list);
    expect(one?.capabilities.seed).toBe("dropped");
    expect(one?.capabilities.top_p).toBe("native");
  });

  test("an entry with the name of a preset replaces it and inherits its quirks", () => {
    const list = [
      {
        name: "mistral",
        base_url: "http://proxy.test",
        api_key: "k",
        quirks: { system_role: "as_given" },
      },
    ];
    const { providers } = create({ COMPATIBLE_PROVIDERS: JSON.stringify(list) });
    const found = providers.filter(({ name }) => name === "mistral");
    expect(found).toMatchObject([{ available: true, defaultModel: "mistral-medium-latest" }]);
    expect(found[0]?.capabilities.metadata).toBe("dropped");
    expect(providers.length).toBe(PRESETS.length);
  });

  test("a bad entry says what is wrong, and leaves the others alone", () => {
    const good = { name: "good", base_url: "https://good.test" };
    const bad: [unknown, string, string][] = [
      [{ name: "a" }, "a", "COMPATIBLE_PROVIDERS[1].base_url is missing."],
      [
        { name: "a", base_url: "https://u:p@a.test" },
        "a",
        "COMPATIBLE_PROVIDERS[1].base_url must be an http or https URL without user name, query or fragment.",
      ],
      [
        { name: "a", base_url: "https://a.test", api_key_env: "NO_SUCH" },
        "a",
        "COMPATIBLE_PROVIDERS[1].api_key_env names the variable NO_SUCH, which is not set.",
      ],
      [
        { name: "a", base_url: "https://a.test", api_key: "k", api_key_env: "K" },
        "a",
        "COMPATIBLE_PROVIDERS[1].api_key must not be combined with api_key_env.",
      ],
      [
        { name: "a", base_url: "https://a.test", api_key: "se cret" },
        "a",
        "COMPATIBLE_PROVIDERS[1].api_key must be the bare value: without spaces, line breaks or other characters.",
      ],
      [
        { name: "a", base_url: "https://a.test", headers: { host: "evil" } },
        "a",
        "COMPATIBLE_PROVIDERS[1].headers has a name that cannot be sent in a header.",
      ],
      [
        { name: "a", base_url: "https://a.test", headers: { x: "a\r\nb" } },
        "a",
        "COMPATIBLE_PROVIDERS[1].headers.x has a character that cannot be sent in a header.",
      ],
      [
        { name: "a", base_url: "https://a.test", quirks: { oops: 1 } },
        "a",
        "COMPATIBLE_PROVIDERS[1].quirks has unknown fields: oops.",
      ],
      [
        { name: "a", base_url: "https://a.test", url: "x" },
        "a",
        "COMPATIBLE_PROVIDERS[1] has unknown fields: url.",
      ],
      [
        { name: "claude", base_url: "https://a.test" },
        "compatible-providers-2",
        'COMPATIBLE_PROVIDERS[1].name "claude" is taken by another provider.',
      ],
      [
        { name: "google", base_url: "https://a.test" },
        "compatible-providers-2",
        'COMPATIBLE_PROVIDERS[1].name "google" is taken by another provider.',
      ],
      [
        { name: "grok", base_url: "https://a.test" },
        "compatible-providers-2",
        'COMPATIBLE_PROVIDERS[1].name "grok" is taken by another provider.',
      ],
      [
        { name: "good", base_url: "https://a.test" },
        "compatible-providers-2",
        'COMPATIBLE_PROVIDERS[1].name "good" is taken by another provider.',
      ],
      [
        { name: "No/Slash", base_url: "https://a.test" },
        "compatible-providers-2",
        "COMPATIBLE_PROVIDERS[1].name must consist of lower-case letters, digits, '.', '_' and '-'.",
      ],
      [
        { base_url: "https://a.test" },
        "compatible-providers-2",
        "COMPATIBLE_PROVIDERS[1].name is missing.",
      ],
      [
        "text",
        "compatible-providers-2",
        "COMPATIBLE_PROVIDERS[1] Invalid input: expected object, received string.",
      ],
    ];
    for (const [entry, name, reason] of bad) {
      expect(reasons([good, entry])).toEqual([
        ["good", "available"],
        [name, reason],
      ]);
    }
  });

  test("is reported if it is not a list, and the presets stay", () => {
    for (const value of ["{}", "[oops", "one"]) {
      expect(reasons(value)).toEqual([
        ["compatible-providers", "COMPATIBLE_PROVIDERS is not a JSON list, raw or as base64."],
      ]);
    }
    expect(
      create({ COMPATIBLE_PROVIDERS: "oops", GROQ_API_KEY: "k" }).find("groq")?.available,
    ).toBe(true);
  });

  test("no reason holds a key", () => {
    const list = [
      { name: "a", base_url: "nope", api_key: "sk-secret" },
      { name: "b", base_url: "https://b.test", api_key: "sk-secret\n" },
    ];
    for (const [, reason] of reasons(list)) expect(reason).not.toContain("secret");
  });
});
