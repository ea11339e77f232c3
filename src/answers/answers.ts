import { ChatError } from "../errors/chat-error.ts";
import type { Platform } from "../platform.ts";
import type { AnswerStore } from "./answer-store.ts";
import { type KeptAnswer, readAnswer } from "./answer-tail.ts";
import {
  type AnswerWriter,
  createAnswerWriter,
  LEASE_MS,
  type StopReason,
} from "./answer-writer.ts";
import { type AnswerHead, type Ending, failedEnding } from "./ending.ts";
import { nameAnswer, nameKey, type Owner } from "./identify.ts";
import type { Seal } from "./seal.ts";

export interface AnswersOptions {
  readonly store: AnswerStore;
  readonly seal: Seal;
  /** `ANSWER_TTL_MS` */
  readonly ttlMs: number;
  /** `ANSWER_MAX_BYTES` */
  readonly maxBytes: number;
  /** `STORE_FAILURE`: `open` makes calls without keeping their answers while the store fails. */
  readonly failure: "closed" | "open";
  readonly now: Platform["now"];
  readonly every: Platform["every"];
  /**
   * The terminal event of an answer whose writer is gone, in its dialect, after that many events.
   */
  encodeInterrupted(head: AnswerHead, after: number): Promise<{ text: string; last: number }>;
}

/** A key that a request has, and what it asks. */
export interface KeyUse {
  readonly path: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** The answers that are kept. Every method rejects with `store_unavailable` if the store fails. */
export interface Answers {
  /** How long an answer is kept after its last event, in milliseconds. */
  readonly ttlMs: number;
  /**
   * Whose the key is now: null if it is this request's own from now on, else the id of the answer
   * that it stands for. Rejects with `idempotency_key_reused`.
   */
  claim(owner: Owner, use: KeyUse, id: string): Promise<string | null>;
  begin(
    owner: Owner,
    head: AnswerHead,
    use: KeyUse | null,
    onStop: (reason: StopReason) => void,
  ): Promise<AnswerWriter>;
  /** Waits up to this long for something after that event. Null if there is no such answer. */
  read(owner: Owner, id: string, after: number, waitMs: number): Promise<KeptAnswer | null>;
  cancel(owner: Owner, id: string): Promise<void>;
}

/** Of an answer that is not kept after all: it waits for its reader, and ends with it. */
const UNKEPT: AnswerWriter = { push() {}, end: () => Promise.resolve(), isTooLarge: true };

/** How long a key may be without its answer's log: its server is just about to begin it. */
const BEGIN_MS = 2000;
const LOOK_MS = 50;

export function createAnswers(options: AnswersOptions): Answers {
  const { store, seal, ttlMs } = options;
  const terms = { ttlMs, leaseMs: LEASE_MS };

  async function interrupt(name: string, head: AnswerHead, epoch: number, last: number) {
    const next = await store.takeOver(name, epoch, terms);
    if (next === null) return;
    const ending: Ending = {
      ...failedEnding(new ChatError("answer_interrupted")),
      hasContent: head.isStream && last > 0,
    };
    const terminal = head.isStream ? await options.encodeInterrupted(head, last) : null;
    const piece = terminal && {
      after: last,
      last: terminal.last,
      text: await seal.seal(terminal.text, `${name}/${last}`),
    };
    const end = await seal.seal(JSON.stringify(ending), `${name}/end`);
    await store.append(name, { epoch: next, piece, end, drop: false }, terms);
  }

  function read(name: string, after: number, waitMs: number): Promise<KeptAnswer | null> {
    return reachable(() =>
      readAnswer(
        {
          store,
          seal,
          name,
          interrupt: (head, { epoch, last }) => interrupt(name, head, epoch, last),
        },
        after,
        waitMs,
      ),
    );
  }

  /** Whether the answer that has the key will never be one: then the key is free. */
  async function isVain(owner: Owner, id: string): Promise<boolean> {
    const name = await nameAnswer(owner, id);
    for (let waitedMs = 0; waitedMs < BEGIN_MS; waitedMs += LOOK_MS) {
      const kept = await read(name, Number.MAX_SAFE_INTEGER, 0).catch(asGone);
      if (kept) return kept.ending?.error != null && !kept.ending.hasContent;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return true;
  }

  async function claim(owner: Owner, use: KeyUse, id: string): Promise<string | null> {
    const key = await nameKey(owner, use.path, use.key);
    const holder = `${id}:${use.fingerprint}`;
    let instead: string | null = null;
    for (;;) {
      const held = await reachable(() => store.claim(key, holder, instead, ttlMs));
      if (held === holder) return null;
      const [heldId = "", heldFor] = held.split(":");
      if (await isVain(owner, heldId)) {
        instead = held;
        continue;
      }
      if (heldFor !== use.fingerprint)
        throw new ChatError("idempotency_key_reused", { param: "Idempotency-Key" });
      return heldId;
    }
  }

  async function begin(
    owner: Owner,
    head: AnswerHead,
    use: KeyUse | null,
    onStop: (reason: StopReason) => void,
  ): Promise<AnswerWriter> {
    const name = await nameAnswer(owner, head.requestId);
    const key = use && (await nameKey(owner, use.path, use.key));
    const sealed = await seal.seal(JSON.stringify(head), `${name}/head`);
    await reachable(() => store.open(name, sealed, terms));
    return createAnswerWriter({
      store,
      seal,
      name,
      terms,
      maxBytes: options.maxBytes,
      now: options.now,
      every: options.every,
      onStop,
      async onRenew() {
        if (key === null || use === null) return;
        const holder = `${head.requestId}:${use.fingerprint}`;
        await store.claim(key, holder, holder, ttlMs);
      },
    });
  }

  async function orOpen<T>(operation: () => Promise<T>, instead: T): Promise<T> {
    try {
      return await operation();
    } catch (thrown) {
      const isOut = thrown instanceof ChatError && thrown.code === "store_unavailable";
      if (isOut && options.failure === "open") return instead;
      throw thrown;
    }
  }

  return {
    ttlMs,
    claim: (owner, use, id) => orOpen(() => claim(owner, use, id), null),
    begin: (owner, head, use, onStop) => {
      // Of what is made in the background nobody would ever hear.
      const begun = () => begin(owner, head, use, onStop);
      return head.isBackground ? begun() : orOpen(begun, UNKEPT);
    },
    read: async (owner, id, after, waitMs) => read(await nameAnswer(owner, id), after, waitMs),
    async cancel(owner, id) {
      const name = await nameAnswer(owner, id);
      await reachable(() => store.cancel(name));
    },
  };
}

/** What cannot be opened any more is as good as gone. */
function asGone(thrown: unknown): null {
  if (thrown instanceof ChatError && thrown.code === "answer_expired") return null;
  throw thrown;
}

/** A store's failure is the caller's 503. */
async function reachable<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (thrown) {
    if (thrown instanceof ChatError) throw thrown;
    throw new ChatError("store_unavailable", { retryAfterSeconds: 1 });
  }
}
