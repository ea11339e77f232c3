import { type Message, partsOf } from "./message.ts";

/**
 * The conversation with the results of each turn's calls right behind them, as all vendors demand:
 * what a caller put between a call and its result goes behind the results of that turn. The same
 * list if nothing is out of order, as it nearly always is. Nothing is added for a call without a
 * result.
 */
export function orderResults(messages: Message[]): Message[] {
  if (isOrdered(messages)) return messages;
  const ordered: Message[] = [];
  /** The calls of the turn under way that have no result yet, and what waits for their results. */
  let open = new Set<string>();
  let held: Message[] = [];

  function release(): void {
    ordered.push(...held);
    held = [];
  }

  for (const message of messages) {
    if (message.role === "assistant") {
      release();
      ordered.push(message);
      open = callsOf(message);
      continue;
    }
    if (open.size === 0) {
      release();
      ordered.push(message);
      continue;
    }
    const parts = partsOf(message);
    const results = parts.filter(
      (part) => part.type === "tool_result" && open.delete(part.tool_call_id),
    );
    if (results.length === parts.length && results.length > 0) ordered.push(message);
    else {
      if (results.length > 0) ordered.push({ ...message, role: "tool", content: results });
      const rest = parts.filter((part) => !results.includes(part));
      if (results.length === 0) held.push(message);
      else if (rest.length > 0) held.push({ ...message, role: "user", content: rest });
    }
    if (open.size === 0) release();
  }
  release();
  return ordered;
}

function callsOf({ content }: Message): Set<string> {
  const ids = new Set<string>();
  if (typeof content === "string") return ids;
  for (const part of content) if (part.type === "tool_call") ids.add(part.id);
  return ids;
}

/** Whether no result stands behind something else that came after its call. */
function isOrdered(messages: readonly Message[]): boolean {
  let open = new Set<string>();
  let interrupted = false;
  for (const message of messages) {
    // A system message is put elsewhere by whoever encodes it.
    if (message.role === "system") continue;
    if (message.role === "assistant") {
      open = callsOf(message);
      interrupted = false;
      continue;
    }
    if (open.size === 0 || typeof message.content === "string") {
      interrupted = true;
      continue;
    }
    for (const part of message.content) {
      if (part.type !== "tool_result") interrupted = true;
      else if (open.delete(part.tool_call_id) && interrupted) return false;
    }
  }
  return true;
}
