import type { Warning } from "./event.ts";
import { type Message, partsOf } from "./message.ts";

/**
 * A conversation of nothing but system messages with the last of them as the user's, for a vendor
 * that answers only a user; the same list if it has other messages.
 */
export function giveUserTurn(
  messages: readonly Message[],
  warn: (warning: Warning) => void,
): readonly Message[] {
  const last = messages[messages.length - 1];
  if (!last || messages.some(({ role }) => role !== "system")) return messages;
  warn({
    code: "adjusted_parameter",
    param: `messages[${messages.length - 1}].role`,
    message: "This model needs a message of the user; the last system message was sent as one.",
  });
  return messages.with(-1, { ...last, role: "user" });
}

/** Asks for what a vendor does that continues an answer. */
const GO_ON =
  "Go on exactly where your last message ends. Do not repeat or comment on any of it, and begin with the next character.";

/**
 * A conversation that ends with the model's own text, which it is to continue, with a request of the
 * user's to do so, for a model that refuses to be prefilled; the same list if it ends otherwise.
 * What the vendor's own tools left unfinished is continued without one.
 */
export function askToGoOn(messages: Message[], warn: (warning: Warning) => void): Message[] {
  const last = messages[messages.length - 1];
  if (last?.role !== "assistant") return messages;
  const parts = partsOf(last);
  const said = parts.some((part) => part.type === "text" && part.text.trim() !== "");
  if (!said || parts.some(({ type }) => type === "opaque" || type === "tool_call")) return messages;
  warn({
    code: "adjusted_parameter",
    param: `messages[${messages.length - 1}]`,
    message: "This model does not continue a message of its own; it was asked to go on from there.",
  });
  return [...messages, { role: "user", content: GO_ON }];
}
