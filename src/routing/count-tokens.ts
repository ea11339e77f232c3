import type { TokenCount } from "../providers/provider.ts";
import type { AttemptCall } from "./attempt.ts";
import { callFitted } from "./fit-call.ts";
import type { Target } from "./select-target.ts";

/** Lets the target count the prompt's tokens; null if it cannot count without generating. */
export async function countTokens(target: Target, call: AttemptCall): Promise<TokenCount | null> {
  const { provider, model } = target;
  call.target = target;
  const { countTokens: count } = provider;
  if (!count) return null;
  return callFitted(call.request, target, call.warn, (request, warn) =>
    count({ ...call, request, warn, model, stream: false }),
  );
}
