import type { Bearer } from "./bearer.ts";
import type { Policy } from "./policy.ts";

/** The authenticated caller, and what it may use. */
export interface Principal extends Bearer {
  readonly policy: Policy;
}
