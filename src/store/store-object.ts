import type {
  Addition,
  Reading as AnswerReading,
  AppendResult,
  Terms,
} from "../answers/answer-store.ts";
import {
  type Revocation,
  type RevocationList,
  revocationKey,
  revocationSchema,
} from "../auth/revocation.ts";
import { applyHold, applySettle, applyUndo, readStates } from "../limits/apply.ts";
import type { Entry } from "../limits/bucket.ts";
import type { HoldRequest, HoldResult, Reading, SettleRequest } from "../limits/limit-store.ts";
import { createSqliteAnswers } from "./sqlite-answers.ts";
import { createSqliteRows, type SqlStorage } from "./sqlite-rows.ts";

/** The part of a Durable Object's storage that is used here. */
export interface ObjectStorage {
  readonly sql: SqlStorage;
  /** Rolls back if the callback throws; a callback that returns a promise is not rolled back. */
  transactionSync<T>(callback: () => T): T;
  setAlarm(atMs: number): Promise<void>;
}

/** How often an object looks for what has expired. */
const SWEEP_MS = 3_600_000;

/**
 * What one Durable Object does: it keeps the limits of one home, the revocations, an answer or a
 * key. Each operation is one synchronous transaction: an object's gates do not keep apart what
 * awaits in between, and a method that throws undoes nothing by itself.
 */
export function createStoreObject(storage: ObjectStorage, now: () => number) {
  const rows = createSqliteRows(storage.sql);
  const answers = createSqliteAnswers(storage.sql);
  /** Readers that wait for more of this object's answer. */
  let waiting: (() => void)[] = [];
  storage.sql.exec(
    "create table if not exists revocation (key text primary key, body text not null, until integer not null) strict, without rowid",
  );
  storage.sql.exec(
    "create table if not exists version (one integer primary key, number integer not null) strict",
  );
  let hasAlarm = false;

  function transact<T>(operation: (nowMs: number) => T): T {
    const time = now();
    const result = storage.transactionSync(() => operation(time));
    if (!hasAlarm) {
      hasAlarm = true;
      // Not awaited: the write is gated before the answer all the same.
      storage.setAlarm(time + SWEEP_MS).catch(() => {
        hasAlarm = false;
      });
    }
    return result;
  }

  function wake(): void {
    const resolves = waiting;
    waiting = [];
    for (const resolve of resolves) resolve();
  }

  function waitFor(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  return {
    hold: (request: HoldRequest): HoldResult => transact((time) => applyHold(rows, request, time)),
    settle: (request: SettleRequest): Reading =>
      transact((time) => applySettle(rows, request, time)),
    undo: (request: HoldRequest): Reading => transact((time) => applyUndo(rows, request, time)),
    read: (entries: readonly Entry[]): Reading => readStates(rows, entries, now()),

    revoke(revocation: Revocation): void {
      transact((time) => {
        storage.sql.exec("delete from revocation where until <= ?", time);
        storage.sql.exec(
          "insert or replace into revocation values (?, ?, ?)",
          revocationKey(revocation),
          JSON.stringify(revocation),
          revocation.until,
        );
        storage.sql.exec(
          "insert into version values (1, 1) on conflict (one) do update set number = number + 1",
        );
      });
    },
    list(since: string | null): RevocationList | null {
      const [row] = storage.sql.exec("select cast(number as text) as body from version").toArray();
      const version = row === undefined ? "0" : readBody(row);
      if (version === since) return null;
      const bodies = storage.sql.exec("select body from revocation where until > ?", now());
      const revocations = bodies
        .toArray()
        .map((body) => revocationSchema.parse(JSON.parse(readBody(body))));
      return { version, revocations };
    },

    claimKey: (key: string, holder: string, instead: string | null, ttlMs: number): string =>
      transact((time) => answers.claim(key, holder, instead, ttlMs, time)),
    openAnswer(name: string, head: string, terms: Terms): void {
      transact((time) => answers.open(name, head, terms, time));
    },
    appendAnswer(name: string, addition: Addition, terms: Terms): AppendResult {
      const result = transact((time) => answers.append(name, addition, terms, time));
      if (addition.piece || addition.end !== null) wake();
      return result;
    },
    async readAnswer(name: string, after: number, waitMs: number): Promise<AnswerReading | null> {
      const reading = answers.read(name, after, now());
      if (!reading || reading.last > after || reading.end !== null || reading.isLapsed)
        return reading;
      if (waitMs === 0) return reading;
      await waitFor(Math.min(waitMs, answers.leaseLeft(name, now())));
      return answers.read(name, after, now());
    },
    cancelAnswer(name: string): void {
      transact(() => answers.cancel(name));
    },
    takeOverAnswer: (name: string, epoch: number, terms: Terms): number | null =>
      transact((time) => answers.takeOver(name, epoch, terms, time)),

    /**
     * Deletes what has expired, and comes again while anything is left. It never throws: an alarm
     * that fails is given up in silence after six tries.
     */
    async alarm(): Promise<void> {
      let isLeft = true;
      try {
        isLeft = storage.transactionSync(() => {
          const [hasRows, hasAnswers] = [rows.sweep(now()), answers.sweep(now())];
          return hasRows || hasAnswers;
        });
      } catch {
        // It is tried again at the next alarm.
      }
      hasAlarm = isLeft;
      if (isLeft) await storage.setAlarm(now() + SWEEP_MS);
    },
  };
}

export type StoreObject = ReturnType<typeof createStoreObject>;

function readBody(row: unknown): string {
  return typeof row === "object" && row !== null && "body" in row ? String(row.body) : "";
}
