import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of programs that stand in for real ones and keep what they were called with. */
export interface StandInTools {
  /** A folder to work in; it is removed with the tools. */
  readonly folder: string;
  /** Puts the stand-ins before what the machine has. */
  readonly path: string;
  /** Adds a program. Before the lines of `script` (bash) run, its name and arguments are kept. */
  add(name: string, script?: string): void;
  /** The calls so far, in order: name and arguments, with spaces between. */
  calls(): string[];
  forgetCalls(): void;
  remove(): void;
}

export function createStandInTools(): StandInTools {
  const folder = mkdtempSync(join(tmpdir(), "stand-ins-"));
  const bin = join(folder, ".bin");
  const log = join(folder, ".calls");
  mkdirSync(bin);
  return {
    folder,
    path: `${bin}:${process.env.PATH}`,
    add(name, script = "") {
      const file = join(bin, name);
      writeFileSync(
        file,
        `#!/usr/bin/env bash\nprintf '%s\\n' "${name}\${*:+ $*}" >>'${log}'\n${script}\n`,
      );
      chmodSync(file, 0o755);
    },
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []),
    forgetCalls: () => rmSync(log, { force: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
