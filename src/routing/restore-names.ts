import type { ChatEvent, EventStream } from "../chat/event.ts";
import { type Renames, renameFields, renameInText } from "../chat/tool-names.ts";

/**
 * An answer in which the tools have the caller's names again, also where it is passed through as
 * the vendor wrote it.
 */
export function restoreNames(answer: EventStream, aliases: Renames): EventStream {
  const names = new Map([...aliases].map(([name, alias]) => [alias, name]));
  return {
    format: answer.format,
    close: () => answer.close(),
    async read() {
      const batch = await answer.read();
      return batch === null ? null : batch.map((event) => restoreEvent(event, names));
    },
  };
}

function restoreEvent(event: ChatEvent, names: Renames): ChatEvent {
  const { raw } = event;
  const restored = raw ? { ...event, raw: { ...raw, data: renameInText(raw.data, names) } } : event;
  switch (restored.type) {
    case "part-start":
      if (restored.kind === "tool_call")
        return { ...restored, name: names.get(restored.name) ?? restored.name };
      return restored.kind === "opaque"
        ? { ...restored, value: renameFields(restored.value, names) }
        : restored;
    case "part-end":
      return restored.value
        ? { ...restored, value: renameFields(restored.value, names) }
        : restored;
    case "end":
      return restored.body ? { ...restored, body: renameFields(restored.body, names) } : restored;
    default:
      return restored;
  }
}
