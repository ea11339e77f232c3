import type { JsonObject } from "../../json/json-object.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import type { Quirks } from "./quirks.ts";

/** Says nothing that the model might take up. */
const BRIDGE = "Understood.";

/**
 * The quirks that depend on the model, settled. The templates of Qwen's models fail on a system
 * message that is not the first (https://github.com/ollama/ollama/issues/17774), those of Mistral's
 * on a user's message behind a tool's (https://github.com/mistralai/mistral-vibe/issues/578),
 * wherever they run.
 */
export function settleQuirks(quirks: Quirks, model: string): Quirks {
  const { system_turns: system, user_after_tool: user } = quirks;
  if (system !== "by_model" && user !== "by_model") return quirks;
  return {
    ...quirks,
    system_turns:
      system !== "by_model"
        ? system
        : /qwen/i.test(model) || MISTRAL.test(model)
          ? "first"
          : "anywhere",
    user_after_tool: user !== "by_model" ? user : MISTRAL.test(model) ? "bridged" : "taken",
  };
}

const MISTRAL = /(?:^|[/_-])(?:mistral|mixtral|ministral|magistral|devstral|codestral|pixtral)/i;

/** A system message within the conversation, as text of the user. */
export function toUserText(content: unknown): JsonObject {
  return { role: "user", content: `<system>\n${wireText(content)}\n</system>` };
}

/** The messages in the order that the server takes. */
export function arrangeMessages(messages: JsonObject[], quirks: Quirks): JsonObject[] {
  const joined = quirks.system_turns === "first" ? joinSystem(messages) : messages;
  const bridged = quirks.user_after_tool === "bridged" ? bridge(joined) : joined;
  const last = bridged[bridged.length - 1];
  if (quirks.prefill === "plain" || last?.role !== "assistant" || last.tool_calls) return bridged;
  return bridged.with(-1, { [quirks.prefill]: true, ...last });
}

/** Several system messages at the beginning as one. */
function joinSystem(messages: JsonObject[]): JsonObject[] {
  const end = messages.findIndex(({ role }) => role !== "system" && role !== "developer");
  const leading = end === -1 ? messages : messages.slice(0, end);
  const [first] = leading;
  if (leading.length < 2 || !first) return messages;
  const content = leading.map((message) => wireText(message.content)).join("\n\n");
  return [{ ...first, content }, ...messages.slice(leading.length)];
}

function bridge(messages: JsonObject[]): JsonObject[] {
  const isPair = (message: JsonObject, index: number) =>
    message.role === "user" && messages[index - 1]?.role === "tool";
  if (!messages.some(isPair)) return messages;
  return messages.flatMap((message, index) =>
    isPair(message, index) ? [{ role: "assistant", content: BRIDGE }, message] : [message],
  );
}

function wireText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  const texts = content.map((part: unknown) =>
    isJsonObject(part) ? readText(part.text) : undefined,
  );
  return texts.filter((text) => text !== undefined).join("\n\n");
}

/** Two messages of the user as one: some templates want the roles to take turns. */
export function joinUser(before: JsonObject, after: JsonObject): JsonObject {
  return {
    ...before,
    content:
      typeof before.content === "string" && typeof after.content === "string"
        ? `${before.content}\n\n${after.content}`
        : [...listOf(before.content), ...listOf(after.content)],
  };
}

function listOf(content: unknown): unknown[] {
  return Array.isArray(content) ? content : [{ type: "text", text: String(content ?? "") }];
}
