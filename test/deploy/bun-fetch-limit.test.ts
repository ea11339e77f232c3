import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/**
 * Every file that says how the server is started on Bun. The limit is read before the program's
 * first line, so it cannot set it.
 */
describe("Bun's limit of 256 upstream calls at once is lifted", () => {
  for (const file of ["package.json", "Dockerfile", "Dockerfile.integrated", "flake.nix"]) {
    test(file, () => {
      const text = readFileSync(resolve(import.meta.dir, "../..", file), "utf8");
      expect(text).toMatch(/BUN_CONFIG_MAX_HTTP_REQUESTS[= ]\d{4,}/);
    });
  }
});
