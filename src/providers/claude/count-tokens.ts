import { ChatError } from "../../errors/chat-error.ts";
import type { ProviderCall } from "../provider.ts";
import { encodeCountRequest } from "./encode-request.ts";
import { readError } from "./read-error.ts";
import type { ClaudeTransport } from "./transport.ts";

/** How many tokens the prompt of this call has, as Anthropic counts them. */
export async function countTokens(call: ProviderCall, transport: ClaudeTransport): Promise<number> {
  let count: unknown;
  const stream = await transport.open("count_tokens", encodeCountRequest(call, transport), {
    stream: false,
    signal: call.signal,
    format: null,
    createDecoder: () => ({
      decodeMessage() {},
      decodeEnd() {},
      decodeBody(body) {
        count = body.input_tokens;
      },
    }),
    readErrorBody: readError,
  });
  stream.close();
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0) {
    throw new ChatError("upstream_invalid_response", { logReason: "count" });
  }
  return count;
}
