import { describeClients } from "./stage.ts";
import { CLIENT_SUITES } from "./suites/index.ts";

await describeClients("workers", CLIENT_SUITES);
