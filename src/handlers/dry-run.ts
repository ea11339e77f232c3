import type { Policy } from "../auth/policy.ts";
import type { Principal } from "../auth/principal.ts";
import { createMeter } from "../calls/meter.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { type Demand, demandOf } from "../chat/demand.ts";
import type { Warning } from "../chat/event.ts";
import type { ChatRequest } from "../chat/request.ts";
import { encodeErrorBody } from "../dialects/chat/encode-error.ts";
import type { DryRunBody } from "../dialects/chat/response.ts";
import { toChatError } from "../errors/chat-error.ts";
import { reportStanding } from "../limits/standing.ts";
import { estimateCost } from "../routing/estimate-cost.ts";
import { fitRequest } from "../routing/fit-request.ts";
import type { Target } from "../routing/select-target.ts";
import type { Selection } from "../routing/select-targets.ts";
import { createWarningSink } from "../routing/warning-sink.ts";
import type { Server } from "./server.ts";

export interface DryRun extends Selection {
  readonly request: ChatRequest;
  /** That of the request as each target would get it, if undefined. */
  readonly demand?: Demand;
}

/** What a call would do (`dry_run`). No vendor is called, and nothing is counted. */
export async function describeDryRun(
  chosen: DryRun,
  { policy }: Principal,
  server: Server,
  { requestId }: RequestContext,
): Promise<DryRunBody> {
  const { targets, skipped, deadlineMs, hedgeAfterMs } = chosen;
  const standings = await server.limiter.read(policy.buckets);
  return {
    dry_run: true,
    request_id: requestId,
    targets: targets.map((target) => describeTarget(chosen, target, policy, server, requestId)),
    skipped: [...skipped],
    deadline_ms: deadlineMs ?? null,
    hedge_after_ms: hedgeAfterMs ?? null,
    limits: standings.map(reportStanding),
  };
}

function describeTarget(
  { request, demand: given }: DryRun,
  target: Target,
  policy: Policy,
  { catalog, platform, meter }: Server,
  requestId: string,
): DryRunBody["targets"][number] {
  const warnings: Warning[] = [];
  let error: DryRunBody["targets"][number]["error"] = null;
  let demand = given ?? demandOf(request);
  try {
    const sink = createWarningSink(request.strict ?? false, warnings);
    const fitted = fitRequest(request, target, sink);
    demand = given ?? demandOf(fitted);
    const targets = [target];
    const startedAt = platform.now();
    // Throws what the call would be refused with: no price, or too long a prompt.
    createMeter({ ...meter, demand, targets, policy, catalog, startedAt }).estimate();
  } catch (thrown) {
    error = encodeErrorBody(toChatError(thrown), requestId);
  }
  return {
    provider: target.provider.name,
    model: target.model.id,
    warnings,
    error,
    estimated_cost: estimateCost(demand, target, catalog, platform.now()),
  };
}
