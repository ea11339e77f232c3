import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/json/json-object.ts";
import type { PlayedResponse } from "../support/play-response.ts";
import { createPlayedApp, type PlayedAnswer } from "../support/played-app.ts";
import type { Answer } from "../support/upstream-answer.ts";
import { VENDORS, type Vendor } from "../support/vendors/index.ts";

/** Names as MCP servers and their clients have them. */
const NAMES = [
  "files.read",
  "files_read",
  "files/read",
  "github:search",
  "читать",
  "1st tool",
  `mcp__${"enterprise-database-management__".repeat(3)}synchronize`,
];
const CALLED = ["files.read", "github:search", "читать", NAMES[6] ?? ""];

/** What each vendor takes; servers of Chat Completions are asked as presets tell. */
const TAKEN: Readonly<Record<string, RegExp>> = {
  claude: /^[a-zA-Z0-9_-]{1,128}$/,
  gemini: /^[A-Za-z_][\w.:-]{0,63}$/,
  openai: /^[a-zA-Z0-9_-]{1,64}$/,
  mistral: /^[a-zA-Z0-9_-]{1,64}$/,
};
const TARGETS: readonly (readonly [string, Vendor])[] = VENDORS.map((vendor) => [
  vendor.name === "plain" ? "mistral" : vendor.name,
  vendor,
]);

const parameters = { type: "object", properties: { name: { type: "string" } } } as const;

/** In each API: the tools, of which one must be called, and a call of one in the history. */
const REQUESTS: Readonly<Record<string, JsonObject>> = {
  "/chat": {
    messages: [
      { role: "user", content: "Go" },
      {
        role: "assistant",
        content: [{ type: "tool_call", id: "a1", name: "files/read", arguments: {} }],
      },
      { role: "tool", tool_call_id: "a1", name: "files/read", content: "done" },
      { role: "user", content: "Go on" },
    ],
    tools: NAMES.map((name) => ({ name, parameters })),
    tool_choice: { name: "files/read" },
  },
  "/v1/chat/completions": {
    messages: [
      { role: "user", content: "Go" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "a1", type: "function", function: { name: "files/read", arguments: "" } },
        ],
      },
      { role: "tool", tool_call_id: "a1", content: "done" },
      { role: "user", content: "Go on" },
    ],
    tools: NAMES.map((name) => ({
      type: "function",
      function: { name, parameters, strict: null },
    })),
    tool_choice: { type: "function", function: { name: "files/read" } },
  },
  "/v1/responses": {
    input: [
      { role: "user", content: "Go" },
      { type: "function_call", call_id: "a1", name: "files/read", arguments: "{}" },
      { type: "function_call_output", call_id: "a1", output: "done" },
      { role: "user", content: "Go on" },
    ],
    tools: NAMES.map((name) => ({ type: "function", name, parameters })),
    tool_choice: { type: "function", name: "files/read" },
  },
  "/v1/messages": {
    max_tokens: 100,
    messages: [
      { role: "user", content: "Go" },
      {
        role: "assistant",
        content: [{ type: "tool_use", id: "a1", name: "files/read", input: {} }],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a1", content: "done" },
          { type: "text", text: "Go on" },
        ],
      },
    ],
    tools: NAMES.map((name) => ({ name, input_schema: parameters })),
    tool_choice: { type: "tool", name: "files/read" },
  },
};

function played({ headers = {}, pieces }: Answer): PlayedResponse {
  return { headers, body: pieces.filter((piece) => piece instanceof Uint8Array) };
}

/** Asks the vendor, which calls these tools, and with a tool's name as an argument. */
function ask(
  target: string,
  vendor: Vendor,
  path: string,
  stream: boolean,
  calls: readonly string[],
): Promise<PlayedAnswer> {
  const model = target === "mistral" ? "mistral-large-latest" : vendor.model;
  const url = `http://vendor.test${target === "gemini" && stream ? "/m:streamGenerateContent" : "/"}`;
  const answer = vendor.answer(
    {
      calls: calls.map((name, at) => ({
        id: `call00${at}xx`,
        name,
        arguments: { name: calls[0] ?? "" },
      })),
    },
    { url, json: () => ({ model, stream, input: [], messages: [] }) },
  );
  const env = {
    ANTHROPIC_API_KEY: "sk-ant-api03-x",
    MISTRAL_API_KEY: "x",
    ...vendor.variables("http://vendor.test"),
  };
  const body = { model: `${target}/${model}`, stream, ...REQUESTS[path] };
  return createPlayedApp(env, played(answer))(path, body);
}

/** The names of tools in what a vendor was sent, in order of the tools. */
function declaredIn({ sent }: PlayedAnswer): string[] {
  const text = JSON.stringify(sent[0]?.tools);
  return [...text.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name ?? "");
}

describe.each(Object.keys(REQUESTS))("tools with names that vendors refuse, in %s", (path) => {
  describe.each(TARGETS)("for %s", (target, vendor) => {
    test.each([
      ["whole", false],
      ["streamed", true],
    ] as const)("have others there, and their own in the answer: %s", async (_, stream) => {
      const before = await ask(target, vendor, path, stream, ["files_read"]);
      expect(before.status).toBe(200);
      const declared = declaredIn(before);
      expect(new Set(declared).size).toBe(NAMES.length);
      expect(declared[1]).toBe("files_read");
      for (const name of declared) expect(name).toMatch(TAKEN[target] ?? /^$/);
      // The history and the choice name the same tool.
      const sent = JSON.stringify(before.sent[0]);
      expect(sent).not.toContain("files/read");
      expect(sent.split(JSON.stringify(declared[2])).length).toBeGreaterThan(3);

      const aliases = CALLED.map((name) => declared[NAMES.indexOf(name)] ?? "");
      const answer = await ask(target, vendor, path, stream, aliases);
      expect(answer.status).toBe(200);
      const told = [...answer.text.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name ?? "");
      for (const name of CALLED) expect(told).toContain(name);
      for (const [at, alias] of aliases.entries())
        if (at > 0 && alias !== CALLED[at]) expect(answer.text).not.toContain(alias);
      // What the model wrote itself stays.
      if (!stream) expect(answer.text.replaceAll("\\", "")).toContain(`{"name":"${aliases[0]}"}`);
      expect(answer.headers.get("x-warnings")).toBeNull();
    });
  });
});

test("a server that takes any name gets the caller's", async () => {
  const plain = VENDORS.find(({ name }) => name === "plain");
  if (!plain) throw new Error("no such vendor");
  const answer = await ask("plain", plain, "/v1/chat/completions", false, ["files.read"]);
  expect(declaredIn(answer)).toEqual(NAMES);
  expect(answer.text).toContain('"name":"files.read"');
});
