import { ChatError } from "../../errors/chat-error.ts";
import { sleep } from "../../upstream/sleep.ts";
import type { CreateAgentRequest } from "./agents.ts";
import type { AgentsApi, Run } from "./agents-api.ts";

/**
 * Waits before a failed deletion is tried again. A Worker lives for half a minute after its answer.
 */
const DELETE_AGAIN_AFTER_MS = [1000, 5000];

/** An agent, from its creation to its deletion at Cursor. */
export interface AgentLease {
  readonly created: Promise<Run>;
  /** Settles when the agent is deleted, or when deleting it was given up. Never rejects. */
  readonly done: Promise<void>;
  /**
   * Cancels the run if it may still be running, and deletes the agent. Returns at once; only the
   * first call has an effect.
   */
  release(state: "running" | "over"): void;
}

/**
 * Creates an agent that is always deleted in the end. Its creation is not aborted when the caller
 * leaves: Cursor may have created it by then, and only the answer names the run to cancel.
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

/**
 * Whether Cursor refused the creation, so that there is no agent. After a timeout or a broken
 * connection there may be one.
 */
function isRefusal(thrown: unknown): boolean {
  const status = thrown instanceof ChatError ? (thrown.upstreamStatus ?? 0) : 0;
  return status >= 400 && status < 500 && status !== 408;
}

/**
 * `isKnown`: whether Cursor reported the agent. Otherwise it may come into being a little later.
 */
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
