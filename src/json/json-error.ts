import { ChatError } from "../errors/chat-error.ts";
import { defined } from "./defined.ts";

/** Everything for which a JSON text is refused, with the words that the caller gets. */
const REASONS = {
  utf8: "The JSON is not valid UTF-8.",
  byte_order_mark: "The JSON begins with a byte order mark; leave it out.",
  syntax: "The body is not valid JSON.",
  depth: "The JSON is nested too deeply.",
  members: "The JSON has more than 50,000 object members.",
  lone_surrogate:
    "The JSON has a \\u escape that is half of a surrogate pair, so the text cannot be written as UTF-8.",
  duplicate_name: "The JSON has an object that holds the same name twice.",
  proto_name: 'The JSON has an object that holds the name "__proto__".',
} as const satisfies Record<string, string>;

export type JsonFault = keyof typeof REASONS;

/**
 * A JSON text that is refused. As a ChatError it can go out as it is; `param` says where, if that
 * is known.
 */
export class JsonError extends ChatError {
  readonly reason: JsonFault;

  constructor(reason: JsonFault, param?: string) {
    super("invalid_json", defined({ message: REASONS[reason], param }));
    this.reason = reason;
  }
}
