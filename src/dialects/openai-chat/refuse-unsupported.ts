import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { isZeroValue } from "../../json/narrow.ts";
import type { CompletionBody } from "./request.ts";

/**
 * Fields that were deprecated in 2023, and what replaced them. OpenAI's newer models refuse them
 * too.
 */
const RETIRED = { functions: "tools", function_call: "tool_choice" } as const;

/** Refuses what no provider supports through this server, before the body is parsed. */
export function refuseRetired(body: unknown): void {
  if (!isJsonObject(body)) return;
  for (const [name, successor] of Object.entries(RETIRED)) {
    if (body[name] != null) refuse(name, `\`${name}\` is not supported; send \`${successor}\`.`);
  }
  if (!Array.isArray(body.messages)) return;
  body.messages.forEach((message: unknown, index) => {
    if (!isJsonObject(message)) return;
    if (message.role === "function")
      refuse(`messages[${index}].role`, "The role `function` is not supported; send `tool`.");
    if (message.function_call != null && !isZeroValue(message.function_call)) {
      refuse(
        `messages[${index}].function_call`,
        "`function_call` is not supported; send `tool_calls`.",
      );
    }
  });
}

/** Refuses what could only be ignored or guessed: more than one answer, or no model. */
export function refuseUnsupported(body: CompletionBody): void {
  if (body.model == null && body.models == null)
    throw new ChatError("invalid_request", { param: "model", message: "model: is required." });
  if (body.n != null && body.n > 1) refuse("n", "Only one answer can be requested; leave out `n`.");
}

function refuse(param: string, message: string): never {
  throw new ChatError("unsupported_parameter", { param, message });
}
