/** The id by which a call of an answer goes, given the vendor's. */
export type OwnCallId = (given: string) => string;

/**
 * Gives each call of an answer an id of its own: callers tell the results apart by it, and some run
 * two calls with one id as one. The vendor's is kept unless an earlier call has it.
 */
export function createOwnCallIds(): OwnCallId {
  // Most answers hold no call.
  let used: Set<string> | undefined;
  return (given) => {
    used ??= new Set();
    let id = given;
    for (let count = 2; used.has(id); count += 1) id = `${given}_${count}`;
    used.add(id);
    return id;
  };
}
