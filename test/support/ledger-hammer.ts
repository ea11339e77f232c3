// bun ledger-hammer.ts FILE — writes calls to a ledger as fast as it can, and prints how many are
// written, until it is killed.
import { createLedger } from "../../src/ledger/create-ledger.ts";
import { chooseLedger } from "../../src/runtimes/choose-ledger.ts";
import { callRecord } from "./call-records.ts";
import { requireSource } from "./ledger-sources.ts";

const file = process.argv[2] ?? "";
const noPostgres = () => Promise.reject(new Error("not used"));
const source = chooseLedger({ LEDGER_FILE: file, DATABASE_URL: undefined }, noPostgres);
const platform = { now: Date.now, randomId: () => crypto.randomUUID().replaceAll("-", "") };
const ledger = createLedger(requireSource(source), {
  platform,
  log() {},
  config: { LEDGER_CALLS_DAYS: 3650, LEDGER_USAGE_DAYS: 3650 },
});

for (let round = 0; ; round += 1) {
  for (let index = 0; index < 100; index += 1)
    void ledger.record(callRecord({ subject: `user-${(round + index) % 50}` }));
  process.stdout.write(`${ledger.status().written}\n`);
  await Bun.sleep(1);
}
