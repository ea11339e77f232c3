import type { Principal } from "../auth/principal.ts";
import type { Scope } from "../auth/scope.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Target } from "../routing/select-target.ts";

/** Throws `forbidden` for a token without this scope. */
export function requireScope({ policy }: Principal, scope: Scope): void {
  if (!policy.hasScope(scope))
    throw new ChatError("forbidden", { message: `The token's scope lacks ${scope}.` });
}

/** What a token may call, of what its request asks for. */
export interface Authorized {
  /** With the token's `max_output_tokens` if the request sets no limit of its own. */
  readonly request: ChatRequest;
  /** Without the targets that the token may not call. */
  readonly targets: [Target, ...Target[]];
}

/** Throws `forbidden` for a target that the token may not call. */
export function requireModel({ policy }: Principal, { provider, model }: Target): void {
  if (!policy.allowsModel(provider.name, model.id)) throw modelForbidden(provider.name, model.id);
}

function modelForbidden(provider: string, model: string): ChatError {
  return new ChatError("forbidden", {
    param: "model",
    message: `The token's policy (models) does not allow ${provider}/${model}.`,
  });
}

/** Throws `forbidden`, naming the claim, for what the token does not allow. */
export function authorize(
  { policy }: Principal,
  request: ChatRequest,
  targets: readonly Target[],
): Authorized {
  const [first, ...others] = targets.filter(({ provider, model }) =>
    policy.allowsModel(provider.name, model.id),
  );
  if (!first) {
    const [{ provider, model } = { provider: { name: "" }, model: { id: "" } }] = targets;
    throw modelForbidden(provider.name, model.id);
  }
  return { request: capOutput(request, policy.maxOutputTokens), targets: [first, ...others] };
}

function capOutput(request: ChatRequest, maxOutputTokens: number | null): ChatRequest {
  if (maxOutputTokens === null) return request;
  if (maxOutputTokens === 0 || (request.max_tokens ?? 0) > maxOutputTokens)
    throw new ChatError("forbidden", {
      param: "max_tokens",
      message: `The token's policy (max_output_tokens) allows at most ${maxOutputTokens} tokens of output.`,
    });
  return request.max_tokens === undefined ? { ...request, max_tokens: maxOutputTokens } : request;
}
