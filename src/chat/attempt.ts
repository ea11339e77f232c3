/** One try of one target, as reported to the caller. */
export interface Attempt {
  provider: string;
  model: string;
  /** `ok` if the answer began, otherwise the code of the error. */
  outcome: string;
  duration_ms: number;
}
