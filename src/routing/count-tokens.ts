import type { TokenCount } from "../providers/provider.ts";
import type { AttemptCall } from "./attempt.ts";
import { fitRequest } from "./fit-request.ts";
import type { Target } from "./select-target.ts";

/** Lets the target count the prompt's tokens; null if it cannot count without generating. */
export async function countTokens(target: Target, call: AttemptCall): Promise<TokenCount | null> {
  const { provider, model } = target;
  call.target = target;
  if (!provider.countTokens) return null;
  const request = fitRequest(call.request, target, call.warn);
  return provider.countTokens({ ...call, request, model, stream: false });
}
