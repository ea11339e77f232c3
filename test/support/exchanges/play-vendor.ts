import type { JsonObject } from "../../../src/json/json-object.ts";
import type { ScriptedAnswer, Vendor } from "../vendors/vendor.ts";

/** The body of a vendor's answer to this request: a stream's exact text, or the parsed object. */
export function playVendor(
  vendor: Vendor,
  scripted: ScriptedAnswer,
  { url, request }: { url: string; request: JsonObject },
): JsonObject | string {
  const { pieces, headers = {} } = vendor.answer(scripted, { url, json: () => request });
  const bytes = pieces.filter((piece) => piece instanceof Uint8Array);
  const text = Buffer.concat(bytes).toString("utf8");
  return headers["content-type"]?.startsWith("text/event-stream") ? text : JSON.parse(text);
}
