import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../../..");
const SECRET = "http://vendor.internal/key";

const PROGRAM = `
import { reportUnhandled } from ${JSON.stringify(resolve(root, "src/runtimes/report-unhandled.ts"))};
reportUnhandled({ now: () => 0, log: (line) => console.log(line) });
Promise.reject(new RangeError("${SECRET}"));
setTimeout(() => { throw new SyntaxError("${SECRET}"); }, 10);
setTimeout(() => reportError(new EvalError("${SECRET}")), 10);
setTimeout(() => console.log('{"still":"here"}'), 50);
`;

test.each([
  ["bun", [process.execPath]],
  ["deno", [resolve(root, "node_modules/.bin/deno"), "run", "--quiet", "--no-check", "-A"]],
])(
  "what nobody caught is one line of the log on %s, and ends nothing",
  async (_runtime, command) => {
    const path = join(mkdtempSync(join(tmpdir(), "unhandled-")), "program.ts");
    writeFileSync(path, PROGRAM);
    const child = Bun.spawn([...command, path], { stdout: "pipe", stderr: "pipe" });
    const [out, error] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect(await child.exited).toBe(0);
    expect(out).toContain('"event":"unhandled","reason":"RangeError"');
    expect(out).toContain('"event":"unhandled","reason":"SyntaxError"');
    expect(out).toContain('"event":"unhandled","reason":"EvalError"');
    expect(out).toContain("still");
    expect(out + error).not.toContain(SECRET);
  },
);
