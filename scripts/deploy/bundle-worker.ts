import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runWrangler } from "./run-wrangler.ts";

/** The module whose exports are the Worker. */
const ENTRY = "workers.js";

interface Part {
  readonly code: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

export interface WorkerBundle {
  /** The modules that wrangler would upload: name → code; the first is the entry. */
  readonly modules: ReadonlyMap<string, string>;
  readonly whole: Part;
  /** Of the entry and what it imports: all that runs before the first request. */
  readonly start: Part;
  /** Modules that they ask the runtime for (`node:…`, `cloudflare:…`). */
  readonly foreign: readonly string[];
}

/**
 * Bundles the Worker with wrangler itself (a dry run), so that tests and figures are about what
 * would be deployed.
 */
export async function bundleWorker(folder: string): Promise<WorkerBundle> {
  const args = ["deploy", "--dry-run", "--outdir", resolve(folder)];
  const { exitCode, output } = await runWrangler(args);
  if (exitCode !== 0) throw new Error(`wrangler made no Worker:\n${output}`);
  const others = readdirSync(folder).filter((name) => name.endsWith(".js") && name !== ENTRY);
  const modules = new Map(
    [ENTRY, ...others].map((name) => [name, readFileSync(join(folder, name), "utf8")] as const),
  );
  const imports = new Map([...modules].map(([name, code]) => [name, scanImports(code)] as const));
  const started = new Set([ENTRY]);
  for (const name of started)
    for (const { kind, path } of imports.get(name) ?? [])
      if (kind === "import-statement" && modules.has(nameOf(path))) started.add(nameOf(path));
  const paths = [...imports.values()].flat().map(({ path }) => path);
  return {
    modules,
    whole: weigh([...modules.values()]),
    start: weigh([...started].map((name) => modules.get(name) ?? "")),
    foreign: [...new Set(paths.filter((path) => !modules.has(nameOf(path))))],
  };
}

function scanImports(code: string) {
  return new Bun.Transpiler({ loader: "js" }).scanImports(code);
}

function nameOf(path: string): string {
  return path.replace(/^\.\//, "");
}

function weigh(codes: readonly string[]): Part {
  const code = codes.join("");
  const bytes = Buffer.from(code);
  return { code, bytes: bytes.byteLength, gzipBytes: Bun.gzipSync(bytes).byteLength };
}
