import { describeConformance } from "./conformance.ts";
import { ALL_SUITES } from "./suites/index.ts";

await describeConformance("workers", ALL_SUITES);
