import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { placeTable } from "../../scripts/docs/write-client-behaviour.ts";
import { writeBehaviourTable } from "../support/client-behaviour/behaviour-table.ts";

test("docs/clients.md says how the clients take failures (else: bun scripts/docs/write-client-behaviour.ts)", async () => {
  const page = readFileSync(resolve(import.meta.dir, "../../docs/clients.md"), "utf8");
  expect(placeTable(page, await writeBehaviourTable())).toBe(page);
});
