import type { EncodeCall } from "../../chat/encode-call.ts";
import type { EventStream } from "../../chat/event.ts";
import type { UpstreamCall } from "../../upstream/open-upstream.ts";
import type { ClaudeRequest } from "./encode-request.ts";

/**
 * A beta that Anthropic's API demands with an OAuth token. It describes the transport's credential,
 * so a caller's own is never passed on.
 */
export const OAUTH_BETA = "oauth-2025-04-20";

/** How an answer is read; the transport provides the rest of an upstream call. */
export type AnswerReading = Pick<
  UpstreamCall,
  "stream" | "signal" | "traceparent" | "format" | "createAnswerDecoder" | "readErrorBody"
>;

/**
 * The way to a server of Anthropic's Messages format: Anthropic's own API, or a cloud that serves
 * Claude.
 */
export interface ClaudeTransport {
  /** Whether it accepts system messages in the middle of a conversation. */
  readonly systemTurns: boolean;
  /** The request without what this server refuses; the same one if it takes everything. */
  limit(request: ClaudeRequest, warn: EncodeCall["warn"]): ClaudeRequest;
  /**
   * Sends a request with `openUpstream`: adds the URL, headers and credentials, and adapts the body
   * (on Vertex AI the model is in the URL, for example). `body.stream` selects a streamed answer.
   */
  open(
    endpoint: ClaudeEndpoint,
    request: ClaudeRequest,
    reading: AnswerReading,
  ): Promise<EventStream>;
}

export type ClaudeEndpoint = "messages" | "count_tokens";
