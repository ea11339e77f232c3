import { DurableObject } from "cloudflare:workers";
import type { Addition, Terms } from "../answers/answer-store.ts";
import type { Revocation } from "../auth/revocation.ts";
import { lazy } from "../lazy.ts";
import type { Entry } from "../limits/bucket.ts";
import type { HoldRequest, SettleRequest } from "../limits/limit-store.ts";
import type { ObjectStorage, StoreObject } from "../store/store-object.ts";

/**
 * The Durable Object class that wrangler.toml binds to STORE: its methods are called by RPC. What
 * they do is loaded with the first call, because each Worker starts with this class.
 */
export class StoreDurableObject extends DurableObject {
  readonly #object: () => StoreObject | Promise<StoreObject>;

  constructor(context: { storage: ObjectStorage }, env: unknown) {
    super(context, env);
    this.#object = lazy(async () => {
      const { createStoreObject } = await import("../store/store-object.ts");
      return createStoreObject(context.storage, Date.now);
    });
  }

  async hold(request: HoldRequest) {
    return (await this.#object()).hold(request);
  }

  async settle(request: SettleRequest) {
    return (await this.#object()).settle(request);
  }

  async undo(request: HoldRequest) {
    return (await this.#object()).undo(request);
  }

  async read(entries: readonly Entry[]) {
    return (await this.#object()).read(entries);
  }

  async revoke(revocation: Revocation) {
    return (await this.#object()).revoke(revocation);
  }

  async list(since: string | null) {
    return (await this.#object()).list(since);
  }

  async claimKey(key: string, holder: string, instead: string | null, ttlMs: number) {
    return (await this.#object()).claimKey(key, holder, instead, ttlMs);
  }

  async openAnswer(name: string, head: string, terms: Terms) {
    return (await this.#object()).openAnswer(name, head, terms);
  }

  async appendAnswer(name: string, addition: Addition, terms: Terms) {
    return (await this.#object()).appendAnswer(name, addition, terms);
  }

  async readAnswer(name: string, after: number, waitMs: number) {
    return (await this.#object()).readAnswer(name, after, waitMs);
  }

  async cancelAnswer(name: string) {
    return (await this.#object()).cancelAnswer(name);
  }

  async takeOverAnswer(name: string, epoch: number, terms: Terms) {
    return (await this.#object()).takeOverAnswer(name, epoch, terms);
  }

  async alarm() {
    return (await this.#object()).alarm();
  }
}
