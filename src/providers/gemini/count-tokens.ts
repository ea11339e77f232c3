import { readCount } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import type { GenerateRequest } from "./request.ts";
import type { TransportName } from "./transport.ts";

/**
 * The body of `countTokens`. The Gemini API takes either contents or a whole request; Vertex AI
 * takes only the fields that make up the prompt, and refuses all others.
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
  // Google leaves out a zero, but every prompt has at least one token.
  const count = readCount(totalTokens);
  if (count === undefined) throw new ChatError("upstream_invalid_response", { logReason: "count" });
  return count;
}
