import { describeCross } from "./cross.ts";
import { describeDepartures } from "./departures.ts";
import { describeEchoes } from "./echo.ts";
import { describeFailures } from "./failures.ts";
import { describeIdentity } from "./identity.ts";
import { describeRecordings } from "./recordings.ts";
import { describeSnippets } from "./snippets.ts";
import { describeStoredResponses } from "./stored-responses.ts";
import { describeTurns } from "./turns.ts";

/** What every runtime must do for the clients. */
export const CLIENT_SUITES = [
  describeTurns,
  describeFailures,
  describeEchoes,
  describeDepartures,
  describeIdentity,
  describeRecordings,
  describeCross,
  describeSnippets,
  describeStoredResponses,
] as const;
