import { describe, expect, test } from "bun:test";
import type { ModelInfo } from "../../../../src/chat/model.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import {
  encodeCountRequest,
  encodeRequest,
} from "../../../../src/providers/claude/encode-request.ts";
import { createTestCall } from "../../../support/play-response.ts";
import { thrownBy } from "../../../support/thrown-by.ts";

const HI: ChatRequest["messages"] = [{ role: "user", content: "Hi" }];
const ADAPTIVE: ModelInfo = {
  id: "claude-opus-5",
  reasoning: "adaptive",
  efforts: ["none", "low", "high"],
  max_output_tokens: 128_000,
};
const BUDGET: ModelInfo = {
  id: "claude-haiku-4-5",
  reasoning: "budget",
  efforts: ["none"],
  max_output_tokens: 64_000,
};

function encode(
  request: Partial<ChatRequest>,
  model: ModelInfo = { id: "claude-x" },
  stream = false,
) {
  const call = createTestCall({ messages: HI, ...request }, { model, stream });
  const { body, betas, version } = encodeRequest(call, { systemTurns: true });
  return {
    body,
    betas,
    version,
    warnings: call.warnings.map(({ code, param }) => `${code} ${param}`),
  };
}

describe("max_tokens and streaming", () => {
  test("a minimal request", () => {
    expect(encode({})).toEqual({
      body: { model: "claude-x", max_tokens: 4096, messages: [{ role: "user", content: "Hi" }] },
      betas: [],
      version: undefined,
      warnings: [],
    });
  });

  test("the default is the model's limit, up to the longest whole answer", () => {
    expect(encode({}, { id: "m", max_output_tokens: 8192 }).body.max_tokens).toBe(8192);
    expect(encode({}, ADAPTIVE).body.max_tokens).toBe(21_333);
    expect(encode({}, ADAPTIVE, true).body).toMatchObject({ max_tokens: 21_333, stream: true });
  });

  test("a longer answer is streamed upstream even if the caller wants it whole", () => {
    expect(encode({ max_tokens: 21_333 }).body).not.toHaveProperty("stream");
    expect(encode({ max_tokens: 21_334 }).body.stream).toBe(true);
  });
});

describe("sampling", () => {
  test("is sent", () => {
    expect(encode({ temperature: 0.5, stop: ["END"] }).body).toMatchObject({
      temperature: 0.5,
      stop_sequences: ["END"],
    });
    expect(encode({ top_p: 0.9 }).body.top_p).toBe(0.9);
  });

  test.each([
    [{ temperature: 0.5, top_p: 0.9 }, { temperature: 0.5 }, ["unsupported_parameter top_p"]],
    [{ temperature: 0.5, top_p: 1 }, { temperature: 0.5 }, []],
    [{ temperature: 1, top_p: 0.9 }, { top_p: 0.9 }, []],
  ])(
    "of both kinds, %j, is one of them: models since Opus 4.1 refuse both",
    (asked, sent, said) => {
      const { body, warnings } = encode(asked);
      const { temperature, top_p } = body;
      expect({ temperature, top_p }).toEqual({ temperature: undefined, top_p: undefined, ...sent });
      expect(warnings).toEqual(said);
      const older = { id: "claude-sonnet-4-20250514" };
      expect(encode(asked, older).body).toMatchObject(asked);
    },
  );

  test("is fitted to Claude's scale, with a warning", () => {
    const { body, warnings } = encode({ temperature: 1.5, stop: ["\n", "END"] });
    expect(body).toMatchObject({ temperature: 1, stop_sequences: ["END"] });
    expect(warnings).toEqual(["adjusted_parameter temperature", "unsupported_parameter stop[0]"]);
  });

  test("is left out while the model reasons, except for the defaults", () => {
    const { body, warnings } = encode(
      { temperature: 0.5, top_p: 0.5, reasoning: { effort: "high" } },
      ADAPTIVE,
    );
    expect(body).not.toContainAnyKeys(["temperature", "top_p"]);
    expect(warnings).toEqual(["unsupported_parameter temperature", "unsupported_parameter top_p"]);
    const kept = encode({ temperature: 1, top_p: 0.95, reasoning: { effort: "high" } }, ADAPTIVE);
    expect(kept.body.top_p).toBe(0.95);
    expect(kept.warnings).toEqual([]);
    expect(
      encode({ temperature: 0.5, reasoning: { effort: "none" } }, ADAPTIVE).body.temperature,
    ).toBe(0.5);
  });
});

describe("reasoning", () => {
  const cases: readonly (readonly [
    name: string,
    ModelInfo,
    ChatRequest["reasoning"],
    object,
    string[],
  ])[] = [
    [
      "an effort",
      ADAPTIVE,
      { effort: "high" },
      { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
      [],
    ],
    [
      "an effort, shown",
      ADAPTIVE,
      { effort: "low", visible: true },
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } },
      [],
    ],
    ["none", ADAPTIVE, { effort: "none" }, { thinking: { type: "disabled" } }, []],
    [
      "none, in the model's own word",
      { ...ADAPTIVE, reasoning_off: "between_tools" },
      { effort: "none" },
      { thinking: { type: "between_tools" } },
      [],
    ],
    [
      "hidden, and nothing else",
      ADAPTIVE,
      { visible: false },
      { thinking: { type: "adaptive", display: "omitted" } },
      [],
    ],
    [
      "a budget",
      BUDGET,
      { budget_tokens: 2000 },
      { thinking: { type: "enabled", budget_tokens: 2000 } },
      [],
    ],
    [
      "a budget that is too small",
      BUDGET,
      { budget_tokens: 10 },
      { thinking: { type: "enabled", budget_tokens: 1024 } },
      ["adjusted_parameter reasoning.budget_tokens"],
    ],
    [
      "an effort as a budget",
      BUDGET,
      { effort: "medium" },
      { thinking: { type: "enabled", budget_tokens: 8192 } },
      [],
    ],
    ["no budget", BUDGET, { budget_tokens: 0 }, {}, []],
    [
      "an effort that does not think",
      { id: "m", reasoning: "effort" },
      { effort: "low" },
      { output_config: { effort: "low" } },
      [],
    ],
    ["a model that does not", { id: "m", reasoning: "none" }, { effort: "low" }, {}, []],
    [
      "an unknown model's effort",
      { id: "m" },
      { effort: "minimal" },
      { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
      ["adjusted_parameter reasoning.effort"],
    ],
    [
      "an unknown model's budget",
      { id: "m" },
      { budget_tokens: 5000 },
      { thinking: { type: "enabled", budget_tokens: 5000 } },
      [],
    ],
  ];
  test.each(cases)("%s", (_, model, reasoning, expected, warnings) => {
    const encoded = encode({ reasoning }, model);
    const { thinking, output_config } = encoded.body;
    const given = Object.fromEntries(
      Object.entries({ thinking, output_config }).filter(([, value]) => value !== undefined),
    );
    expect<object>(given).toEqual(expected);
    expect(encoded.warnings).toEqual(warnings);
  });

  test("a budget is added to the default and stays below max_tokens", () => {
    expect(encode({ reasoning: { budget_tokens: 10_000 } }, BUDGET).body.max_tokens).toBe(31_333);
    const tight = encode({ reasoning: { budget_tokens: 10_000 }, max_tokens: 3000 }, BUDGET);
    expect(tight.body.thinking).toEqual({ type: "enabled", budget_tokens: 2999 });
    expect(tight.warnings).toEqual(["adjusted_parameter reasoning.budget_tokens"]);
    const none = encode({ reasoning: { budget_tokens: 10_000 }, max_tokens: 1000 }, BUDGET);
    expect(none.body).not.toHaveProperty("thinking");
    expect(none.warnings).toEqual(["adjusted_parameter reasoning.budget_tokens"]);
  });

  test("a required tool call removes a budget, but not an effort", () => {
    const forced = { tools: [{ name: "f" }], tool_choice: "required" as const };
    const budget = encode({ reasoning: { budget_tokens: 2000 }, ...forced }, BUDGET);
    expect(budget.body).not.toContainAnyKeys(["thinking", "output_config"]);
    expect(budget.warnings).toEqual(["adjusted_parameter reasoning"]);
    const effort = encode({ reasoning: { effort: "high" }, ...forced }, ADAPTIVE);
    expect(effort.body).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
    });
    expect(effort.warnings).toEqual([]);
  });

  test("is kept beside the caller's own fields", () => {
    const task_budget = { type: "tokens", total: 20_000 };
    const { body } = encode(
      { reasoning: { effort: "high" }, extras: { anthropic: { output_config: { task_budget } } } },
      ADAPTIVE,
    );
    expect(body).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "high", task_budget },
    });
  });

  test("an effort of Anthropic's own format is lowered to what the model takes, and nothing else", () => {
    const extras = { anthropic: { output_config: { effort: "xhigh" } } };
    const { body } = encode({ reasoning: { effort: "high" }, extras }, ADAPTIVE);
    expect(body.output_config).toEqual({ effort: "high" });
    expect(body).not.toHaveProperty("thinking");
  });
});

describe("tools", () => {
  test("with a property whose name Claude refuses are refused by the tool's schema", () => {
    const parameters = { type: "object", properties: { größe: {} } };
    const thrown = thrownBy(() => encode({ tools: [{ name: "a" }, { name: "f", parameters }] }));
    expect(thrown).toMatchObject({
      code: "unsupported_parameter",
      param: "tools[1].parameters.properties",
    });
  });

  test("with schema, cache hint, strictness and extras; Anthropic's own unchanged", () => {
    const { body } = encode({
      tools: [
        {
          name: "a",
          description: "A",
          parameters: { properties: {} },
          strict: true,
          cache: { ttl: "1h" },
        },
        { name: "b", extras: { anthropic: { defer_loading: true } } },
        {
          type: "opaque",
          format: "anthropic",
          value: { type: "web_search_20250305", name: "web_search" },
        },
      ],
    });
    expect(body.tools).toEqual([
      {
        name: "a",
        description: "A",
        input_schema: { type: "object", properties: {}, additionalProperties: false },
        strict: true,
        cache_control: { type: "ephemeral", ttl: "1h" },
      },
      { name: "b", input_schema: { type: "object", properties: {} }, defer_loading: true },
      { type: "web_search_20250305", name: "web_search" },
    ]);
    expect(body).not.toHaveProperty("tool_choice");
  });

  const choices: readonly (readonly [
    ChatRequest["tool_choice"],
    boolean | undefined,
    object | undefined,
  ])[] = [
    [undefined, undefined, undefined],
    [undefined, true, undefined],
    [undefined, false, { type: "auto", disable_parallel_tool_use: true }],
    ["auto", undefined, { type: "auto" }],
    ["required", false, { type: "any", disable_parallel_tool_use: true }],
    [{ name: "f" }, true, { type: "tool", name: "f", disable_parallel_tool_use: false }],
    ["none", false, { type: "none" }],
  ];
  test.each(choices)("choice %p, parallel %p", (tool_choice, parallel_tool_calls, expected) => {
    const { body } = encode({ tools: [{ name: "f" }], tool_choice, parallel_tool_calls });
    expect<unknown>(body.tool_choice).toEqual(expected);
  });

  test("a choice without tools is not sent", () => {
    expect(encode({ tool_choice: "auto" }).body).not.toHaveProperty("tool_choice");
  });
});

describe("the response format", () => {
  test("a schema's objects forbid extra properties, as Claude demands", () => {
    const schema = {
      type: "object",
      properties: {
        a: { type: "array", items: { type: "object", properties: {} } },
        type: { type: "string" },
      },
      $defs: {
        d: { anyOf: [{ properties: { x: {} } }, { type: "null" }] },
        open: { type: "object", additionalProperties: true },
      },
    };
    const { body, warnings } = encode({ response_format: { type: "json_schema", schema } });
    expect(warnings).toEqual(["adjusted_parameter response_format"]);
    expect(body.output_config).toEqual({
      format: {
        type: "json_schema",
        schema: {
          type: "object",
          properties: {
            a: {
              type: "array",
              items: { type: "object", properties: {}, additionalProperties: false },
            },
            type: { type: "string" },
          },
          $defs: {
            d: {
              anyOf: [{ properties: { x: {} }, additionalProperties: false }, { type: "null" }],
            },
            open: { type: "object", additionalProperties: false },
          },
          additionalProperties: false,
        },
      },
    });
  });

  test("JSON without a schema becomes an instruction, with a warning", () => {
    const { body, warnings } = encode({
      messages: [{ role: "system", content: "Be brief." }, ...HI],
      response_format: { type: "json" },
    });
    expect(body.system).toMatch(/^Be brief\.\n\nAnswer with one JSON value/);
    expect(body).not.toHaveProperty("output_config");
    expect(warnings).toEqual(["adjusted_parameter response_format"]);
  });
});

describe("metadata, cache and extras", () => {
  test("only user_id of the metadata is sent", () => {
    const { body, warnings } = encode({ metadata: { user_id: "u", trace: "t" } });
    expect(body.metadata).toEqual({ user_id: "u" });
    expect(warnings).toEqual(["unsupported_parameter metadata.trace"]);
  });

  test("a cache hint for the whole prompt", () => {
    expect(encode({ cache: {} }).body.cache_control).toEqual({ type: "ephemeral" });
  });

  test("extras are merged into the body, but cannot set the model, the token limit or the stream", () => {
    const { body, betas, version } = encode({
      reasoning: { effort: "high" },
      response_format: {
        type: "json_schema",
        schema: { type: "object", additionalProperties: false },
      },
      extras: {
        anthropic: {
          top_k: 5,
          model: "claude-dear",
          max_tokens: 1_000_000,
          stream: true,
          messages: [],
          output_config: { effort: "max" },
          "anthropic-beta": "a-2026-01-01, b-2026-01-01",
          "anthropic-version": "2026-10-21",
        },
        google: { topK: 1 },
      },
    });
    expect(body).toEqual({
      model: "claude-x",
      max_tokens: 4096,
      messages: [{ role: "user", content: "Hi" }],
      top_k: 5,
      output_config: {
        effort: "max",
        format: { type: "json_schema", schema: { type: "object", additionalProperties: false } },
      },
    });
    expect(betas).toEqual(["a-2026-01-01", "b-2026-01-01"]);
    expect(version).toBe("2026-10-21");
  });

  test("a name that begins with $ is never sent", () => {
    const extras = { anthropic: { $x: 1, further: true } };
    const { body } = encode({
      messages: [
        { role: "user", content: [{ type: "text", text: "Hi", extras }], extras },
        {
          role: "assistant",
          content: [{ type: "tool_call", id: "c", name: "f", arguments: {}, extras }],
          extras,
        },
        {
          role: "tool",
          content: [{ type: "tool_result", tool_call_id: "c", content: "r", extras }],
          extras,
        },
      ],
      tools: [{ name: "f", extras }],
      extras,
    });
    const laid = { further: true };
    const message = { ...laid, content: [laid] };
    expect(body).toMatchObject({ ...laid, messages: [message, message, message], tools: [laid] });
    expect(JSON.stringify(body)).not.toContain("$");
  });

  test.each([
    ["anthropic-beta", "a\r\nx-evil: 1"],
    ["anthropic-beta", ["a"]],
    ["anthropic-version", "2023-01-01"],
    ["anthropic-version", "new"],
  ])("a header with an invalid value is refused: %s %p", (name, value) => {
    expect(() => encode({ extras: { anthropic: { [name]: value } } })).toThrow(
      `extras.anthropic.${name} is not a valid value`,
    );
  });
});

test("a count takes only the prompt", () => {
  const call = createTestCall({
    messages: HI,
    max_tokens: 50_000,
    temperature: 0.1,
    stop: ["x"],
    metadata: { user_id: "u" },
    tools: [{ name: "f" }],
    cache: {},
  });
  expect(encodeCountRequest(call, { systemTurns: true }).body).toEqual({
    model: "test-model",
    messages: [{ role: "user", content: "Hi" }],
    tools: [{ name: "f", input_schema: { type: "object", properties: {} } }],
    cache_control: { type: "ephemeral" },
  });
});

describe("schemas that Claude refuses", () => {
  test("bounds are said in descriptions, with a warning", () => {
    const schema = {
      type: "object",
      properties: {
        score: { type: "integer", minimum: 1, maximum: 10 },
        tags: { type: "array", items: { type: "string", pattern: "^(?=a)" }, minItems: 2 },
        one: { type: "array", items: { type: "string", format: "email" }, minItems: 1 },
      },
    };
    const { body, warnings } = encode({ response_format: { type: "json_schema", schema } });
    expect(body.output_config).toMatchObject({
      format: {
        schema: {
          properties: {
            score: { type: "integer", description: "(minimum: 1, maximum: 10)" },
            tags: { description: "(minItems: 2)", items: { description: '(pattern: "^(?=a)")' } },
            one: { minItems: 1, items: { format: "email" } },
          },
        },
      },
    });
    expect(warnings).toEqual(["adjusted_parameter response_format"]);
  });

  test("also in the words of a caller of Anthropic's own format, old and new", () => {
    const schema = { type: "integer", minimum: 1 };
    const limited = {
      type: "json_schema",
      schema: { type: "integer", description: "(minimum: 1)" },
    };
    const format = { type: "json_schema", schema } as const;
    const now = { output_config: { format, effort: "low" } };
    expect(encode({ response_format: format, extras: { anthropic: now } }).body).toMatchObject({
      output_config: { format: limited, effort: "low" },
    });
    const before = encode({
      response_format: format,
      extras: { anthropic: { output_format: format } },
    });
    expect(before.body).toMatchObject({ output_format: limited });
    expect(before.body).not.toHaveProperty("output_config");
  });

  test("so are those of a strict tool, but not of another one", () => {
    const parameters = { type: "object", properties: { n: { type: "integer", minimum: 1 } } };
    const strict = encode({ tools: [{ name: "f", parameters, strict: true }] });
    expect(JSON.stringify(strict.body.tools)).not.toContain('"minimum":');
    expect(strict.warnings).toEqual(["adjusted_parameter tools[0].parameters"]);
    const loose = encode({ tools: [{ name: "f", parameters }] });
    expect(loose.body.tools).toMatchObject([{ input_schema: parameters }]);
    expect(loose.warnings).toEqual([]);
  });

  test("alternatives at the root of a tool's schema are merged, with a warning", () => {
    const parameters = { anyOf: [{ type: "object", properties: { a: {} }, required: ["a"] }] };
    const { body, warnings } = encode({ tools: [{ name: "f", parameters }] });
    expect(body.tools).toMatchObject([
      { input_schema: { type: "object", properties: { a: {} }, required: ["a"] } },
    ]);
    expect(warnings).toEqual(["adjusted_parameter tools[0].parameters"]);
  });
});

describe("thinking in Anthropic's own words that the model refuses", () => {
  const own = (thinking: object, more: object = {}, request: Partial<ChatRequest> = {}) => ({
    max_tokens: 8000,
    ...request,
    extras: { anthropic: { thinking, ...more } },
  });

  test("a budget for a model without budgets becomes an effort", () => {
    const model = { ...ADAPTIVE, refuses: ["reasoning.budget_tokens" as const] };
    // What `fitRequest` makes of the budget.
    const asked = own(
      { type: "enabled", budget_tokens: 5000 },
      {},
      { reasoning: { effort: "low" } },
    );
    expect(encode(asked, model).body).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "low" },
    });
  });

  test("a budget that max_tokens does not leave is smaller, or left out, with a warning", () => {
    const asked = own(
      { type: "enabled", budget_tokens: 9000 },
      {},
      { reasoning: { budget_tokens: 9000 } },
    );
    expect(encode(asked, BUDGET)).toMatchObject({
      body: { thinking: { type: "enabled", budget_tokens: 7999 } },
      warnings: ["adjusted_parameter reasoning.budget_tokens"],
    });
    const small = encode({ ...asked, max_tokens: 500 }, BUDGET);
    expect(small.body).not.toHaveProperty("thinking");
  });

  test("adaptive thinking for a model with budgets becomes a budget", () => {
    const asked = own(
      { type: "adaptive" },
      { output_config: { effort: "high" } },
      { reasoning: { budget_tokens: 4000 } },
    );
    const { body } = encode(asked, BUDGET);
    expect(body).toMatchObject({ thinking: { type: "enabled", budget_tokens: 4000 } });
    expect(body).not.toHaveProperty("output_config");
  });

  test("thinking that cannot be turned off is not", () => {
    const model: ModelInfo = { ...ADAPTIVE, efforts: ["low", "high"] };
    const asked = own({ type: "disabled" }, {}, { reasoning: { effort: "low" } });
    expect(encode(asked, model).body).toMatchObject({
      thinking: { type: "adaptive" },
      output_config: { effort: "low" },
    });
    const between = { ...ADAPTIVE, reasoning_off: "between_tools" };
    expect(
      encode(own({ type: "disabled" }, {}, { reasoning: { effort: "none" } }), between).body,
    ).toMatchObject({ thinking: { type: "between_tools" } });
  });

  test("what the model takes, and a model that is not known, get it as it is", () => {
    const thinking = { type: "enabled", budget_tokens: 2000, display: "omitted" };
    expect(encode(own(thinking), BUDGET).body.thinking).toEqual(thinking);
    expect(encode(own(thinking)).body.thinking).toEqual(thinking);
    expect(encode(own({ type: "of_tomorrow" }), ADAPTIVE).body.thinking).toEqual({
      type: "of_tomorrow",
    });
  });
});
