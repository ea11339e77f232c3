/** Why a store did not answer. */
export type StoreFailure =
  /** It did not answer within STORE_TIMEOUT_MS. */
  | "timeout"
  /** It cannot be reached, or the connection broke. */
  | "connection"
  /** It answered with an error, or with something that is not its format. */
  | "refused";

/** A store's failure. Whether the operation was executed is unknown. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, detail?: string) {
    super(detail === undefined ? failure : `${failure}: ${detail}`);
    this.failure = failure;
  }
}
