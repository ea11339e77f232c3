import { ChatError } from "../errors/chat-error.ts";
import { defined } from "./defined.ts";

/** Why a JSON text is refused, in the words that the caller gets. */
const REASONS = {
  utf8: "The JSON is not valid UTF-8.",
  byte_order_mark: "The JSON begins with a byte order mark; remove it.",
  syntax: "The body is not valid JSON.",
  depth: "The JSON is nested too deeply.",
  members: "The JSON has more than 50,000 object members.",
  lone_surrogate:
    "The JSON has a \\u escape that is half of a surrogate pair, which UTF-8 cannot represent.",
  duplicate_name: "The JSON has an object with the same name twice.",
  proto_name: 'The JSON has an object with the name "__proto__".',
} as const satisfies Record<string, string>;

export type JsonFault = keyof typeof REASONS;

/**
 * A refused JSON text. It is a ChatError that can be sent to the caller; `param` is the path, if
 * known.
 */
export class JsonError extends ChatError {
  readonly reason: JsonFault;

  constructor(reason: JsonFault, param?: string) {
    super("invalid_json", defined({ message: REASONS[reason], param }));
    this.reason = reason;
  }
}
