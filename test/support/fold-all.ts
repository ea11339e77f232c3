import type { ChatEvent } from "../../src/chat/event.ts";
import { foldBatches } from "../../src/chat/fold-events.ts";
import type { Format } from "../../src/chat/format.ts";
import type { ChatResponse } from "../../src/chat/response.ts";

/**
 * The whole answer that these events of a vendor's format tell; throws what they end in, if that is
 * an error.
 */
export function foldAll(format: Format | null, events: readonly ChatEvent[]): ChatResponse {
  return foldBatches([events], format);
}
