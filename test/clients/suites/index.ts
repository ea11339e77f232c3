import { describeFailures } from "./failures.ts";
import { describeTurns } from "./turns.ts";

/** What every runtime must do for the clients. */
export const CLIENT_SUITES = [describeTurns, describeFailures] as const;
