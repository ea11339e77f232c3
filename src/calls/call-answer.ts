import type { Attempt } from "../chat/attempt.ts";
import type { Warning } from "../chat/event.ts";
import type { Format } from "../chat/format.ts";
import type { Cost } from "../chat/model.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { Usage } from "../chat/usage.ts";
import type { AnswerContext, KeptContext } from "../dialects/dialect.ts";
import type { AttemptCall } from "../routing/attempt.ts";
import type { Target } from "../routing/select-target.ts";
import type { Admission } from "./admission.ts";

/** What a dialect may report of a call: until a target answers, it is about the first one. */
export class CallAnswer implements AnswerContext {
  readonly requestId: string;
  readonly request: ChatRequest;
  readonly attempts: readonly Attempt[];
  readonly brokenCalls: ReadonlySet<number>;
  readonly startedAt: number;
  readonly kept: KeptContext | undefined;
  readonly #admission: Admission;
  readonly #call: AttemptCall;

  constructor(admission: Admission, call: AttemptCall, brokenCalls: ReadonlySet<number>) {
    const { context, request, kept } = admission;
    this.requestId = context.requestId;
    this.request = request;
    this.attempts = call.attempts;
    this.brokenCalls = brokenCalls;
    this.startedAt = context.startedAt;
    this.kept = kept;
    this.#admission = admission;
    this.#call = call;
  }

  get warnings(): readonly Warning[] {
    const { dialect, request } = this.#admission;
    return this.#call.warnings.map((warning) => ({
      ...warning,
      param: dialect.nameParam?.(warning.param, request) ?? warning.param,
    }));
  }

  get target(): AnswerContext["target"] {
    const { provider, model } = this.#target;
    return { provider: provider.name, model: model.id };
  }

  get isFallback(): boolean {
    const { target } = this.#call;
    return target !== null && target !== this.#admission.targets[0];
  }

  get format(): Format | null {
    return this.#target.provider.format;
  }

  get servedBy(): string | null {
    const { target } = this.#call;
    return target && `${target.provider.name}/${target.model.id}`;
  }

  /** A function by itself, because a dialect may pass it on. */
  readonly cost = (usage: Usage | null): Cost | null => this.#call.price(this.#target, usage);

  get #target(): Target {
    return this.#call.target ?? this.#admission.targets[0];
  }
}
