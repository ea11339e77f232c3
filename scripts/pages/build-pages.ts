/**
 * bun scripts/pages/build-pages.ts [FOLDER] — the dashboard and the playground, ready to be served
 * (default: dist/pages).
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");
const PAGES = ["dashboard", "playground"] as const;

export async function buildPages(folder = join(root, "dist/pages")): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const page of PAGES) {
    const source = join(root, "pages", page);
    const built = await Bun.build({
      entrypoints: [join(source, "main.tsx")],
      target: "browser",
      minify: true,
      define: { "process.env.NODE_ENV": '"production"' },
    });
    const code = await built.outputs[0]?.text();
    if (code === undefined) throw new Error(`${page} was not built`);
    writeFileSync(join(folder, `${page}.js`), code);
    cpSync(join(source, "index.html"), join(folder, `${page}.html`));
  }
  const style = ["node_modules/uplot/dist/uPlot.min.css", "pages/shared/style.css"];
  writeFileSync(
    join(folder, "style.css"),
    style.map((file) => readFileSync(join(root, file), "utf8")).join("\n"),
  );
  cpSync(join(root, "pages/shared/icon.svg"), join(folder, "icon.svg"));
}

if (import.meta.main) await buildPages(process.argv[2]);
