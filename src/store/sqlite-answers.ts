import * as z from "zod/mini";
import {
  type Addition,
  type AppendResult,
  MAX_PIECES,
  type Piece,
  type Reading,
  type Terms,
} from "../answers/answer-store.ts";
import type { SqlStorage } from "./sqlite-rows.ts";

const SCHEMA = `
  create table if not exists answer_key (
    key text primary key, holder text not null, expires_at integer not null
  ) strict, without rowid;
  create table if not exists answer (
    name text primary key, head text not null, epoch integer not null, last integer not null,
    ending text, lease_until integer not null, expires_at integer not null,
    is_cancelled integer not null, is_dropped integer not null
  ) strict, without rowid;
  create table if not exists piece (
    name text not null, last integer not null, part integer not null, after integer not null,
    text text not null, primary key (name, last, part)
  ) strict, without rowid;
`;

const answerSchema = z.object({
  head: z.string(),
  epoch: z.int(),
  last: z.int(),
  ending: z.nullable(z.string()),
  lease_until: z.int(),
  expires_at: z.int(),
  is_cancelled: z.int(),
  is_dropped: z.int(),
});
type AnswerRow = z.infer<typeof answerSchema>;
const holderSchema = z.object({ holder: z.string() });
const partSchema = z.object({ last: z.int(), after: z.int(), text: z.string() });

/**
 * A row of a Durable Object has at most 2 MB (Cloudflare's page on limits, 2026-07), and a letter
 * three bytes.
 */
const PART_LETTERS = 500_000;

/** The answers of one Durable Object. Every method is synchronous, to be run in one transaction. */
export function createSqliteAnswers(sql: SqlStorage) {
  let hasSchema = false;

  /** Objects that keep limits need no tables for answers. */
  function run(query: string, ...bindings: (string | number)[]): unknown[] {
    if (!hasSchema) sql.exec(SCHEMA);
    hasSchema = true;
    return sql.exec(query, ...bindings).toArray();
  }

  function find(name: string, now: number): AnswerRow | undefined {
    const [row] = run("select * from answer where name = ? and expires_at > ?", name, now);
    return row === undefined ? undefined : answerSchema.parse(row);
  }

  function addPiece(name: string, { after, last, text }: Piece): void {
    for (let part = 0; part * PART_LETTERS < text.length; part += 1) {
      const letters = text.slice(part * PART_LETTERS, (part + 1) * PART_LETTERS);
      run("insert into piece values (?, ?, ?, ?, ?)", name, last, part, after, letters);
    }
  }

  function readPieces(name: string, after: number): Piece[] {
    const rows = run(
      "select last, after, text from piece where name = ?1 and last in (select distinct last from piece where name = ?1 and last > ?2 order by last limit ?3) order by last, part",
      name,
      after,
      MAX_PIECES,
    );
    const pieces: Piece[] = [];
    for (const row of rows) {
      const part = partSchema.parse(row);
      const before = pieces.at(-1);
      if (before?.last === part.last)
        pieces[pieces.length - 1] = { ...before, text: before.text + part.text };
      else pieces.push(part);
    }
    return pieces;
  }

  return {
    claim(key: string, holder: string, instead: string | null, ttlMs: number, now: number): string {
      const [row] = run("select holder from answer_key where key = ? and expires_at > ?", key, now);
      const held = row === undefined ? null : holderSchema.parse(row).holder;
      if (held !== null && held !== instead) return held;
      run("insert or replace into answer_key values (?, ?, ?)", key, holder, now + ttlMs);
      return holder;
    },
    open(name: string, head: string, { ttlMs, leaseMs }: Terms, now: number): void {
      if (find(name, now)) return;
      run(
        "insert or replace into answer values (?, ?, 1, 0, null, ?, ?, 0, 0)",
        name,
        head,
        now + leaseMs,
        now + ttlMs,
      );
    },
    append(name: string, addition: Addition, terms: Terms, now: number): AppendResult {
      const { epoch, piece, end, drop } = addition;
      const answer = find(name, now);
      if (!answer || answer.epoch !== epoch) return "fenced";
      if (answer.ending !== null && answer.ending !== end) return "fenced";
      const isDropped = drop || answer.is_dropped === 1;
      if (drop) run("delete from piece where name = ?", name);
      const isNew = piece !== null && piece.last > answer.last;
      if (isNew && !isDropped) addPiece(name, piece);
      run(
        "update answer set last = ?, lease_until = ?, expires_at = ?, is_dropped = ? where name = ?",
        isNew ? piece.last : answer.last,
        now + terms.leaseMs,
        now + terms.ttlMs,
        isDropped ? 1 : 0,
        name,
      );
      if (end !== null) run("update answer set ending = ? where name = ?", end, name);
      return answer.is_cancelled === 1 ? "cancel" : "ok";
    },
    read(name: string, after: number, now: number): Reading | null {
      const answer = find(name, now);
      if (!answer) return null;
      return {
        head: answer.head,
        epoch: answer.epoch,
        end: answer.ending,
        isLapsed: answer.ending === null && answer.lease_until <= now,
        isDropped: answer.is_dropped === 1,
        last: answer.last,
        expiresAt: answer.expires_at,
        pieces: after >= answer.last ? [] : readPieces(name, after),
      };
    },
    /** How long the writer may still be silent, in milliseconds. */
    leaseLeft: (name: string, now: number): number =>
      Math.max(0, (find(name, now)?.lease_until ?? now) - now),
    cancel(name: string): void {
      run("update answer set is_cancelled = 1 where name = ?", name);
    },
    takeOver(name: string, epoch: number, terms: Terms, now: number): number | null {
      const answer = find(name, now);
      if (!answer || answer.epoch !== epoch || answer.ending !== null) return null;
      if (answer.lease_until > now) return null;
      run(
        "update answer set epoch = ?, lease_until = ?, expires_at = ? where name = ?",
        epoch + 1,
        now + terms.leaseMs,
        now + terms.ttlMs,
        name,
      );
      return epoch + 1;
    },
    /** Deletes what has expired; says whether anything is left. */
    sweep(now: number): boolean {
      run("delete from answer_key where expires_at <= ?", now);
      run("delete from answer where expires_at <= ?", now);
      run("delete from piece where name not in (select name from answer)");
      return run("select 1 from answer union all select 1 from answer_key limit 1").length > 0;
    },
  };
}
