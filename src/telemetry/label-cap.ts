/** What all values beyond the cap count under. */
export const OTHER = "other";

/**
 * Keeps a label from taking any number of values: the first `max` are told apart, the rest count
 * under `other`.
 */
export interface LabelCap {
  /**
   * Whether this value has a place of its own. Only one that may enter gets a new place, so that
   * callers cannot fill the label with names that they made up.
   */
  holds(value: string, mayEnter: boolean): boolean;
  /** How often a value had no place. */
  folded(): number;
}

export function createLabelCap(max: number): LabelCap {
  const values = new Set<string>();
  let folded = 0;
  return {
    holds(value, mayEnter) {
      if (values.has(value)) return true;
      if (mayEnter && values.size < max) {
        values.add(value);
        return true;
      }
      folded += 1;
      return false;
    },
    folded: () => folded,
  };
}
