import { ChatError } from "../../errors/chat-error.ts";
import { sleep } from "../../upstream/sleep.ts";
import type { CreateAgentRequest } from "./agents.ts";
import type { AgentsApi, Run } from "./agents-api.ts";

/** A deletion that failed is tried again after these waits; a Worker lives on for half a minute after its answer. */
const DELETE_AGAIN_AFTER_MS = [1000, 5000];

/** An agent from its creation until it is gone at Cursor. */
export interface AgentLease {
  readonly created: Promise<Run>;
  /** Settles when the agent is deleted, or given up. Never rejects. */
  readonly done: Promise<void>;
  /** Cancels the run where it may still be under way, and deletes the agent. Returns at once; only the first call counts. */
  release(state: "running" | "over"): void;
}

/**
 * Creates an agent that will be deleted whatever becomes of the call. Its creation is not broken off when the caller leaves: Cursor
 * may have made it by then, and only the answer names the run that has to be cancelled.
 */
export function leaseAgent(api: AgentsApi, request: CreateAgentRequest): AgentLease {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const created = api.createAgent(request);
  let released = false;

  async function remove(state: "running" | "over"): Promise<void> {
    let run: Run | undefined;
    try {
      run = await created;
    } catch (thrown) {
      if (isRefusal(thrown)) return;
    }
    if (run && state === "running") await api.cancelRun(run).catch(() => {});
    await deleteAgent(api, request.agentId, run !== undefined);
  }
  function release(state: "running" | "over"): void {
    if (released) return;
    released = true;
    remove(state).then(resolve, () => resolve());
  }
  created.catch(() => release("over"));
  return { created, done, release };
}

/** A clear no to the creation: there is no agent. After a timeout or a broken connection there may be one. */
function isRefusal(thrown: unknown): boolean {
  const status = thrown instanceof ChatError ? (thrown.upstreamStatus ?? 0) : 0;
  return status >= 400 && status < 500 && status !== 408;
}

/** `isKnown`: whether Cursor told us of the agent. One of which it did not may come into being a little later. */
async function deleteAgent(api: AgentsApi, agentId: string, isKnown: boolean): Promise<void> {
  for (const waitMs of [...DELETE_AGAIN_AFTER_MS, null]) {
    try {
      return await api.deleteAgent(agentId);
    } catch (thrown) {
      if (!(thrown instanceof ChatError) || waitMs === null) return;
      if (!thrown.retryable && (isKnown || thrown.upstreamStatus !== 404)) return;
      await sleep(waitMs);
    }
  }
}
