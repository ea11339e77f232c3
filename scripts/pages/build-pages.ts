/**
 * bun scripts/pages/build-pages.ts [FOLDER] — the dashboard and the playground, ready to be served
 * (default: dist/pages).
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");
const PAGES = ["dashboard", "playground"] as const;

const readSource = (path: string) => readFileSync(join(root, path), "utf8");

export async function buildPages(folder = join(root, "dist/pages")): Promise<void> {
  /** In one step, and only if it differs: other processes may be reading the folder. */
  function replace(name: string, text: string): void {
    const file = join(folder, name);
    if (existsSync(file) && readFileSync(file, "utf8") === text) return;
    const unfinished = `${folder}-${process.pid}-${name}`;
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  }

  mkdirSync(folder, { recursive: true });
  for (const page of PAGES) {
    const built = await Bun.build({
      entrypoints: [join(root, "pages", page, "main.tsx")],
      target: "browser",
      minify: true,
      define: { "process.env.NODE_ENV": '"production"' },
    });
    const code = await built.outputs[0]?.text();
    if (code === undefined) throw new Error(`${page} was not built`);
    replace(`${page}.js`, code);
    replace(`${page}.html`, readSource(`pages/${page}/index.html`));
  }
  const style = ["node_modules/uplot/dist/uPlot.min.css", "pages/shared/style.css"];
  replace("style.css", style.map(readSource).join("\n"));
  replace("icon.svg", readSource("pages/shared/icon.svg"));
}

if (import.meta.main) await buildPages(process.argv[2]);
