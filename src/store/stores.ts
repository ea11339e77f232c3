import type { AnswerStore } from "../answers/answer-store.ts";
import type { RevocationStore } from "../auth/revocation.ts";
import type { LimitStore } from "../limits/limit-store.ts";

export interface Stores {
  readonly kind: "memory" | "redis" | "durable_object";
  readonly limits: LimitStore;
  readonly revocations: RevocationStore;
  readonly answers: AnswerStore;
}
