import * as z from "zod/mini";
import type { Bucket } from "../limits/bucket.ts";
import { REMEMBER_SETTLED_MS } from "../limits/limit-store.ts";
import type { Rows } from "../limits/rows.ts";

/** The part of a Durable Object's SQLite that is used here. Everything in it is synchronous. */
export interface SqlStorage {
  exec(query: string, ...bindings: (string | number)[]): { toArray(): unknown[] };
}

const SCHEMA = `
  create table if not exists bucket (
    key text primary key, value integer not null, at integer not null,
    reserved integer not null, expires_at integer not null
  ) strict, without rowid;
  create table if not exists lease (
    key text not null, call text not null, amount integer not null, until integer not null,
    primary key (key, call)
  ) strict, without rowid;
  create index if not exists lease_until on lease (key, until);
  create table if not exists settled (call text primary key, until integer not null)
    strict, without rowid;
`;

const stateSchema = z.object({ value: z.int(), at: z.int(), reserved: z.int() });
const leaseSchema = z.object({ call: z.string(), amount: z.int(), until: z.int() });

export interface SqliteRows extends Rows {
  /** Deletes what has expired; says whether anything is left. */
  sweep(now: number): boolean;
}

/**
 * Bucket states in SQLite. Numbers are bound as REAL, and the columns of strict tables make them
 * INTEGER again, exact below 2^53.
 */
export function createSqliteRows(sql: SqlStorage): SqliteRows {
  sql.exec(SCHEMA);
  const first = (query: string, ...bindings: (string | number)[]) =>
    sql.exec(query, ...bindings).toArray()[0];

  return {
    readState({ key }: Bucket) {
      const row = first("select value, at, reserved from bucket where key = ?", key);
      return row === undefined ? undefined : stateSchema.parse(row);
    },
    writeState({ key }, { value, at, reserved }, expiresAt) {
      sql.exec(
        "insert or replace into bucket values (?, ?, ?, ?, ?)",
        key,
        value,
        at,
        reserved,
        expiresAt,
      );
    },
    readLease({ key }, call) {
      const row = first(
        "select call, amount, until from lease where key = ? and call = ?",
        key,
        call,
      );
      return row === undefined ? undefined : leaseSchema.parse(row);
    },
    writeLease({ key }, call, { amount, until }) {
      sql.exec("insert or replace into lease values (?, ?, ?, ?)", key, call, amount, until);
    },
    dropLease({ key }, call) {
      sql.exec("delete from lease where key = ? and call = ?", key, call);
    },
    lapsedLeases({ key }, now) {
      const query = "select call, amount, until from lease where key = ? and until <= ?";
      return sql
        .exec(query, key, now)
        .toArray()
        .map((row) => {
          const lease = leaseSchema.parse(row);
          return [lease.call, lease] as const;
        });
    },
    isSettled: (call, now) =>
      first("select 1 from settled where call = ? and until > ?", call, now) !== undefined,
    markSettled(call, now) {
      sql.exec("insert or replace into settled values (?, ?)", call, now + REMEMBER_SETTLED_MS);
    },
    sweep(now) {
      sql.exec("delete from settled where until <= ?", now);
      sql.exec(
        "delete from bucket where expires_at <= ? and key not in (select key from lease where until > ?)",
        now,
        now,
      );
      sql.exec("delete from lease where key not in (select key from bucket)");
      return (
        first("select 1 from bucket limit 1") !== undefined ||
        first("select 1 from settled limit 1") !== undefined
      );
    },
  };
}
