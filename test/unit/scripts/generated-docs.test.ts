import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as z from "zod";
import { renderConfiguration } from "../../../scripts/docs/configuration-page.ts";
import { formatTable } from "../../../scripts/docs/markdown.ts";
import { renderParameters } from "../../../scripts/docs/parameter-table.ts";
import { configurationPage } from "../../../scripts/docs/write-configuration-docs.ts";
import { writeOrCheck } from "../../../scripts/docs/write-or-check.ts";
import { COLUMNS, parametersPage } from "../../../scripts/docs/write-parameter-table.ts";
import { performancePage } from "../../../scripts/docs/write-performance.ts";
import { routingPage } from "../../../scripts/docs/write-routing-tables.ts";
import { createCatalog } from "../../../src/catalog/index.ts";
import { PARAMETERS } from "../../../src/chat/model.ts";
import { envSchema } from "../../../src/config.ts";
import { capabilitiesWithout } from "../../support/stub-provider.ts";

const root = resolve(import.meta.dir, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("docs/configuration.md", () => {
  test("is what the code says (else run: bun scripts/docs/write-configuration-docs.ts)", () => {
    expect(read("docs/configuration.md")).toBe(configurationPage());
  });

  test("has every variable exactly once", () => {
    const page = configurationPage();
    for (const name of Object.keys(envSchema.shape))
      expect(page.split(`| \`${name}\` |`)).toHaveLength(2);
  });

  test("shows defaults, values and limits, in sections", () => {
    const schema = z.object({
      A: z.coerce.number().int().min(1).max(9).default(3).describe("How many."),
      B: z.enum(["x", "y"]).optional().describe("Which | one."),
      C: z.string().transform(Number).optional().describe("Text."),
    });
    const page = renderConfiguration(schema, [{ title: "Letters", names: ["B", "Z"] }]);
    expect(page).toContain("| `A` | `3` | How many. From 1 to 9. |\n| `C` |  | Text. |");
    expect(page).toContain(
      "## Letters\n\n| Variable | Default | Meaning |\n| --- | --- | --- |\n| `B` |  | Which \\| one. One of `x`, `y`. |",
    );
  });

  test("cannot be made where a variable has no description", () => {
    expect(() => renderConfiguration(z.object({ A: z.string() }), [])).toThrow("A: description");
  });
});

describe("docs/performance.md", () => {
  test("has the figures of bench/results (else run: bun scripts/docs/write-performance.ts)", () => {
    const { page, plot } = performancePage();
    expect(read("docs/performance.md")).toBe(page);
    expect(read("docs/performance-growth.svg")).toBe(plot);
  });
});

describe("docs/routing.md", () => {
  test("has the tables of the code (else run: bun scripts/docs/write-routing-tables.ts)", () => {
    expect(read("docs/routing.md")).toBe(routingPage());
  });
});

describe("docs/parameters.md", () => {
  test("is what the code says (else run: bun scripts/docs/write-parameter-table.ts)", () => {
    expect(read("docs/parameters.md")).toBe(parametersPage());
  });

  test("has a column for every provider with a capabilities list of its own", () => {
    const folders = readdirSync(join(root, "src/providers"), { withFileTypes: true })
      .filter(
        (entry) =>
          entry.isDirectory() &&
          existsSync(join(root, "src/providers", entry.name, "capabilities.ts")),
      )
      .map(({ name }) => name);
    const columns = new Set(COLUMNS.map(({ provider }) => provider));
    expect(folders.filter((folder) => !columns.has(folder))).toEqual([]);
  });

  test("says of each parameter how it is taken, and that some models refuse it", () => {
    const capabilities = { ...capabilitiesWithout("seed", "cache"), stop: "mapped" as const };
    const catalog = createCatalog({
      MODEL_CATALOG: {
        stub: [{ id: "m", refuses: ["cache", "stop"], refuses_while_reasoning: ["top_p"] }],
      },
    });
    const page = renderParameters([{ title: "Stub", provider: "stub", capabilities }], catalog);
    expect(page).toContain("|  | Stub |");
    expect(page).toContain("| `temperature` | yes |");
    expect(page).toContain("| `top_p` | yes, not all models |");
    expect(page).toContain("| `stop` | mapped, not all models |");
    expect(page).toContain("| `seed` | no |");
    expect(page).toContain("| `cache` | no |");
    expect(page).toContain("| stub | `m` |  |  |  | cache, stop | top_p |");
    for (const parameter of PARAMETERS) expect(page).toContain(`| \`${parameter}\` |`);
  });
});

describe("a page that is made from the code", () => {
  test("is written, found to be up to date, and found out when it is not", () => {
    const folder = mkdtempSync(join(tmpdir(), "docs-"));
    const path = join(folder, "page.md");
    try {
      expect(writeOrCheck(path, "a", "script.ts", ["--check"])).toBe(1);
      expect(existsSync(path)).toBe(false);
      expect(writeOrCheck(path, "a", "script.ts", [])).toBe(0);
      expect(readFileSync(path, "utf8")).toBe("a");
      expect(writeOrCheck(path, "a", "script.ts", ["--check"])).toBe(0);
      expect(writeOrCheck(path, "b", "script.ts", ["--check"])).toBe(1);
      expect(readFileSync(path, "utf8")).toBe("a");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("keeps a cell in its cell", () => {
    expect(formatTable(["a|b"], [["c\nd"]])).toBe("| a\\|b |\n| --- |\n| c d |");
  });
});
