import type { EventStream } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject } from "../../json/json-object.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import { type JsonCall, requestJson } from "../../upstream/request-json.ts";
import type { ProviderCall } from "../provider.ts";
import type { CreateAgentRequest } from "./agents.ts";
import type { RunDecoder } from "./decode-answer.ts";
import { mapUsage } from "./map-usage.ts";
import { readErrorBody } from "./read-error.ts";

/** The usage is optional: the end of an answer waits for it no longer than this. */
const USAGE_TIMEOUT_MS = 3000;
/** Cancelling and deleting happen when nobody waits for them. */
const CLEANUP_TIMEOUT_MS = 10_000;
/** How long an account that may not read its usage is not asked for it again. */
const USAGE_CLOSED_MS = 60 * 60 * 1000;

/** An agent and its only run. */
export interface Run {
  agentId: string;
  runId: string;
}

/** The calls of Cursor's Cloud Agents API that a chat needs. */
export interface AgentsApi {
  createAgent(request: CreateAgentRequest): Promise<Run>;
  openStream(
    run: Run,
    decoder: RunDecoder,
    lastEventId: string | undefined,
    call: Pick<ProviderCall, "signal" | "traceparent">,
  ): Promise<EventStream>;
  /** Null if Cursor gives none (early access), or not in time. Never rejects. */
  readUsage(run: Run, signal: AbortSignal): Promise<Usage | null>;
  cancelRun(run: Run): Promise<void>;
  deleteAgent(agentId: string): Promise<void>;
}

/** `baseUrl` is `CURSOR_BASE_URL`, `key` comes from `readCursorCredential`. */
export function createAgentsApi(baseUrl: string, key: string, deps: ProviderDeps): AgentsApi {
  const authorization = `Bearer ${key}`;
  let usageClosedUntilMs = 0;

  function call(
    method: JsonCall["method"],
    path: string,
    options: { body?: string; signal?: AbortSignal; timeoutMs: number },
  ) {
    const { body, signal, timeoutMs } = options;
    const request: JsonCall = {
      method,
      url: `${baseUrl}${path}`,
      headers: { authorization },
      // Without a caller's signal a call runs to its end: a forgotten agent would go on, and cost.
      signal: signal ?? new AbortController().signal,
      timeoutMs,
      readErrorBody,
    };
    if (body !== undefined) {
      request.body = body;
      request.headers["content-type"] = "application/json";
    }
    return requestJson(request, deps);
  }

  return {
    async createAgent(request) {
      const answer = await call("POST", "/v1/agents", {
        body: JSON.stringify(request),
        timeoutMs: deps.timeouts.headersMs,
      });
      const run: unknown = answer.run;
      if (!isJsonObject(run) || typeof run.id !== "string" || run.id === "") {
        throw new ChatError("upstream_invalid_response", { logReason: "run" });
      }
      return { agentId: request.agentId, runId: run.id };
    },

    openStream(run, decoder, lastEventId, { signal, traceparent }) {
      const headers: Record<string, string> = { authorization, accept: "text/event-stream" };
      if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
      return openUpstream(
        {
          method: "GET",
          url: `${baseUrl}${pathOf(run)}/stream`,
          headers,
          stream: true,
          signal,
          traceparent,
          format: "cursor",
          createAnswerDecoder: () => decoder,
          readErrorBody,
        },
        deps,
      );
    },

    async readUsage({ agentId, runId }, signal) {
      if (deps.now() < usageClosedUntilMs) return null;
      const path = `/v1/agents/${encodeURIComponent(agentId)}/usage?runId=${encodeURIComponent(runId)}`;
      try {
        return mapUsage(await call("GET", path, { signal, timeoutMs: USAGE_TIMEOUT_MS }));
      } catch (thrown) {
        if (thrown instanceof ChatError && thrown.upstreamStatus === 403)
          usageClosedUntilMs = deps.now() + USAGE_CLOSED_MS;
        return null;
      }
    },

    async cancelRun(run) {
      await call("POST", `${pathOf(run)}/cancel`, { timeoutMs: CLEANUP_TIMEOUT_MS });
    },

    async deleteAgent(agentId) {
      await call("DELETE", `/v1/agents/${encodeURIComponent(agentId)}`, {
        timeoutMs: CLEANUP_TIMEOUT_MS,
      });
    },
  };
}

function pathOf({ agentId, runId }: Run): string {
  return `/v1/agents/${encodeURIComponent(agentId)}/runs/${encodeURIComponent(runId)}`;
}
