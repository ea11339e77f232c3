import { ChatError } from "../errors/chat-error.ts";

/**
 * What fetch or a body read threw → one of our codes. The runtimes agree only on AbortError (Bun
 * has codes such as ConnectionRefused and ECONNRESET, Deno sentences that hold the URL, workerd
 * "Network connection lost."), so the text is read once, here, and goes no further: it may hold the
 * whole URL.
 */
export function classifyFetchError(thrown: unknown, stage: "connect" | "body"): ChatError {
  if (thrown instanceof ChatError) return thrown;
  const text = describe(thrown);
  // Bun's code is more precise (ConnectionRefused, ENOTFOUND) than the name, which is always
  // TypeError.
  const logReason = readCode(thrown) || (thrown instanceof Error ? thrown.name : typeof thrown);
  if (/cert|tls|ssl|self.signed|unknown.?issuer/i.test(text))
    return new ChatError("upstream_tls", { logReason });
  if (
    /invalid.?http|malformed|parse|chunk|bad.?gateway.?status|status.?line|content.?length.*invalid|zlib|inflate|decompress|decod/i.test(
      text,
    )
  ) {
    return new ChatError("upstream_invalid_response", { logReason });
  }
  return new ChatError(stage === "connect" ? "upstream_unavailable" : "upstream_disconnected", {
    logReason,
  });
}

function readCode(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : "";
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  const cause = thrown.cause instanceof Error ? thrown.cause.message : "";
  // Removes URLs first: a host named "tls.example" must not look like a certificate fault.
  return `${readCode(thrown)} ${thrown.message} ${cause}`.replace(/\w+:\/\/\S+/g, "");
}
