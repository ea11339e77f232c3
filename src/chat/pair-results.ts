import type { Warning } from "./event.ts";
import { type Message, partsOf } from "./message.ts";
import type { Part, TextPart, ToolResultPart } from "./part.ts";

/** What the model is told in the place of a result that the caller did not send. */
const NO_RESULT = "[No result was given for this call.]";

export interface PairOptions {
  /** Whether the vendor keeps earlier calls, so that a result may come without its call. */
  readonly callsAreKept: boolean;
  warn(warning: Warning): void;
}

/**
 * The conversation with each call's result right behind the turn that called, as all vendors
 * demand; the same list if it is so, as it nearly always is.
 *
 * - A result goes to its call, wherever it stood; what stood between follows the results.
 * - A call without a result gets one that says so, with a warning.
 * - A result without a call, as a cut history has it, and a second one of the same call become text
 *   of the user, with a warning.
 */
export function pairResults(messages: Message[], options: PairOptions): Message[] {
  if (isPaired(messages, options)) return messages;
  const { answers, turnOf } = matchResults(messages);
  const paired: Message[] = [];

  function addResults(turn: number): void {
    messages.slice(turn + 1).forEach((message) => {
      const own = partsOf(message).filter((part) => turnOf.get(part) === turn);
      if (own.length === 0) return;
      paired.push(withParts(message, own, "tool"));
    });
  }

  messages.forEach((message, at) => {
    if (message.role === "assistant") {
      paired.push(message);
      addResults(at);
      const missing = partsOf(message).flatMap((part, index): ToolResultPart[] => {
        if (part.type !== "tool_call" || part.id === "" || answers.has(part)) return [];
        options.warn({
          code: "adjusted_parameter",
          param: `messages[${at}].content[${index}]`,
          message: `The call "${part.id}" has no result; the model is told that none was given.`,
        });
        return [{ type: "tool_result", tool_call_id: part.id, content: NO_RESULT }];
      });
      if (missing.length > 0) paired.push({ role: "tool", content: missing });
      return;
    }
    const parts = partsOf(message);
    const others = parts.flatMap((part, index): Part[] => {
      if (turnOf.has(part)) return [];
      if (!namesCall(part) || options.callsAreKept) return [part];
      options.warn({
        code: "adjusted_parameter",
        param: `messages[${at}].content[${index}].tool_call_id`,
        message: `No earlier call with the id "${part.tool_call_id}" is waiting for a result; this result was sent as text of the user.`,
      });
      return toUserParts(part);
    });
    if (others.length === parts.length && others.every((part, index) => part === parts[index]))
      paired.push(message);
    else if (others.length > 0) paired.push(withParts(message, others, roleOf(message, others)));
  });
  return paired;
}

/** The message with some of its parts; the same one if these are all of them. */
function withParts(message: Message, parts: Part[], role: Message["role"]): Message {
  const { content } = message;
  return typeof content !== "string" &&
    parts.length === content.length &&
    parts.every((part, at) => part === content[at])
    ? message
    : { ...message, role, content: parts };
}

/** What a tool's message is left with is the user's, but for results in a vendor's own format. */
function roleOf({ role }: Message, parts: readonly Part[]): Message["role"] {
  const isTools = parts.every(({ type }) => type === "opaque" || type === "tool_result");
  return role === "tool" && !isTools ? "user" : role;
}

/** Whether a part is the result of a call that must be there. Without an id, its place counts. */
function namesCall(part: Part): part is ToolResultPart {
  return part.type === "tool_result" && part.tool_call_id !== "";
}

/** Each result that belongs to a call before it: by its call, and with the call's message. */
function matchResults(messages: readonly Message[]): {
  answers: ReadonlySet<Part>;
  turnOf: ReadonlyMap<Part, number>;
} {
  const answers = new Set<Part>();
  const turnOf = new Map<Part, number>();
  const open = new Map<string, { call: Part; turn: number }>();
  messages.forEach((message, turn) => {
    for (const part of partsOf(message)) {
      if (message.role === "assistant") {
        const id = idOfCall(part);
        if (id !== undefined) open.set(id, { call: part, turn });
      }
      if (!namesCall(part) || message.role === "assistant") continue;
      const waiting = open.get(part.tool_call_id);
      if (!waiting) continue;
      open.delete(part.tool_call_id);
      answers.add(waiting.call);
      turnOf.set(part, waiting.turn);
    }
  });
  return { answers, turnOf };
}

/** Also of a call in a vendor's own format that the caller answers by its id. */
function idOfCall(part: Part): string | undefined {
  if (part.type === "tool_call") return part.id || undefined;
  return part.type === "opaque" && typeof part.value.id === "string" ? part.value.id : undefined;
}

/** Whether every call has its result, and nothing stands between them or is left over. */
function isPaired(messages: readonly Message[], { callsAreKept }: PairOptions): boolean {
  /** The calls of the turn under way that wait for a result; of the vendor's own, that may. */
  let open = new Set<string>();
  let own = new Set<string>();
  for (const { role, content } of messages) {
    if (role === "assistant") {
      if (open.size > 0) return false;
      open = new Set();
      own = new Set();
      if (typeof content === "string") continue;
      for (const part of content) {
        const id = idOfCall(part);
        if (id !== undefined) (part.type === "tool_call" ? open : own).add(id);
      }
      continue;
    }
    if (typeof content === "string") {
      if (open.size > 0) return false;
      continue;
    }
    for (const part of content) {
      if (namesCall(part)) {
        const isExpected = open.delete(part.tool_call_id) || own.delete(part.tool_call_id);
        if (!isExpected && !(callsAreKept && open.size === 0)) return false;
      } else if (open.size > 0 && !(role === "tool" && part.type === "opaque")) return false;
    }
  }
  return open.size === 0;
}

/** A result as text of the user, with the images and documents that are in it. */
function toUserParts({ name, content, cache }: ToolResultPart): Part[] {
  const head: TextPart = {
    type: "text",
    text: name === undefined ? "[Result of a tool]" : `[Result of the tool ${name}]`,
  };
  const parts: Part[] =
    typeof content === "string"
      ? [{ ...head, text: `${head.text}\n${content}` }]
      : [head, ...content];
  const last = parts[parts.length - 1];
  if (cache && last && last.type !== "opaque") parts[parts.length - 1] = { ...last, cache };
  return parts;
}
