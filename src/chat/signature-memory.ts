import type { SignedTurn } from "./signed-turn.ts";

/**
 * Keeps the signed parts of recent answers by the ids of their calls, for clients that send back
 * nothing else (qwen-code, cline and opencode in `/v1/chat/completions`). A miss costs no more than
 * having no memory, so an implementation may forget at any time.
 *
 * `owner` is whom the answer was for: nobody else may find it. A store may keep it for several
 * machines.
 */
export interface SignatureMemory {
  keep(owner: string, turn: SignedTurn): void;
  /** The turn of this owner that has a call with this id. */
  find(owner: string, callId: string): Promise<SignedTurn | undefined>;
}

export interface MemoryLimits {
  /** The most turns. 0: nothing is kept. */
  readonly turns: number;
  /** The most letters of reasoning and signatures, of all turns together. */
  readonly letters: number;
  /** For how long, in milliseconds. */
  readonly ttlMs: number;
}

/** A turn is some kilobytes; this is one hour's work of many agents. */
const LETTERS = 16 * 1024 * 1024;
const TTL_MS = 60 * 60 * 1000;

export function memoryLimits(turns: number): MemoryLimits {
  return { turns, letters: LETTERS, ttlMs: TTL_MS };
}

/** In this process's memory; what was used the longest time ago is forgotten first. */
export function createSignatureMemory(limits: MemoryLimits, now: () => number): SignatureMemory {
  interface Entry {
    readonly turn: SignedTurn;
    readonly keys: readonly string[];
    readonly until: number;
  }
  /** By the first key, in the order of use. */
  const entries = new Map<string, Entry>();
  const byKey = new Map<string, string>();
  let letters = 0;

  function forget(first: string): void {
    const entry = entries.get(first);
    if (!entry) return;
    entries.delete(first);
    letters -= entry.turn.size;
    for (const key of entry.keys) if (byKey.get(key) === first) byKey.delete(key);
  }

  return {
    keep(owner, turn) {
      if (limits.turns === 0 || turn.size > limits.letters) return;
      const keys = turn.parts.flatMap((part) =>
        "call" in part ? [keyOf(owner, part.call.id)] : [],
      );
      const [first] = keys;
      if (first === undefined) return;
      for (const key of keys) forget(byKey.get(key) ?? key);
      entries.set(first, { turn, keys, until: now() + limits.ttlMs });
      letters += turn.size;
      for (const key of keys) byKey.set(key, first);
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.turns && letters <= limits.letters) break;
        forget(oldest);
      }
    },
    async find(owner, callId) {
      const first = byKey.get(keyOf(owner, callId));
      const entry = first === undefined ? undefined : entries.get(first);
      if (first === undefined || !entry) return undefined;
      if (entry.until < now()) {
        forget(first);
        return undefined;
      }
      entries.delete(first);
      entries.set(first, entry);
      return entry.turn;
    },
  };
}

function keyOf(owner: string, callId: string): string {
  return `${owner}\n${callId}`;
}
