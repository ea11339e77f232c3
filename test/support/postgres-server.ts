import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "./find-free-port.ts";
import { until } from "./until.ts";

/** Where Debian puts the servers of each version, off the PATH. */
const VERSIONS = "/usr/lib/postgresql";

function findBinaries(): string | null {
  const initdb = Bun.which("initdb");
  if (initdb) return join(initdb, "..");
  try {
    const versions = readdirSync(VERSIONS)
      .map(Number)
      .sort((one, other) => other - one);
    return versions[0] === undefined ? null : join(VERSIONS, String(versions[0]), "bin");
  } catch {
    return null;
  }
}

const binaries = findBinaries();
export const hasPostgres = binaries !== null;

export interface PostgresServer {
  readonly url: string;
  /** Sends a signal to the server and to each of its sessions. */
  kill(signal: NodeJS.Signals): void;
  /** Starts it again after it was killed or stopped. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The ids of a user that may run Postgres, which refuses root; undefined if we are not root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) =>
    Number(Bun.spawnSync(["id", flag, "postgres"]).stdout.toString().trim());
  return { uid: id("-u"), gid: id("-g") };
}

/** Starts a server of its own on a free port, with its files in a temporary folder. */
export async function startPostgres(): Promise<PostgresServer> {
  if (binaries === null) throw new Error("there is no PostgreSQL here");
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const port = findFreePort();
  const user = serverUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const demote = user
    ? ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"]
    : [];
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const data = join(folder, "data");
  const made = Bun.spawnSync(
    [...demote, join(binaries, "initdb"), "-D", data, "-U", "ledger", "-A", "trust", "--no-sync"],
    { cwd: folder },
  );
  if (made.exitCode !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const url = `postgres://ledger@127.0.0.1:${port}/postgres`;

  function spawn() {
    const options = ["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1"];
    return Bun.spawn([...demote, join(binaries ?? "", "postgres"), ...options], {
      ...quiet,
      cwd: folder,
    });
  }

  let child = spawn();
  await until("Postgres answers", () => answers(url));
  return {
    url,
    kill(signal) {
      const { pid } = child;
      const sessions = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
      for (const each of [pid, ...sessions.trim().split(" ").map(Number)])
        process.kill(each, signal);
    },
    async restart() {
      child.kill("SIGKILL");
      await child.exited;
      // Its children notice that it is gone, and hold the files until then.
      await Bun.sleep(500);
      rmSync(join(data, "postmaster.pid"), { force: true });
      child = spawn();
      await until("Postgres answers", () => answers(url));
    },
    async stop() {
      // Ends the sessions at once and removes its shared memory.
      child.kill("SIGQUIT");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const sql = new Bun.SQL(url, { max: 1, connectionTimeout: 1 });
  try {
    await sql`SELECT 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 0 });
  }
}
