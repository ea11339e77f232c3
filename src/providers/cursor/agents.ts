/** Cursor's Cloud Agents API v1, as far as a chat needs it (cursor.com/docs/cloud-agent/api/endpoints, OpenAPI of August 2026). */

/** Either `data` with `mimeType`, or `url` alone, which Cursor fetches. */
export type AgentImage = { data: string; mimeType: string } | { url: string };

/** At most this many images in one prompt. */
export const MAX_IMAGES = 5;
export const IMAGE_TYPES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
]);
/** Longest display name of an agent. */
export const MAX_NAME_LENGTH = 100;

/** `POST /v1/agents`. Without `repos` and `env` the agent has no repository; without `model` the account's default model works. */
export interface CreateAgentRequest {
  /** `bc-<uuid>`, chosen by us: an agent whose creation we did not see through can be deleted all the same. */
  agentId: string;
  name: string;
  prompt: { text: string; images?: AgentImage[] };
  model?: { id: string; params?: unknown };
  mode?: unknown;
}

/** The events of `GET /v1/agents/{id}/runs/{runId}/stream`, by their SSE names. */
export const RUN_EVENTS = {
  /** `{runId, status}`; without an id, and said again at the top of every connection. */
  status: "status",
  /** `{text}`: the next piece of what the agent says. */
  assistant: "assistant",
  /** `{text}`: the next piece of what it thinks. */
  thinking: "thinking",
  /** `{callId, name, status, args, result}`: a tool of the agent's own, in its own machine. */
  toolCall: "tool_call",
  /** Says again, at more length, what the events above say, under the same ids. */
  interactionUpdate: "interaction_update",
  heartbeat: "heartbeat",
  /** `{runId, status, text?, durationMs?, git?, error?}`: the run is over. */
  result: "result",
  /** `{code, message}` */
  error: "error",
  done: "done",
} as const;

/** The statuses of a run that is over. */
export const RUN_ENDS = ["FINISHED", "ERROR", "CANCELLED", "EXPIRED"] as const;
export type RunEnd = (typeof RUN_ENDS)[number];

/** `GET /v1/agents/{id}/usage`. A run without recorded usage has zeros in all of them. */
export const USAGE_COUNTS = [
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "totalTokens",
] as const;
export type RunUsage = Record<(typeof USAGE_COUNTS)[number], number>;
