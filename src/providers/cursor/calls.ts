import type { EventStream } from "../../chat/event.ts";
import { raceAbort, throwIfAborted } from "../../errors/abort-reason.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { AnswerCall } from "../provider.ts";
import { leaseAgent } from "./agent-lease.ts";
import { type AgentsApi, createAgentsApi } from "./agents-api.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { createAgentId, encodeRequest } from "./encode-request.ts";
import { readRun } from "./read-run.ts";

/** The calls of one account. */
export function createCalls(baseUrl: string, key: string, deps: ProviderDeps) {
  const api = createAgentsApi(baseUrl, key, deps);
  return {
    openAnswer: (call: AnswerCall) => openAnswer(call, api, createAgentId(deps.randomId())),
  };
}

async function openAnswer(call: AnswerCall, api: AgentsApi, agentId: string): Promise<EventStream> {
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
