import { describeAnswers } from "./answers.ts";
import { describeBodies } from "./bodies.ts";
import { describeCopilot } from "./copilot.ts";
import { describeCursor } from "./cursor.ts";
import { describeDepartureMatrix } from "./departure-matrix.ts";
import { describeDepartures } from "./departures.ts";
import { describeDiscovery } from "./discovery.ts";
import { describeEcho } from "./echo.ts";
import { describeEmbeddings } from "./embeddings.ts";
import { describeFailures } from "./failures.ts";
import { describeFallback } from "./fallback.ts";
import { describeFaults } from "./faults.ts";
import { describeFirstContent } from "./first-content.ts";
import { describeGoogle } from "./google.ts";
import { describeKeptAnswers } from "./kept-answers.ts";
import { describeLimits } from "./limits.ts";
import { describeOtel } from "./otel.ts";
import { describePages } from "./pages.ts";
import { describeSilentCallers } from "./silent-callers.ts";
import { describeStreams } from "./streams.ts";
import { describeTokens } from "./tokens.ts";
import { describeUsage } from "./usage.ts";

/** What every runtime must do. */
export const ALL_SUITES = [
  describeDiscovery,
  describeEcho,
  describeAnswers,
  describeFailures,
  describeStreams,
  describeDepartures,
  describeDepartureMatrix,
  describeBodies,
  describeTokens,
  describeUsage,
  describePages,
  describeFaults,
  describeFallback,
  describeFirstContent,
  describeGoogle,
  describeCursor,
  describeCopilot,
  describeLimits,
  describeSilentCallers,
  describeEmbeddings,
  describeKeptAnswers,
  describeOtel,
] as const;
