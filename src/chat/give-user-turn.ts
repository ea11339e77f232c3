import type { Warning } from "./event.ts";
import type { Message } from "./message.ts";

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
