import type { Quirks } from "./quirks.ts";

const NINE_ALPHANUMERICS = /^[A-Za-z0-9]{9}$/;

/**
 * A tool call's id in the form that this server takes. The mapping is stable, so calls and results
 * still match.
 */
export function encodeToolCallId(id: string, quirks: Quirks): string {
  if (quirks.tool_call_ids === "any" || NINE_ALPHANUMERICS.test(id)) return id;
  // Two FNV-1a hashes side by side. Nine base-36 digits hold 46 of their bits, plenty for the calls
  // of one conversation.
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b);
  }
  const number = (high >>> 0) * 0x100000 + ((low >>> 0) & 0xfffff);
  return number.toString(36).padStart(9, "0").slice(-9);
}
