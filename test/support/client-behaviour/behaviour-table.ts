import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { RETRY_CASES, STREAM_CASES } from "./cases.ts";
import { serveCases } from "./serve-cases.ts";

const seenSchema = z.record(z.string(), z.record(z.string(), z.string()));
type Seen = z.infer<typeof seenSchema>;

const RUNTIMES = ["Bun", "Node"] as const;
type Runtime = (typeof RUNTIMES)[number];

const ROWS: Readonly<Record<string, { title: string; server: string }>> = {
  ...STREAM_CASES,
  ...RETRY_CASES,
  timeout: {
    title: "the client's own limit for a whole answer",
    server: "stream what may take longer than five minutes",
  },
};

/** Runs the clients on both runtimes. */
async function runProbes(): Promise<Record<Runtime, Seen>> {
  const folder = mkdtempSync(join(tmpdir(), "client-behaviour-"));
  const cases = await serveCases();
  try {
    const built = await Bun.build({
      entrypoints: [join(import.meta.dir, "probe.ts")],
      outdir: folder,
      target: "node",
      naming: "probe.mjs",
    });
    if (!built.success) throw new Error(built.logs.join("\n"));
    const probe = join(folder, "probe.mjs");
    const run = async (command: string): Promise<Seen> => {
      const child = Bun.spawn([command, probe, cases.url], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { PATH: process.env.PATH ?? "" },
      });
      const [output, log] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
      ]);
      if ((await child.exited) !== 0) throw new Error(`the clients failed on ${command}:\n${log}`);
      return seenSchema.parse(JSON.parse(output));
    };
    return { Bun: await run(process.execPath), Node: await run("node") };
  } finally {
    await cases.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A table in Markdown: what each client does with each case, and what the server does about it. */
export async function writeBehaviourTable(): Promise<string> {
  const seen = await runProbes();
  const clients = Object.keys(seen.Bun);
  const cell = (client: string, row: string): string => {
    const [bun = "", node = ""] = RUNTIMES.map((runtime) => seen[runtime][client]?.[row] ?? "");
    return bun === node ? bun : `Bun: ${bun}; Node: ${node}`;
  };
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["", ...clients, "this server"]),
    line(["", ...clients, ""].map(() => "---")),
    ...Object.entries(ROWS).map(([row, { title, server }]) =>
      line([title, ...clients.map((client) => cell(client, row)), server]),
    ),
  ].join("\n");
}
