import { startUpstream, type Upstream, type UpstreamRequest } from "../upstream.ts";
import { type Answer, jsonAnswer, sseAnswer } from "../upstream-answer.ts";
import { claude } from "../vendors/claude.ts";
import { openai } from "../vendors/openai.ts";
import { plain } from "../vendors/plain.ts";
import type { Vendor } from "../vendors/vendor.ts";
import { RETRY_CASES, WHOLE } from "./cases.ts";

const SCRIPT = { text: WHOLE };

/** The vendor whose API the path is. */
function findVendor(path: string): Vendor {
  if (path.endsWith("/chat/completions")) return plain;
  return path.endsWith("/responses") ? openai : claude;
}

function answerWhole(vendor: Vendor, request: UpstreamRequest): Answer {
  return vendor.answer(SCRIPT, { ...request, json: () => ({ input: "", messages: [] }) });
}

function answerStream(vendor: Vendor, request: UpstreamRequest, id: string): Answer {
  if (id === "json") return answerWhole(vendor, request);
  if (id === "cut") return sseAnswer(vendor.half(SCRIPT));
  if (id === "error") return sseAnswer(vendor.half(SCRIPT) + (vendor.streamError ?? ""));
  const events = vendor.answer(SCRIPT, request).pieces;
  return sseAnswer(
    events.flatMap((piece) => (piece instanceof Uint8Array ? [": keep-alive\n\n", piece] : [])),
  );
}

/**
 * Answers `/<case>/…` as the case says, and `/<case>/calls` with the number of calls that it has
 * had since it was last asked.
 */
export async function serveCases(): Promise<Upstream> {
  const upstream = await startUpstream();
  const calls = new Map<string, number>();
  upstream.respond = (request) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const id = path.split("/")[1] ?? "";
    if (path.endsWith("/calls")) {
      const count = calls.get(id) ?? 0;
      calls.delete(id);
      return jsonAnswer(String(count));
    }
    calls.set(id, (calls.get(id) ?? 0) + 1);
    const vendor = findVendor(path);
    const retry = RETRY_CASES[id];
    if (retry) {
      const { status, headers } = retry;
      return jsonAnswer(vendor.refusal(status), { status, headers: { ...headers } });
    }
    return id === "well" ? answerWhole(vendor, request) : answerStream(vendor, request, id);
  };
  return upstream;
}
