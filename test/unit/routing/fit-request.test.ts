import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../src/chat/event.ts";
import type { Message } from "../../../src/chat/message.ts";
import type { ModelInfo } from "../../../src/chat/model.ts";
import type { ChatRequest } from "../../../src/chat/request.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { fitRequest } from "../../../src/routing/fit-request.ts";
import { createWarningSink } from "../../../src/routing/warning-sink.ts";
import { capabilitiesWithout, createStubProvider } from "../../support/stub-provider.ts";

const stub = createStubProvider();

function fit(
  request: Partial<ChatRequest>,
  model: Partial<ModelInfo> = {},
  provider: Partial<Provider> = {},
) {
  const warnings: Warning[] = [];
  const messages: Message[] = [{ role: "user", content: "Hi" }];
  const whole: ChatRequest = structuredClone({ messages, ...request });
  const target = { provider: { ...stub, ...provider }, model: { id: "m", ...model } };
  const fitted = fitRequest(whole, target, createWarningSink(false, warnings));
  return { whole, fitted, warnings, said: warnings.map(({ code, param }) => `${code} ${param}`) };
}

function thrownBy(run: () => unknown): ChatError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ChatError) return thrown;
  }
  throw new Error("no ChatError was thrown");
}

const REFUSES: Partial<ModelInfo> = { prefill: false };
const signature = (format: "anthropic" | "google") => ({ format, value: "c2ln" });
const everyParameter: Partial<ChatRequest> = {
  temperature: 0.5,
  top_p: 0.5,
  max_tokens: 10,
  stop: ["x"],
  seed: 1,
  tools: [{ name: "look", cache: {} }],
  tool_choice: "required",
  parallel_tool_calls: false,
  reasoning: { effort: "low", visible: true },
  response_format: { type: "json_schema", schema: {} },
  cache: {},
  metadata: { a: "b" },
};

describe("a request that the target fully supports", () => {
  test("comes back as the same object, without a warning", () => {
    const messages: Message[] = [
      { role: "system", content: "Be short." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?", cache: { ttl: "1h" } },
          { type: "image", data: "aGk=", media_type: "image/png" },
          { type: "document", url: "https://example.com/a.pdf" },
        ],
      },
      {
        role: "assistant",
        extras: { anthropic: { id: "msg" } },
        content: [
          { type: "reasoning", text: "", signature: signature("anthropic") },
          { type: "opaque", format: "anthropic", value: { type: "server_tool_use" } },
          {
            type: "tool_call",
            id: "c",
            name: "look",
            arguments: {},
            extras: { anthropic: { caller: 1 } },
          },
        ],
      },
      {
        role: "tool",
        content: [
          { type: "tool_result", tool_call_id: "c", content: [{ type: "image", data: "aGk=" }] },
        ],
      },
    ];
    const { whole, fitted, warnings } = fit({
      ...everyParameter,
      messages,
      extras: { anthropic: { speed: "fast" } },
    });
    expect(fitted).toBe(whole);
    expect(warnings).toEqual([]);
  });

  test("leaves an empty list of tools and an empty message to the vendor", () => {
    const { whole, fitted } = fit({
      tools: [],
      messages: [{ role: "user", content: [] }],
    });
    expect(fitted).toBe(whole);
  });
});

describe("parameters", () => {
  test.each([
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "parallel_tool_calls",
    "cache",
    "metadata",
  ] as const)("drop %s if the provider does not support it, and keep the rest", (name) => {
    const { whole, fitted, said } = fit(
      { ...everyParameter, tools: [{ name: "look" }] },
      {},
      { capabilities: capabilitiesWithout(name) },
    );
    expect(said).toEqual([`unsupported_parameter ${name}`]);
    const { [name]: _, ...rest } = whole;
    expect(structuredClone(fitted)).toEqual(structuredClone(rest));
  });

  test("drop permission for parallel calls silently, but warn about a request for one at a time", () => {
    const capabilities = capabilitiesWithout("parallel_tool_calls");
    const allowed = fit(
      { tools: [{ name: "a" }], parallel_tool_calls: true },
      {},
      { capabilities },
    );
    expect(allowed.fitted).not.toHaveProperty("parallel_tool_calls");
    expect(allowed.said).toEqual([]);
    expect(fit({ parallel_tool_calls: false }, {}, { capabilities }).said).toEqual([
      "unsupported_parameter parallel_tool_calls",
    ]);
  });

  test("respect the model's own refusals, and leave the caller's request unchanged", () => {
    const { whole, fitted, warnings } = fit({ temperature: 0.5 }, { refuses: ["temperature"] });
    expect(fitted.temperature).toBeUndefined();
    expect(whole.temperature).toBe(0.5);
    expect(warnings).toEqual([
      {
        code: "unsupported_parameter",
        param: "temperature",
        message: "stub m does not support this.",
      },
    ]);
  });

  test("that are refused while reasoning are sent if reasoning is off", () => {
    const model: Partial<ModelInfo> = {
      reasoning: "effort",
      efforts: ["none", "low"],
      refuses_while_reasoning: ["temperature"],
    };
    expect(fit({ temperature: 1 }, model).said).toEqual(["unsupported_parameter temperature"]);
    expect(fit({ temperature: 1, reasoning: { effort: "low" } }, model).said).toEqual([
      "unsupported_parameter temperature",
    ]);
    expect(fit({ temperature: 1, reasoning: { effort: "none" } }, model).said).toEqual([]);
  });

  test("cap max_tokens at the model's limit", () => {
    const { fitted, said } = fit({ max_tokens: 200_000 }, { max_output_tokens: 64_000 });
    expect(fitted.max_tokens).toBe(64_000);
    expect(said).toEqual(["adjusted_parameter max_tokens"]);
    expect(fit({ max_tokens: 64_000 }, { max_output_tokens: 64_000 }).said).toEqual([]);
    const dropped = fit(
      { max_tokens: 9 },
      { max_output_tokens: 5 },
      { capabilities: capabilitiesWithout("max_tokens") },
    );
    expect(dropped.said).toEqual(["unsupported_parameter max_tokens"]);
    expect(dropped.fitted).not.toHaveProperty("max_tokens");
  });

  test("turn a schema into plain JSON if that is the most that is supported", () => {
    const request = { response_format: { type: "json_schema", schema: {} } } as const;
    const adjusted = fit(
      request,
      {},
      { capabilities: capabilitiesWithout("response_format.json_schema") },
    );
    expect(adjusted.fitted.response_format).toEqual({ type: "json" });
    expect(adjusted.said).toEqual(["adjusted_parameter response_format"]);
    const both = capabilitiesWithout("response_format.json_schema", "response_format.json");
    expect(fit(request, {}, { capabilities: both }).said).toEqual([
      "unsupported_parameter response_format",
    ]);
    expect(fit({ response_format: { type: "text" } }, {}, { capabilities: both }).said).toEqual([]);
  });
});

describe("tools", () => {
  const foreign = { type: "opaque", format: "google", value: { googleSearch: {} } } as const;
  const own = { type: "opaque", format: "anthropic", value: { type: "web_search" } } as const;

  test("are dropped for a provider without tools, and so is every setting about them", () => {
    const { fitted, said } = fit(
      everyParameter,
      {},
      { capabilities: capabilitiesWithout("tools") },
    );
    expect(fitted).not.toHaveProperty("tools");
    expect(fitted).not.toHaveProperty("tool_choice");
    expect(fitted).not.toHaveProperty("parallel_tool_calls");
    expect(said).toEqual(["unsupported_parameter tools", "unsupported_parameter tool_choice"]);
  });

  test("lose a choice that changes nothing silently", () => {
    const { fitted, said } = fit(
      { tools: [{ name: "a" }], tool_choice: "auto" },
      {},
      { capabilities: capabilitiesWithout("tools") },
    );
    expect(fitted).not.toHaveProperty("tool_choice");
    expect(said).toEqual(["unsupported_parameter tools"]);
  });

  test("in another vendor's format are dropped, those in the provider's own stay", () => {
    const { fitted, said } = fit({ tools: [{ name: "a" }, foreign, own], tool_choice: "required" });
    expect(structuredClone(fitted.tools)).toEqual([{ name: "a" }, own]);
    expect(fitted.tool_choice).toBe("required");
    expect(said).toEqual(["foreign_content_dropped tools[1]"]);
  });

  test("lose their choice if none of them is left", () => {
    const { fitted, said } = fit({
      tools: [foreign],
      tool_choice: { name: "googleSearch" },
      parallel_tool_calls: true,
    });
    expect(structuredClone(fitted)).toEqual({ messages: [{ role: "user", content: "Hi" }] });
    expect(said).toEqual(["foreign_content_dropped tools[0]", "unsupported_parameter tool_choice"]);
  });

  test("leave a call to the model if it cannot be forced", () => {
    for (const choice of ["required", { name: "a" }] as const) {
      const { fitted, said } = fit(
        { tools: [{ name: "a" }], tool_choice: choice },
        { refuses: ["tool_choice.required"] },
      );
      expect(fitted).not.toHaveProperty("tool_choice");
      expect(said).toEqual(["unsupported_parameter tool_choice"]);
    }
    expect(
      fit({ tools: [{ name: "a" }], tool_choice: "none" }, { refuses: ["tool_choice.required"] })
        .said,
    ).toEqual([]);
  });

  test("lose their choice if the provider supports none", () => {
    const capabilities = capabilitiesWithout("tool_choice");
    expect(fit({ tools: [{ name: "a" }], tool_choice: "none" }, {}, { capabilities }).said).toEqual(
      ["unsupported_parameter tool_choice"],
    );
  });

  test("need no choice if there are none, and lose a forced one with a warning", () => {
    for (const tool_choice of ["auto", "none"] as const) {
      const { fitted, said } = fit({ tool_choice, parallel_tool_calls: false });
      expect(structuredClone(fitted)).toEqual({ messages: [{ role: "user", content: "Hi" }] });
      expect(said).toEqual([]);
    }
    expect(fit({ tools: [], tool_choice: "required" }).said).toEqual([
      "unsupported_parameter tool_choice",
    ]);
    // A server of Chat Completions may have tools of its own.
    const plain = fit({ tool_choice: "auto" }, {}, { format: "openai_chat" });
    expect(plain.fitted).toBe(plain.whole);
  });

  test("of one name are sent once", () => {
    const { fitted, said } = fit({
      tools: [{ name: "a", description: "1" }, { name: "b" }, { name: "a", description: "2" }],
    });
    expect(structuredClone(fitted.tools)).toEqual([{ name: "b" }, { name: "a", description: "2" }]);
    expect(said).toEqual(["adjusted_parameter tools[0]"]);
  });

  test("must have the one that is chosen", () => {
    for (const tool_choice of [{ name: "z" }, { mode: "auto" as const, tools: ["a", "z"] }]) {
      const thrown = thrownBy(() => fit({ tools: [{ name: "a" }], tool_choice }));
      expect(thrown).toMatchObject({ code: "invalid_request", param: "tool_choice" });
      expect(thrown.message).toContain('"z"');
    }
  });
});

describe("a conversation that comes from another vendor", () => {
  const messages: Message[] = [
    { role: "user", content: "Look it up." },
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "I will look.", signature: signature("google") },
        { type: "reasoning", text: "", redacted: true, signature: signature("google") },
        { type: "opaque", format: "google", value: { executableCode: {} } },
        { type: "text", text: "Looking.", signature: signature("google") },
        { type: "tool_call", id: "c", name: "look", arguments: {}, signature: signature("google") },
        { type: "text", text: "Mine.", signature: signature("anthropic") },
      ],
    },
    {
      role: "tool",
      content: [
        {
          type: "tool_result",
          tool_call_id: "c",
          content: [
            { type: "opaque", format: "google", value: {} },
            { type: "text", text: "found", signature: signature("google") },
          ],
        },
      ],
    },
  ];
  const { whole, fitted, said } = fit({ messages });

  test("loses its signatures and opaque parts, with a warning and a path for each", () => {
    expect(said).toEqual([
      "foreign_signature_dropped messages[1].content[0].signature",
      "foreign_signature_dropped messages[1].content[1].signature",
      "foreign_content_dropped messages[1].content[2]",
      "foreign_signature_dropped messages[1].content[3].signature",
      "foreign_signature_dropped messages[1].content[4].signature",
      "foreign_content_dropped messages[2].content[0].content[0]",
      "foreign_signature_dropped messages[2].content[0].content[1].signature",
    ]);
  });

  test("keeps its texts, reasoning and calls, but not hidden reasoning without its signature", () => {
    expect(structuredClone(fitted.messages)).toEqual([
      { role: "user", content: "Look it up." },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "I will look." },
          { type: "text", text: "Looking." },
          { type: "tool_call", id: "c", name: "look", arguments: {} },
          { type: "text", text: "Mine.", signature: signature("anthropic") },
        ],
      },
      {
        role: "tool",
        content: [
          { type: "tool_result", tool_call_id: "c", content: [{ type: "text", text: "found" }] },
        ],
      },
    ]);
    expect(fitted.messages[0]).toBe(whole.messages[0] as Message);
    expect(JSON.stringify(fitted)).not.toContain("google");
  });

  test("loses every signature on the way to a provider without a format", () => {
    const { said: all } = fit(
      {
        messages: [
          {
            role: "assistant",
            content: [{ type: "text", text: "a", signature: signature("anthropic") }],
          },
        ],
      },
      {},
      { format: null },
    );
    expect(all).toEqual(["foreign_signature_dropped messages[0].content[0].signature"]);
  });

  test("loses a message with nothing left, with a warning", () => {
    const opaque = { type: "opaque", format: "google", value: {} } as const;
    const result = fit({
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", content: [opaque] },
        { role: "user", content: "b" },
      ],
    });
    expect(structuredClone(result.fitted.messages)).toEqual([
      { role: "user", content: "a" },
      { role: "user", content: "b" },
    ]);
    expect(result.said).toEqual([
      "foreign_content_dropped messages[1].content[0]",
      "adjusted_parameter messages[1]",
    ]);
  });

  test("is refused if nothing of its last message is left: the question itself would be missing", () => {
    const error = thrownBy(() =>
      fit(
        { messages: [{ role: "user", content: [{ type: "image", data: "aGk=" }] }] },
        {},
        { capabilities: capabilitiesWithout("image.data") },
      ),
    );
    expect(error.code).toBe("unsupported_parameter");
    expect(error.param).toBe("messages[0]");
  });
});

describe("content that the provider does not support", () => {
  const content: Message["content"] = [
    { type: "text", text: "Compare." },
    { type: "image", data: "aGk=" },
    { type: "image", url: "https://example.com/a.png" },
    { type: "document", data: "aGk=" },
    { type: "document", url: "https://example.com/a.pdf" },
    { type: "document", text: "plain" },
  ];

  test.each([
    ["image.data", 1],
    ["image.url", 2],
    ["document.data", 3],
    ["document.url", 4],
    ["document.text", 5],
  ] as const)("without %s that part is left out", (parameter, index) => {
    const { fitted, said } = fit(
      { messages: [{ role: "user", content }] },
      {},
      { capabilities: capabilitiesWithout(parameter) },
    );
    expect(said).toEqual([`unsupported_parameter messages[0].content[${index}]`]);
    expect(structuredClone(fitted.messages[0]?.content)).toEqual(
      content.filter((_, at) => at !== index) as Message["content"],
    );
  });

  test("keeps a tool result that has nothing left, and says so: its call needs one", () => {
    const messages: Message[] = [
      {
        role: "assistant",
        content: ["a", "b"].map((id) => ({ type: "tool_call", id, name: "f", arguments: {} })),
      },
      {
        role: "tool",
        content: [
          { type: "tool_result", tool_call_id: "a", content: [{ type: "image", data: "aGk=" }] },
          {
            type: "tool_result",
            tool_call_id: "b",
            content: [
              { type: "document", url: "https://x.example/" },
              { type: "text", text: "t" },
            ],
          },
        ],
      },
    ];
    const { fitted, said } = fit(
      { messages },
      {},
      { capabilities: capabilitiesWithout("tool_result.image", "document.url") },
    );
    expect(structuredClone(fitted.messages[1]?.content)).toEqual([
      {
        type: "tool_result",
        tool_call_id: "a",
        content: expect.stringContaining("cannot be passed on"),
      },
      { type: "tool_result", tool_call_id: "b", content: [{ type: "text", text: "t" }] },
    ]);
    expect(said).toEqual([
      "unsupported_parameter messages[1].content[0].content[0]",
      "unsupported_parameter messages[1].content[1].content[0]",
    ]);
  });

  test("loses cache hints everywhere", () => {
    const { fitted, said } = fit(
      {
        cache: {},
        tools: [{ name: "a", cache: {} }],
        messages: [{ role: "user", content: [{ type: "text", text: "a", cache: {} }] }],
      },
      {},
      { capabilities: capabilitiesWithout("cache") },
    );
    expect(structuredClone(fitted)).toEqual({
      tools: [{ name: "a" }],
      messages: [{ role: "user", content: [{ type: "text", text: "a" }] }],
    });
    expect(said).toEqual([
      "unsupported_parameter cache",
      "unsupported_parameter tools[0].cache",
      "unsupported_parameter messages[0].content[0].cache",
    ]);
  });
});

describe("fields of another format", () => {
  test("are reported once per format, with the path of the first, and stay", () => {
    const { whole, fitted, warnings } = fit({
      extras: { anthropic: { speed: "fast" }, openai_chat: { user: "u", store: true } },
      tools: [{ name: "a", extras: { google: { behavior: 1 } } }],
      messages: [
        { role: "user", content: [{ type: "text", text: "a", extras: { openai_chat: { x: 1 } } }] },
        { role: "user", content: "b", extras: { openai_chat: { name: "n" } } },
      ],
    });
    expect(fitted).toBe(whole);
    expect(warnings).toEqual([
      {
        code: "foreign_content_dropped",
        param: "tools[0].extras.google.behavior",
        message: "Fields of the google format are not sent to stub m: behavior here.",
      },
      {
        code: "foreign_content_dropped",
        param: "messages[0].content[0].extras.openai_chat.x",
        message:
          "Fields of the openai_chat format are not sent to stub m: x here and in 2 other places.",
      },
    ]);
  });

  test("a request that requires a format goes to no other", () => {
    const requires_format = { format: "openai_responses", param: "previous_response_id" } as const;
    const error = thrownBy(() => fit({ requires_format }));
    expect([error.code, error.param]).toEqual(["unsupported_parameter", "previous_response_id"]);
    expect(fit({ requires_format }, {}, { format: "openai_responses" }).warnings).toEqual([]);
  });
});

describe("strict mode", () => {
  test("refuses the first unsupported thing, by its path", () => {
    const error = thrownBy(() =>
      fitRequest(
        { messages: [{ role: "user", content: "Hi" }], temperature: 1 },
        { provider: stub, model: { id: "m", refuses: ["temperature"] } },
        createWarningSink(true, []),
      ),
    );
    expect([error.code, error.status, error.param]).toEqual([
      "unsupported_parameter",
      400,
      "temperature",
    ]);
  });

  test("lets the vendor's own warnings pass", () => {
    const warnings: Warning[] = [];
    const warning: Warning = { code: "upstream_warning", param: "", message: "Soon retired." };
    createWarningSink(true, warnings)(warning);
    expect(warnings).toEqual([warning]);
  });
});

describe("an answer that is to be continued", () => {
  const said: Message = { role: "assistant", content: "Sure:" };
  const messages: Message[] = [{ role: "user", content: "Hi" }, said];
  const asked: Message = { role: "user", content: expect.stringMatching(/^Go on/) };

  test.each<[string, Partial<ChatRequest>, Partial<ModelInfo>]>([
    ["the model is known to refuse that", {}, { prefill: false }],
    ["Claude reasons", { reasoning: { effort: "low" } }, {}],
  ])("is followed by a request of the user's if %s", (_, request, model) => {
    const { fitted, said: warned } = fit({ messages, ...request }, model, { format: "anthropic" });
    expect(structuredClone(fitted.messages)).toEqual([...messages, asked]);
    expect(warned).toEqual(["adjusted_parameter messages[1]"]);
  });

  test.each<[string, Partial<ChatRequest>, Partial<ModelInfo>]>([
    ["if the model takes it", { messages }, {}],
    ["that says nothing", { messages: [said, { role: "assistant", content: " " }] }, REFUSES],
    [
      "that the vendor's own tools left unfinished",
      {
        messages: [
          {
            role: "assistant",
            content: [
              { type: "text", text: "Let me look." },
              { type: "opaque", format: "anthropic", value: { type: "server_tool_use" } },
            ],
          },
        ],
      },
      REFUSES,
    ],
    ["that came before the user's message", { messages: [said, ...messages.slice(0, 1)] }, REFUSES],
  ])("stays the last one %s", (_, request, model) => {
    const { fitted, whole } = fit(request, model, { format: "anthropic" });
    expect(fitted.messages).toBe(whole.messages);
  });
});
