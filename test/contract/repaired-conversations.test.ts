import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/json/json-object.ts";
import { readObjects } from "../../src/json/narrow.ts";
import { STRICT_CHECKS } from "../agents/strict-requests.ts";
import type { PlayedResponse } from "../support/play-response.ts";
import { createPlayedApp, type PlayedAnswer } from "../support/played-app.ts";
import type { Answer } from "../support/upstream-answer.ts";
import { VENDORS, type Vendor } from "../support/vendors/index.ts";

const NO_RESULT = "[No result was given for this call.]";

/** The vendors, and Mistral, which takes only its own ids and order. */
const TARGETS: ReadonlyMap<string, Vendor> = new Map([
  ...VENDORS.map((vendor) => [vendor.name, vendor] as const),
  ["mistral", vendorOf("plain")],
]);

function vendorOf(name: string): Vendor {
  const found = VENDORS.find((vendor) => vendor.name === name);
  if (!found) throw new Error(`no vendor ${name}`);
  return found;
}

/** What the vendor would refuse. Gemini takes results and a text behind them as two turns. */
function faultsOf({ name }: Vendor, sent: unknown): string[] {
  const faults = STRICT_CHECKS[name]?.(sent) ?? ["no check"];
  return faults.filter((fault) => name !== "gemini" || !fault.startsWith("two messages"));
}

/** Asks a target, which answers with a text. */
async function ask(
  name: string,
  vendor: Vendor,
  path: string,
  body: JsonObject,
  stream: boolean,
): Promise<PlayedAnswer> {
  const model = name === "mistral" ? "mistral-large-latest" : vendor.model;
  const url = `http://vendor.test${name === "gemini" && stream ? "/m:streamGenerateContent" : "/"}`;
  const answer = vendor.answer(
    { text: "ok" },
    { url, json: () => ({ model, stream, input: [], messages: [] }) },
  );
  const env = {
    ANTHROPIC_API_KEY: "sk-ant-api03-x",
    MISTRAL_API_KEY: "x",
    ...vendor.variables("http://vendor.test"),
  };
  const played = createPlayedApp(env, toPlayed(answer));
  return played(path, { model: `${name}/${model}`, stream, ...body });
}

function toPlayed({ headers = {}, pieces }: Answer): PlayedResponse {
  return { headers, body: pieces.filter((piece) => piece instanceof Uint8Array) };
}

function warnedOf({ headers }: PlayedAnswer): string[] {
  const warnings = headers.get("x-warnings") ?? "";
  return [...warnings.matchAll(/param="([^"]*)"/g)].map(([, param]) => param ?? "");
}

/**
 * A history that was cut before its first result, in which an id comes twice, a call has no result,
 * and a result comes late.
 */
const BROKEN: Readonly<Record<string, { body: JsonObject; warned: readonly string[] }>> = {
  "/chat": {
    body: {
      messages: [
        { role: "tool", tool_call_id: "old", name: "f", content: "lost" },
        { role: "user", content: "Go" },
        { role: "assistant", content: [call("a", 1), call("b", 2)] },
        { role: "user", content: "Wait" },
        { role: "tool", content: [{ type: "tool_result", tool_call_id: "a", content: "one" }] },
        { role: "assistant", content: [call("a", 3)] },
        { role: "tool", tool_call_id: "a", content: "three" },
        { role: "user", content: "And?" },
      ],
    },
    warned: ["messages[0].tool_call_id", "messages[2].content[1]"],
  },
  "/v1/chat/completions": {
    body: {
      messages: [
        { role: "tool", tool_call_id: "old", content: "lost" },
        { role: "user", content: "Go" },
        { role: "assistant", content: null, tool_calls: [chatCall("a", 1), chatCall("b", 2)] },
        { role: "user", content: "Wait" },
        { role: "tool", tool_call_id: "a", content: "one" },
        { role: "assistant", content: "", tool_calls: [chatCall("a", 3)] },
        { role: "tool", tool_call_id: "a", content: "three" },
        { role: "user", content: "And?" },
      ],
    },
    warned: ["messages[0].tool_call_id", "messages[2].tool_calls[1]"],
  },
  "/v1/responses": {
    body: {
      input: [
        { type: "function_call_output", call_id: "old", output: "lost" },
        { role: "user", content: "Go" },
        { type: "function_call", call_id: "a", name: "f", arguments: '{"n":1}' },
        { type: "function_call", call_id: "b", name: "f", arguments: '{"n":2}' },
        { role: "user", content: "Wait" },
        { type: "function_call_output", call_id: "a", output: "one" },
        { type: "function_call", call_id: "a", name: "f", arguments: '{"n":3}' },
        { type: "function_call_output", call_id: "a", output: "three" },
        { role: "user", content: "And?" },
      ],
    },
    warned: ["input[0].call_id", "input[3]"],
  },
  "/v1/messages": {
    body: {
      max_tokens: 99,
      messages: [
        { role: "user", content: [{ type: "tool_result", tool_use_id: "old", content: "lost" }] },
        { role: "user", content: "Go" },
        { role: "assistant", content: [use("a", 1), use("b", 2)] },
        { role: "user", content: "Wait" },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "one" }] },
        { role: "assistant", content: [use("a", 3)] },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "a", content: "three" },
            { type: "text", text: "And?" },
          ],
        },
      ],
    },
    warned: ["messages[0].content[0].tool_use_id", "messages[2].content[1]"],
  },
};

function call(id: string, n: number) {
  return { type: "tool_call", id, name: "f", arguments: { n } };
}

function chatCall(id: string, n: number) {
  return { id, type: "function", function: { name: "f", arguments: `{"n":${n}}` } };
}

function use(id: string, n: number) {
  return { type: "tool_use", id, name: "f", input: { n } };
}

const CASES = Object.keys(BROKEN).flatMap((path) =>
  [...TARGETS].flatMap(([name, vendor]) =>
    [true, false].map((stream) => [path, name, stream, vendor] as const),
  ),
);

describe("calls and results are paired", () => {
  test.each(CASES)("in %s, for %s, streamed %p", async (path, name, stream, vendor) => {
    const { body = {}, warned = [] } = BROKEN[path] ?? {};
    const answer = await ask(name, vendor, path, body, stream);
    expect(answer.status).toBe(200);
    expect(warnedOf(answer)).toEqual(expect.arrayContaining([...warned]));
    const [sent] = answer.sent;
    expect(faultsOf(vendor, sent)).toEqual([]);
    const { callIds, resultIds, results } = vendor.read(sent);
    expect(results).toEqual(["one", NO_RESULT, "three"]);
    expect(resultIds).toEqual(callIds);
    expect(JSON.stringify(sent)).toContain("lost");
    if (name !== "mistral") return;
    for (const id of callIds) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    const roles = readObjects(sent?.messages).map(({ role }) => role);
    expect(roles.join(" ")).not.toContain("tool user");
  });
});

const SYSTEM_ONLY: Readonly<Record<string, JsonObject>> = {
  "/chat": { messages: [{ role: "system", content: "Joke." }] },
  "/v1/chat/completions": { messages: [{ role: "system", content: "Joke." }] },
  "/v1/responses": { input: [{ role: "system", content: "Joke." }] },
  "/v1/messages": { max_tokens: 99, messages: [{ role: "system", content: "Joke." }] },
};

describe("a conversation without a user's message", () => {
  test.each(
    Object.entries(SYSTEM_ONLY).flatMap(([path, body]) =>
      [...TARGETS].map(([name, vendor]) => [path, name, vendor, body] as const),
    ),
  )("in %s, for %s", async (path, name, vendor, body) => {
    const answer = await ask(name, vendor, path, body, false);
    expect(answer.status).toBe(200);
    const [sent] = answer.sent;
    expect(faultsOf(vendor, sent)).toEqual([]);
    // OpenAI answers instructions alone.
    if (name === "openai" || name === "plain") return;
    expect(JSON.stringify(sent?.messages ?? sent?.contents)).toContain('"role":"user"');
    expect(warnedOf(answer)).toEqual([
      path === "/v1/responses" ? "input[0].role" : "messages[0].role",
    ]);
  });
});
