export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

/** Runs a command to its end with this environment and no other. */
export function runCommand(
  command: string[],
  options: { cwd?: string; env: Record<string, string> },
): CommandResult {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, {
    ...options,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}
