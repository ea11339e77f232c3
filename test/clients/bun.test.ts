import { describeClients } from "./stage.ts";
import { CLIENT_SUITES } from "./suites/index.ts";

await describeClients("bun", CLIENT_SUITES);
