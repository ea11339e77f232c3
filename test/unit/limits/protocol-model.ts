import { applyHold, applySettle, readStates } from "../../../src/limits/apply.ts";
import type { Bucket, BucketState } from "../../../src/limits/bucket.ts";
import { LEASE_MS } from "../../../src/limits/limit-store.ts";
import type { Lease, Rows } from "../../../src/limits/rows.ts";
import { money } from "../../support/limit-buckets.ts";

/**
 * A small model of the protocol between servers and a store, to be searched exhaustively. The
 * store's part is the real arithmetic of src/limits/apply.ts; servers, network and time are the
 * model's.
 *
 * - Each call reserves, may extend, spends at its vendor, and settles. Only its server may crash.
 * - A command is a message: it may be executed at any later moment, or twice (a client library sent it
 *   again), or its answer may be lost, so that the server sends it again or goes on without.
 * - Time moves in steps of half a lease. The store may lose all it has, once.
 */

/** Room for one call of two. */
export const LIMIT = 1;
export const BUCKET = money(LIMIT, "none", { endsAt: 1e15 });
const STEP_MS = LEASE_MS / 2;
/** From this time on a lease may have lapsed. */
export const FIRST_LAPSE = 2;
/** What a call reserves, and what it has spent when it is over. */
const AMOUNT = 1;

interface Command {
  readonly kind: "hold" | "settle";
  readonly call: number;
  readonly amount: number;
  /** Executions that are left: two, because it may be sent again. */
  readonly left: number;
}

export type Phase =
  /** Its hold is on the way. */
  | "reserving"
  /** It was let through, and is at its vendor. */
  | "running"
  /** Its token was revoked or it is over: the settlement is on the way. */
  | "settling"
  | "settled"
  /** Refused, or given up on for want of an answer: its vendor was never called. */
  | "refused"
  /** Its server was killed. */
  | "crashed";

interface Call {
  readonly phase: Phase;
  /** What the vendor has charged. */
  readonly spent: number;
}

export interface World {
  readonly calls: readonly Call[];
  readonly network: readonly Command[];
  readonly store: Snapshot;
  /** In steps. */
  readonly time: number;
  readonly storeCrashes: number;
}

interface Snapshot {
  readonly state: BucketState | null;
  readonly leases: readonly (readonly [call: string, lease: Lease])[];
  readonly settled: readonly string[];
}

const EMPTY: Snapshot = { state: null, leases: [], settled: [] };

export const START: World = {
  calls: [
    { phase: "reserving", spent: 0 },
    { phase: "reserving", spent: 0 },
  ],
  network: [0, 1].map((call) => ({ kind: "hold", call, amount: AMOUNT, left: 2 })),
  store: EMPTY,
  time: 0,
  storeCrashes: 0,
};

/** Rows over a snapshot; `snapshot()` gives what they have become. */
function openRows({ state, leases, settled }: Snapshot): { rows: Rows; snapshot(): Snapshot } {
  let current = state;
  const held = new Map(leases);
  const done = new Set(settled);
  return {
    rows: {
      readState: () => current ?? undefined,
      writeState(_bucket: Bucket, next: BucketState) {
        current = next;
      },
      readLease: (_bucket, call) => held.get(call),
      writeLease(_bucket, call, lease) {
        held.set(call, lease);
      },
      dropLease(_bucket, call) {
        held.delete(call);
      },
      lapsedLeases: (_bucket, now) => [...held].filter(([, { until }]) => until <= now),
      isSettled: (call) => done.has(call),
      markSettled(call) {
        done.add(call);
      },
    },
    snapshot: () => ({
      state: current,
      leases: [...held].sort(([one], [other]) => one.localeCompare(other)),
      settled: [...done].sort(),
    }),
  };
}

export function nowOf({ time }: World): number {
  return 1_000_000_000_000 + time * STEP_MS;
}

/** How the bucket stands. */
export function readBucket(world: World): BucketState {
  const { states } = readStates(
    openRows(world.store).rows,
    [{ bucket: BUCKET, amount: 0 }],
    nowOf(world),
  );
  return states[0] ?? { value: 0, at: 0, reserved: 0 };
}

export interface Rules {
  /** Longest time that the model runs, in steps. */
  readonly maxTime: number;
  readonly maxStoreCrashes: number;
  /** For finding out whether the search finds faults: how the store settles. */
  readonly settle: typeof applySettle;
}

export const SOUND: Rules = { maxTime: 3, maxStoreCrashes: 1, settle: applySettle };

/** Everything that can happen next, by name. */
export function successors(world: World, rules: Rules): [event: string, next: World][] {
  const found: [string, World][] = [];
  world.network.forEach((command, index) => {
    const executed = execute(world, command, index, rules);
    const name = `${command.kind}(${command.call})`;
    found.push([`${name}, answered`, receive(executed.world, command, executed.isAccepted)]);
    found.push([`${name}, its answer lost`, executed.world]);
    // A command that never arrives.
    found.push([`${name}, lost`, { ...world, network: without(world.network, index) }]);
  });
  for (const [index, call] of world.calls.entries()) found.push(...act(world, call, index));
  if (world.time < rules.maxTime) found.push(["time", { ...world, time: world.time + 1 }]);
  if (world.storeCrashes < rules.maxStoreCrashes)
    found.push(["store crash", { ...world, store: EMPTY, storeCrashes: world.storeCrashes + 1 }]);
  return found;
}

function without(network: readonly Command[], index: number): Command[] {
  return network.filter((_, at) => at !== index);
}

function execute(world: World, command: Command, index: number, rules: Rules) {
  const { rows, snapshot } = openRows(world.store);
  const request = {
    call: String(command.call),
    entries: [{ bucket: BUCKET, amount: command.amount }],
  };
  const now = nowOf(world);
  let isAccepted = true;
  if (command.kind === "hold") isAccepted = applyHold(rows, request, now).status === "held";
  else rules.settle(rows, request, now);
  const rest = without(world.network, index);
  const network = command.left > 1 ? [...rest, { ...command, left: command.left - 1 }] : rest;
  return { world: { ...world, store: snapshot(), network }, isAccepted };
}

/** The server gets the answer to a command. */
function receive(world: World, { kind, call: index }: Command, isAccepted: boolean): World {
  const call = world.calls[index];
  if (kind === "hold" && call?.phase === "reserving")
    return change(world, index, { ...call, phase: isAccepted ? "running" : "refused" });
  if (kind === "settle" && call?.phase === "settling")
    return change(world, index, { ...call, phase: "settled" });
  // A renewal that is refused ends the call.
  if (kind === "hold" && call?.phase === "running" && !isAccepted)
    return settle(world, index, call);
  return world;
}

/** What a call's server does by itself. */
function act(world: World, call: Call, index: number): [string, World][] {
  const isWaiting = (kind: Command["kind"]) =>
    world.network.some((command) => command.call === index && command.kind === kind);
  switch (call.phase) {
    case "reserving":
      return [
        // No answer in time: the call is refused, and what may have been reserved is given back.
        [
          `${index} gives up`,
          send(change(world, index, { ...call, phase: "refused" }), "settle", index, 0),
        ],
        [`${index} crashes`, change(world, index, { ...call, phase: "crashed" })],
      ];
    case "running":
      return [
        ...(call.spent === 0
          ? [
              [`${index} spends`, change(world, index, { ...call, spent: AMOUNT })] satisfies [
                string,
                World,
              ],
            ]
          : []),
        ...(isWaiting("hold")
          ? []
          : [[`${index} renews`, send(world, "hold", index, AMOUNT)] satisfies [string, World]]),
        [`${index} ends`, settle(world, index, call)],
        [`${index} crashes`, change(world, index, { ...call, phase: "crashed" })],
      ];
    case "settling":
      return [
        // It is tried again until an answer has come.
        ...(isWaiting("settle")
          ? []
          : [
              [`${index} settles again`, send(world, "settle", index, call.spent)] satisfies [
                string,
                World,
              ],
            ]),
        [`${index} crashes`, change(world, index, { ...call, phase: "crashed" })],
      ];
    case "settled":
    case "refused":
    case "crashed":
      return [];
  }
}

function settle(world: World, index: number, call: Call): World {
  return send(change(world, index, { ...call, phase: "settling" }), "settle", index, call.spent);
}

function send(world: World, kind: Command["kind"], call: number, amount: number): World {
  return { ...world, network: [...world.network, { kind, call, amount, left: 2 }] };
}

function change(world: World, index: number, call: Call): World {
  return { ...world, calls: world.calls.map((other, at) => (at === index ? call : other)) };
}
