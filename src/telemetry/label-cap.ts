/** What all values beyond the cap count under. */
export const OTHER = "other";

/**
 * Keeps a pair of labels from taking any number of values: the first `max` pairs are told apart, the
 * rest count under `other`.
 */
export interface LabelCap {
  /**
   * Whether this pair has a place of its own. Only one that may enter gets a new place, so that
   * callers cannot fill the labels with names that they made up.
   */
  holds(first: string, second: string, mayEnter: boolean): boolean;
  /** How often a pair had no place. */
  folded(): number;
}

export function createLabelCap(max: number): LabelCap {
  // Joined to one text, a pair would be hashed anew for each call.
  const pairs = new Map<string, Set<string>>();
  let size = 0;
  let folded = 0;
  return {
    holds(first, second, mayEnter) {
      const seconds = pairs.get(first);
      if (seconds?.has(second)) return true;
      if (mayEnter && size < max) {
        pairs.set(first, (seconds ?? new Set()).add(second));
        size += 1;
        return true;
      }
      folded += 1;
      return false;
    },
    folded: () => folded,
  };
}
