import type { SoakCall } from "./caller.ts";
import { BEHAVIOURS, type Behaviour } from "./vendor.ts";

const NAMES = Object.keys(BEHAVIOURS).filter((name): name is Behaviour => name in BEHAVIOURS);
const FAULTS = NAMES.filter((name) => BEHAVIOURS[name].isFault);

/** How many of a hundred calls are left, broken by their vendor, or read slowly. */
const SHARES = { left: 20, broken: 5, slow: 3 } as const;

function choose<T>(list: readonly T[]): T {
  const chosen = list[Math.floor(Math.random() * list.length)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}

const happens = (percent: number) => Math.random() * 100 < percent;

/** A call of the mixed load. */
export function inventCall(number: number, isStoreAway: () => boolean): SoakCall {
  const leaves = happens(SHARES.left);
  const isFault = happens(SHARES.broken);
  const isSlow = !leaves && !isFault && happens(SHARES.slow);
  const stream = isSlow || happens(60);
  // Who leaves must do so before the answer is whole.
  const behaviours = leaves
    ? (["slow", "slow", "silent"] as const)
    : (["well", "well", "slow"] as const);
  return {
    number,
    behaviour:
      isFault && !leaves ? choose(FAULTS) : isSlow ? "large" : choose<Behaviour>(behaviours),
    manner: leaves
      ? choose(["leaves", "resets"])
      : isSlow
        ? choose(["reads slowly", "reads slowly", "stops reading"])
        : "reads",
    stream,
    dialect: Math.floor(Math.random() * 4),
    leavesAfterMs: 20 + Math.random() * (stream ? 500 : 150),
    isStoreAway,
  };
}
