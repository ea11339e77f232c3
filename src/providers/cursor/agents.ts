/**
 * Cursor's Cloud Agents API v1, as far as a chat needs it
 * (cursor.com/docs/cloud-agent/api/endpoints, OpenAPI of August 2026).
 */

/** Either `data` with `mimeType`, or only `url`, which Cursor fetches. */
export type AgentImage = { data: string; mimeType: string } | { url: string };

/** The most images that one prompt may have. */
export const MAX_IMAGES = 5;
export const IMAGE_TYPES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
]);
/** The longest display name of an agent. */
export const MAX_NAME_LENGTH = 100;

/**
 * `POST /v1/agents`. Without `repos` and `env` the agent has no repository; without `model` it uses
 * the account's default model.
 */
export interface CreateAgentRequest {
  /**
   * `bc-<uuid>`, chosen by us, so that an agent can be deleted even if its creation was never
   * answered.
   */
  agentId: string;
  name: string;
  prompt: { text: string; images?: AgentImage[] };
  model?: { id: string; params?: unknown };
  mode?: unknown;
}

/** The events of `GET /v1/agents/{id}/runs/{runId}/stream`, by their SSE names. */
export const RUN_EVENTS = {
  /** `{runId, status}`; has no id, and is repeated at the start of every connection. */
  status: "status",
  /** `{text}`: the next piece of the agent's answer. */
  assistant: "assistant",
  /** `{text}`: the next piece of its reasoning. */
  thinking: "thinking",
  /**
   * `{callId, name, status, args, result}`: one of the agent's own tools, run on its own machine.
   */
  toolCall: "tool_call",
  /** Repeats the events above in more detail, under the same ids. */
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

/** `GET /v1/agents/{id}/usage`. All counts of a run without recorded usage are zero. */
export const USAGE_COUNTS = [
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "totalTokens",
] as const;
export type RunUsage = Record<(typeof USAGE_COUNTS)[number], number>;
