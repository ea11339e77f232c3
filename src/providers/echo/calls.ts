import type { EventStream } from "../../chat/event.ts";
import { abortReason } from "../../errors/abort-reason.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { ProviderDeps } from "../../platform.ts";
import { sleep } from "../../upstream/sleep.ts";
import type { ProviderCall } from "../provider.ts";
import { createAnswer } from "./create-answer.ts";
import { ECHO_FAULTS, failByCode, findFault, type Step } from "./faults.ts";

export { embed } from "./embed.ts";

export function openAnswer(
  call: ProviderCall,
  deps: Pick<ProviderDeps, "randomId" | "timeouts">,
): EventStream {
  const model = call.model.id;
  failByCode(model);
  const answer = createAnswer(call.request, model, deps.randomId);
  if (model === "echo") return playSteps([answer], call);
  const found = findFault(model);
  if (!found) {
    const names = ECHO_FAULTS.map(({ name }) => name).join(", ");
    throw new ChatError("model_not_found", {
      param: "model",
      message: `echo has the models echo, echo-fail-<code>, ${names}.`,
    });
  }
  return playSteps(found.fault.play(answer, found.n, deps.timeouts), call);
}

function playSteps(steps: readonly Step[], call: ProviderCall): EventStream {
  let next = 0;
  const closing = new AbortController();
  const waits = steps.some((step) => "waitMs" in step);
  const ended = waits ? AbortSignal.any([call.signal, closing.signal]) : call.signal;

  return {
    format: null,
    async read() {
      for (;;) {
        const step = steps[next];
        if (!step) return null;
        if ("waitMs" in step) await sleep(step.waitMs, ended);
        if (call.signal.aborted) {
          next = steps.length;
          const error = abortReason(call.signal);
          return [error.code === "cancelled" ? { type: "cancelled" } : { type: "error", error }];
        }
        next += 1;
        if (!("waitMs" in step) && step.length > 0) return step;
      }
    },
    close() {
      next = steps.length;
      closing.abort();
    },
  };
}
