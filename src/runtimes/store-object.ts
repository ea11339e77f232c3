import { DurableObject } from "cloudflare:workers";
import type { Revocation } from "../auth/revocation.ts";
import type { Entry } from "../limits/bucket.ts";
import type { HoldRequest, SettleRequest } from "../limits/limit-store.ts";
import { createStoreObject, type ObjectStorage, type StoreObject } from "../store/store-object.ts";

/** The Durable Object class that wrangler.toml binds to STORE: its methods are called by RPC. */
export class StoreDurableObject extends DurableObject {
  readonly #object: StoreObject;

  constructor(context: { storage: ObjectStorage }, env: unknown) {
    super(context, env);
    this.#object = createStoreObject(context.storage, Date.now);
  }

  hold(request: HoldRequest) {
    return this.#object.hold(request);
  }

  settle(request: SettleRequest) {
    return this.#object.settle(request);
  }

  undo(request: HoldRequest) {
    return this.#object.undo(request);
  }

  read(entries: readonly Entry[]) {
    return this.#object.read(entries);
  }

  revoke(revocation: Revocation) {
    return this.#object.revoke(revocation);
  }

  list(since: string | null) {
    return this.#object.list(since);
  }

  alarm() {
    return this.#object.alarm();
  }
}
