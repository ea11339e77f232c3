import { describeClients } from "./stage.ts";
import { CLIENT_SUITES } from "./suites/index.ts";

await describeClients("deno", CLIENT_SUITES);
