import { createOwnCallIds } from "../../chat/own-call-ids.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isZeroValue, readText } from "../../json/narrow.ts";

/** A call of an answer, as far as it has arrived. */
export interface Call {
  /** The vendor's own id, if it sent one. */
  wireId: string | undefined;
  /** The vendor's, or ours if that is missing or taken; empty until the call has one. */
  id: string;
  /** Its number for clients, who join its pieces by it. */
  index: number;
  name: string;
  /** Whether the part writer has it: the name is known. */
  written: boolean;
  /** The part's index; undefined until it has begun. */
  part: number | undefined;
  ended: boolean;
  text: string;
  /** OpenAI's custom tools take free text and stay opaque. */
  custom: boolean;
  /** The call's other fields, besides id, name and arguments. */
  rest: JsonObject;
}

/** What a delta says of its call. */
export interface CallDelta {
  readonly index: number | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** A piece of the arguments; "" if there is none. */
  readonly piece: string;
  readonly custom: boolean;
}

export function readDelta(delta: JsonObject): CallDelta {
  const custom = isJsonObject(delta.custom) && !isZeroValue(delta.custom) ? delta.custom : null;
  const body = custom ?? (isJsonObject(delta.function) ? delta.function : {});
  return {
    index: typeof delta.index === "number" ? delta.index : undefined,
    id: delta.id === "null" ? undefined : readText(delta.id),
    name: readText(body.name),
    piece: toText(body.arguments ?? body.input),
    custom: custom !== null,
  };
}

/** Arguments as a text: some servers give them as an object. */
export function toText(value: unknown): string {
  if (value == null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The calls of one answer. */
export interface CallList {
  /** The call that a delta belongs to: a new one, unless it continues or repeats an earlier one. */
  take(delta: CallDelta, isWhole: boolean): Call;
  /** Gives the call its id, if it has none yet. */
  identify(call: Call): void;
  readonly all: readonly Call[];
}

export function createCallList(randomId: () => string): CallList {
  const calls: Call[] = [];
  const byIndex = new Map<number, Call>();
  const ownId = createOwnCallIds();
  let nextIndex = 0;

  function find(delta: CallDelta): Call | undefined {
    const { index, id, name, piece } = delta;
    const known = index === undefined ? findWithoutIndex(delta) : findByIndex(index, delta);
    if (!known || name === undefined || known.name === "") return known;
    if (known.name !== name) return undefined;
    if (id !== undefined && known.wireId !== undefined && id !== known.wireId) return undefined;
    const isFollowed = isComplete(known.text) && (id === undefined || isComplete(piece));
    return isFollowed ? undefined : known;
  }

  /** Under a new index, a delta without a name continues an earlier call. */
  function findByIndex(index: number, { id, name }: CallDelta): Call | undefined {
    const known = byIndex.get(index);
    if (known || name !== undefined) return known;
    if (id !== undefined) return calls.find(({ wireId }) => wireId === id);
    const last = calls[calls.length - 1];
    return last && isComplete(last.text) ? undefined : last;
  }

  function findWithoutIndex({ id, name }: CallDelta): Call | undefined {
    const sameId = id === undefined ? undefined : calls.findLast(({ wireId }) => wireId === id);
    return sameId ?? (name === undefined ? calls[calls.length - 1] : undefined);
  }

  function create({ index: given, id, custom }: CallDelta): Call {
    const isFree = given !== undefined && calls.every(({ index }) => index !== given);
    const index = isFree ? given : nextIndex;
    nextIndex = Math.max(nextIndex, index + 1);
    const call: Call = {
      wireId: id,
      id: "",
      index,
      name: "",
      written: false,
      part: undefined,
      ended: false,
      text: "",
      custom,
      rest: {},
    };
    calls.push(call);
    if (given !== undefined) byIndex.set(given, call);
    return call;
  }

  return {
    all: calls,
    take: (delta, isWhole) =>
      calls.find((call) => isRepeated(call, delta)) ??
      (isWhole ? undefined : find(delta)) ??
      create(delta),
    identify(call) {
      if (call.id === "") call.id = ownId(call.wireId ?? `call_${randomId()}`);
    },
  };
}

/**
 * Whether a delta brings all of a call again, as Mistral does, and some proxies. Two calls with one
 * id are one only if they are the same in all.
 */
export function isRepeated(call: Call, { id, name, piece }: CallDelta): boolean {
  if (piece === "" || piece !== call.text || !isComplete(piece)) return false;
  return id !== undefined && id === call.wireId && (name === undefined || name === call.name);
}

/** Whether this is a whole JSON object. */
export function isComplete(text: string): boolean {
  if (!text.endsWith("}")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
