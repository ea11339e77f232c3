import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { jsonAnswer } from "../../support/upstream-answer.ts";
import { VENDORS } from "../../support/vendors/index.ts";
import { TEXT } from "../script.ts";
import type { Stage } from "../stage.ts";

const root = resolve(import.meta.dir, "../../..");

const VECTOR = { data: [{ object: "embedding", index: 0, embedding: [0.5, 1, -1, 2] }] };

/** The code blocks of docs/clients.md in this language, each with the title above it. */
function readSnippets(language: string): [title: string, code: string][] {
  const snippets: [string, string][] = [];
  let title = "";
  for (const [, heading, found, code] of readFileSync(
    resolve(root, "docs/clients.md"),
    "utf8",
  ).matchAll(/^## ([^\n]*)$|^```(\w+)\n(.*?)^```$/gms)) {
    if (heading !== undefined) title = heading;
    else if (found === language && code !== undefined)
      snippets.push([`${title}, ${snippets.length + 1}`, code]);
  }
  return snippets;
}

/** The page's snippets work exactly as printed. */
export function describeSnippets({ upstream, main, token }: Stage): void {
  async function run(command: string[]): Promise<string> {
    upstream.reset();
    upstream.respond = (request) => {
      if (request.url.endsWith("/embeddings")) return jsonAnswer(VECTOR);
      const vendor = VENDORS.find(({ name }) => request.url.startsWith(`/${name}/`));
      if (!vendor) throw new Error(`nobody answers ${request.url}`);
      return vendor.answer(TEXT, request);
    };
    const child = Bun.spawn(command, {
      cwd: root,
      env: { PATH: process.env.PATH ?? "", AI_SERVER_URL: main.server.url, AI_SERVER_TOKEN: token },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [output, errors] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    if ((await child.exited) !== 0) throw new Error(errors);
    return output;
  }

  describe("docs/clients.md", () => {
    const scripts = readSnippets("js");
    test("has a snippet for each JavaScript client", () => {
      expect(scripts.length).toBeGreaterThanOrEqual(7);
    });

    test.each(scripts)("%s runs", async (_, code) => {
      const said = code.includes("embeddings") ? "4 numbers" : (TEXT.text ?? "");
      expect(await run([process.execPath, "-e", code])).toContain(said);
    });

    test
      .skipIf(Bun.which("curl") === null)
      .each(readSnippets("sh").filter(([title]) => title.startsWith("curl")))(
      "%s runs (needs curl)",
      async (_, code) => {
        const output: unknown = JSON.parse(await run(["sh", "-c", code]));
        expect(JSON.stringify(output)).toContain(
          code.includes("/v1/models") ? "claude-sonnet-5-5" : JSON.stringify(TEXT.text),
        );
      },
    );
  });
}
