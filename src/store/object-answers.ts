import type { AnswerStore } from "../answers/answer-store.ts";
import type { GetStoreObject, StoreObjectStub } from "./object-limits.ts";
import { within } from "./within.ts";

/**
 * A Worker may make 10,000 subrequests for one request, and 50 without a paid plan (Cloudflare's
 * page on limits, 2026-11): this lets an answer run for half an hour.
 */
const GATHER_MS = 200;

/**
 * Each answer in an object of its own, and each key: no object is asked more than one answer needs.
 */
export function createDurableObjectAnswers(
  getObject: GetStoreObject,
  timeoutMs: number,
): AnswerStore {
  const ofKey = (key: string) => getObject(`answer-keys/${key}`);
  const ask = <T>(name: string, operation: (object: StoreObjectStub) => Promise<T>, waitMs = 0) =>
    within(timeoutMs + waitMs, operation(getObject(`answers/${name}`)));

  return {
    gatherMs: GATHER_MS,
    claim: (key, holder, instead, ttlMs) =>
      within(timeoutMs, ofKey(key).claimKey(key, holder, instead, ttlMs)),
    open: (name, head, terms) => ask(name, (object) => object.openAnswer(name, head, terms)),
    append: (name, addition, terms) =>
      ask(name, (object) => object.appendAnswer(name, addition, terms)),
    read: (name, after, waitMs) =>
      ask(name, (object) => object.readAnswer(name, after, waitMs), waitMs),
    cancel: (name) => ask(name, (object) => object.cancelAnswer(name)),
    takeOver: (name, epoch, terms) =>
      ask(name, (object) => object.takeOverAnswer(name, epoch, terms)),
  };
}
