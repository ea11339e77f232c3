import { DurableObject } from "cloudflare:workers";
import type { Addition, Terms } from "../answers/answer-store.ts";
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

  claimKey(key: string, holder: string, instead: string | null, ttlMs: number) {
    return this.#object.claimKey(key, holder, instead, ttlMs);
  }

  openAnswer(name: string, head: string, terms: Terms) {
    return this.#object.openAnswer(name, head, terms);
  }

  appendAnswer(name: string, addition: Addition, terms: Terms) {
    return this.#object.appendAnswer(name, addition, terms);
  }

  readAnswer(name: string, after: number, waitMs: number) {
    return this.#object.readAnswer(name, after, waitMs);
  }

  cancelAnswer(name: string) {
    return this.#object.cancelAnswer(name);
  }

  takeOverAnswer(name: string, epoch: number, terms: Terms) {
    return this.#object.takeOverAnswer(name, epoch, terms);
  }

  alarm() {
    return this.#object.alarm();
  }
}
