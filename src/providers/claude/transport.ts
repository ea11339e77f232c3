import type { EventStream } from "../../chat/event.ts";
import type { UpstreamCall } from "../../upstream/open-upstream.ts";
import type { ClaudeRequest } from "./encode-request.ts";

/** What Anthropic's API demands with an OAuth token. It speaks of a transport's credential, so a caller's own is never passed on. */
export const OAUTH_BETA = "oauth-2025-04-20";

/** How an answer is read; the rest of an upstream call is the transport's. */
export type AnswerReading = Pick<
  UpstreamCall,
  "stream" | "signal" | "format" | "createAnswerDecoder" | "readErrorBody"
>;

/** The way to a server that speaks Anthropic's Messages format: Anthropic's own API, or a cloud that serves Claude. */
export interface ClaudeTransport {
  /** Whether it lets system messages inside a conversation pass. */
  readonly systemTurns: boolean;
  /**
   * Sends a request by `openUpstream`: adds where it goes, with which headers and credentials, and gives the body the form that this
   * way wants (Vertex AI, for one, has the model in the URL). `body.stream` says whether the answer is to be streamed.
   */
  open(
    endpoint: ClaudeEndpoint,
    request: ClaudeRequest,
    reading: AnswerReading,
  ): Promise<EventStream>;
}

export type ClaudeEndpoint = "messages" | "count_tokens";
