import * as z from "zod/mini";
import {
  type AnswerStore,
  GATHER_MS,
  MAX_PIECES,
  type Piece,
  type Reading,
} from "../answers/answer-store.ts";
import {
  APPEND_SCRIPT,
  CANCEL_SCRIPT,
  CLAIM_SCRIPT,
  OPEN_SCRIPT,
  READ_SCRIPT,
  TAKE_OVER_SCRIPT,
} from "./redis-answer-scripts.ts";
import type { SendCommand } from "./redis-commands.ts";
import { createScript } from "./redis-eval.ts";
import { StoreError } from "./store-error.ts";

const appendedSchema = z.enum(["ok", "cancel", "fenced"]);
const numberSchema = z.union([
  z.int(),
  z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number)),
]);
const readingSchema = z.tuple(
  [z.string(), numberSchema, numberSchema, z.string(), numberSchema, numberSchema, numberSchema],
  z.string(),
);

/**
 * How soon a reader looks again while nothing comes, in milliseconds: at first, and at last. The
 * one connection must not be held by a reader that blocks.
 */
const FIRST_LOOK_MS = 25;
const LONGEST_LOOK_MS = 200;

/** Answers of all processes that use the same Redis or Valkey. */
export function createRedisAnswers(send: SendCommand): AnswerStore {
  const claim = createScript(send, CLAIM_SCRIPT);
  const open = createScript(send, OPEN_SCRIPT);
  const append = createScript(send, APPEND_SCRIPT);
  const read = createScript(send, READ_SCRIPT);
  const cancel = createScript(send, CANCEL_SCRIPT);
  const takeOver = createScript(send, TAKE_OVER_SCRIPT);

  async function look(name: string, after: number): Promise<Reading | null> {
    const last = Math.min(after, Number.MAX_SAFE_INTEGER);
    const found = await read(keysOf(name), [String(last), String(MAX_PIECES)]);
    if (found === null) return null;
    const [head, epoch, lastEvent, end, isLapsed, isDropped, expiresAt, ...fields] = parse(
      readingSchema,
      found,
    );
    return {
      head,
      epoch,
      end: end === "" ? null : end,
      isLapsed: isLapsed === 1,
      isDropped: isDropped === 1,
      last: lastEvent,
      expiresAt,
      pieces: readPieces(fields),
    };
  }

  return {
    gatherMs: GATHER_MS,
    async claim(key, holder, instead, ttlMs) {
      const args = [holder, instead ?? "", String(ttlMs)];
      return parse(z.string(), await claim([`ai:{answer-key:${key}}`], args));
    },
    async open(name, head, { ttlMs, leaseMs }) {
      await open(keysOf(name).slice(0, 1), [head, String(ttlMs), String(leaseMs)]);
    },
    async append(name, { epoch, piece, end, drop }, { ttlMs, leaseMs }) {
      const args = [String(epoch), String(ttlMs), String(leaseMs), end ?? "", drop ? "1" : "0"];
      if (piece) args.push(String(piece.after), String(piece.last), piece.text);
      return parse(appendedSchema, await append(keysOf(name), args));
    },
    async read(name, after, waitMs) {
      let lookMs = FIRST_LOOK_MS;
      for (let waitedMs = 0; ; waitedMs += lookMs, lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 2)) {
        const reading = await look(name, after);
        if (!reading || reading.last > after || reading.end !== null) return reading;
        if (reading.isLapsed || waitedMs >= waitMs) return reading;
        const pauseMs = Math.min(lookMs, waitMs - waitedMs);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    async cancel(name) {
      await cancel(keysOf(name).slice(0, 1), []);
    },
    async takeOver(name, epoch, { ttlMs, leaseMs }) {
      const args = [String(epoch), String(ttlMs), String(leaseMs)];
      const next = parse(numberSchema, await takeOver(keysOf(name), args));
      return next === 0 ? null : next;
    },
  };
}

/** A log's two keys are in one hash slot. */
function keysOf(name: string): string[] {
  return [`ai:{answer:${name}}`, `ai:{answer:${name}}:pieces`];
}

function readPieces(fields: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  for (let index = 0; index < fields.length; index += 3) {
    const [after, last, text = ""] = fields.slice(index, index + 3);
    pieces.push({ after: Number(after), last: Number(last), text });
  }
  return pieces;
}

function parse<T>(schema: z.ZodMiniType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new StoreError("refused", "an answer of another form");
}
