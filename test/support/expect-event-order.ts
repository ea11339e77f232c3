import { type ChatEvent, FINISH_REASONS, isTerminal, type PartKind } from "../../src/chat/event.ts";
import type { Usage } from "../../src/chat/usage.ts";

function checkUsage({ passes = [], ...counts }: Usage, fail: (reason: string) => never): void {
  for (const pass of passes) checkUsage(pass.usage, fail);
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 0) fail(`usage.${name} is ${count}, not a count`);
  }
}

/**
 * Throws unless the events keep the contract of `src/chat/event.ts`: `start` first (only a failure
 * may stand alone), parts with indexes that rise from 0 without gaps and
 * do not overlap, deltas and one `part-end`
 * only for open parts, all parts closed before `end`, and exactly one terminal event, last.
 */
export function expectEventOrder(events: readonly ChatEvent[]): void {
  const open = new Map<number, PartKind>();
  let nextIndex = 0;
  let started = false;
  events.forEach((event, at) => {
    const fail = (reason: string): never => {
      const order = events
        .map(({ type }, place) => (place === at ? `>>${type}<<` : type))
        .join(" ");
      throw new Error(`event ${at} (${event.type}): ${reason}\n${order}`);
    };
    const last = at === events.length - 1;
    if (isTerminal(event) !== last)
      fail(last ? "the last event is not a terminal one" : "a terminal event is not the last one");
    if (event.type === "start") {
      if (at !== 0) fail("start is not the first event");
      if (event.id === "") fail("the id is empty");
      if (event.model === "") fail("the model is empty");
      started = true;
      return;
    }
    if (!started && event.type !== "error" && event.type !== "cancelled")
      fail("there is no start before it");
    switch (event.type) {
      case "part-start":
        if (open.size > 0) fail(`part ${[...open.keys()].join()} is still open`);
        if (event.index !== nextIndex) fail(`the index is ${event.index}, not ${nextIndex}`);
        if (event.kind === "tool_call" && (event.id === "" || event.name === ""))
          fail("the tool call's id or name is empty");
        nextIndex += 1;
        open.set(event.index, event.kind);
        break;
      case "part-delta":
        if (!open.has(event.index)) fail(`part ${event.index} is not open`);
        if (open.get(event.index) === "opaque") fail("an opaque part has no deltas");
        break;
      case "part-end":
        if (event.value && open.get(event.index) !== "opaque")
          fail("only an opaque part ends with a value");
        if (!open.delete(event.index)) fail(`part ${event.index} is not open`);
        break;
      case "usage":
        checkUsage(event.usage, fail);
        break;
      case "end":
        if (open.size > 0) fail(`parts ${[...open.keys()].join(", ")} are still open`);
        if (!FINISH_REASONS.includes(event.finish_reason))
          fail(`unknown finish reason ${event.finish_reason}`);
        if (event.usage) checkUsage(event.usage, fail);
        break;
      case "opaque":
      case "error":
      case "cancelled":
        break;
    }
  });
  if (events.length === 0) throw new Error("there are no events, not even a terminal one");
}
