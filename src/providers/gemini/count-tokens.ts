import { readCount } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import type { GenerateRequest } from "./request.ts";
import type { TransportName } from "./transport.ts";

/**
 * The body of `countTokens`. The Gemini API takes contents alone or a whole request; Vertex AI takes what makes up the prompt, and
 * refuses the rest by name.
 */
export function encodeCountRequest(
  request: GenerateRequest,
  model: string,
  transport: TransportName,
): object {
  if (Object.keys(request).length === 1) return request;
  if (transport === "api")
    return { generateContentRequest: { model: `models/${model}`, ...request } };
  const { contents, systemInstruction, tools, generationConfig } = request;
  return defined({ contents, systemInstruction, tools, generationConfig });
}

export function decodeCount({ totalTokens }: { totalTokens?: unknown }): number {
  // A zero would be left out, but no prompt has no tokens.
  const count = readCount(totalTokens);
  if (count === undefined) throw new ChatError("upstream_invalid_response", { logReason: "count" });
  return count;
}
