import type { EventStream } from "../../chat/event.ts";
import { raceAbort, throwIfAborted } from "../../errors/abort-reason.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { AnswerCall, Provider, ProviderInfo, UnavailableProvider } from "../provider.ts";
import { leaseAgent } from "./agent-lease.ts";
import { type AgentsApi, createAgentsApi } from "./agents-api.ts";
import { cursorCapabilities } from "./capabilities.ts";
import { readCursorCredential } from "./credentials.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { createAgentId, encodeRequest } from "./encode-request.ts";
import type { CursorConfig } from "./env.ts";
import { readRun } from "./read-run.ts";

/**
 * Cursor through its Cloud Agents API, the only one that is open to other programs. Each call
 * starts an agent without a repository on one of Cursor's machines, reads its answer, and deletes
 * it.
 */
export function createCursorProvider(
  config: CursorConfig,
  deps: ProviderDeps,
): Provider | UnavailableProvider {
  const info: ProviderInfo = {
    name: "cursor",
    aliases: ["cursor-agent"],
    format: "cursor",
    defaultModel: config.CURSOR_DEFAULT_MODEL,
    capabilities: cursorCapabilities,
  };
  const credential = readCursorCredential(config, deps.now());
  if ("reason" in credential) return { ...info, ...credential };
  const api = createAgentsApi(config.CURSOR_BASE_URL, credential.key, deps);
  return {
    ...info,
    available: true,
    open: (call) => openChat(call, api, createAgentId(deps.randomId())),
  };
}

async function openChat(call: AnswerCall, api: AgentsApi, agentId: string): Promise<EventStream> {
  const { signal, model, request } = call;
  const agent = encodeRequest(call, agentId);
  throwIfAborted(signal);
  const lease = leaseAgent(api, agent);
  call.waitUntil(lease.done);
  const onAbort = () => lease.release("running");
  signal.addEventListener("abort", onAbort);
  void lease.done.then(() => signal.removeEventListener("abort", onAbort));
  try {
    const run = await raceAbort(lease.created, signal);
    const decoder = createAnswerDecoder({
      runId: run.runId,
      model: model.id,
      showReasoning: request.reasoning?.visible !== false,
    });
    return readRun({
      stream: await api.openStream(run, decoder, undefined, call),
      decoder,
      reopen: (lastEventId) => api.openStream(run, decoder, lastEventId, call),
      readUsage: () => api.readUsage(run, signal),
      onFinish: lease.release,
    });
  } catch (thrown) {
    lease.release("running");
    throw thrown;
  }
}
