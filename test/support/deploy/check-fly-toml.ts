import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";

/**
 * Every key of fly.toml with its type: `build.args.*`, `vm[].memory`. Lists are `[]`, freely named
 * tables `*`.
 */
const keys = z
  .record(z.string(), z.string())
  .parse(
    JSON.parse(readFileSync(resolve(import.meta.dir, "../../fixtures/flytoml-keys.json"), "utf8")),
  );

const isText = (value: unknown) => typeof value === "string";
const isWhole = (value: unknown) => Number.isInteger(value);
const oneOf =
  (...allowed: unknown[]) =>
  (value: unknown) =>
    allowed.includes(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  bool: (value) => typeof value === "boolean",
  int: isWhole,
  int64: isWhole,
  uint32: (value) => isWhole(value) && Number(value) >= 0,
  float64: (value) => typeof value === "number",
  // Go's durations; a bare number means seconds.
  duration: (value) =>
    isWhole(value) || (isText(value) && /^(\d+(\.\d+)?(ms|s|m|h))+$/.test(String(value))),
  table: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "fly.MachineAutostop": oneOf("off", "stop", "suspend", true, false),
  "appconfig.RestartPolicy": oneOf("always", "never", "on-failure"),
  "fly.MachinePersistRootfs": oneOf("never", "always", "restart"),
  "interface {}": () => true,
};

/** Whatever Fly would ignore or refuse in a fly.toml, a line each. */
export function checkFlyToml(text: string): string[] {
  const problems: string[] = [];
  visit(Bun.TOML.parse(text), "", "", problems);
  return problems;
}

function visit(value: unknown, path: string, shape: string, problems: string[]): void {
  if (Array.isArray(value)) {
    if (!Object.keys(keys).some((key) => key === `${shape}[]` || key.startsWith(`${shape}[].`))) {
      problems.push(`${path}: must not be a list`);
      return;
    }
    for (const [index, item] of value.entries())
      visit(item, `${path}[${index}]`, `${shape}[]`, problems);
    return;
  }
  const type = keys[shape];
  if (type !== undefined && type !== "table") {
    if (!(TYPES[type]?.(value) ?? false)) problems.push(`${path}: must be ${type}`);
    return;
  }
  if (typeof value !== "object" || value === null) {
    problems.push(`${path}: must be ${type ?? "a table"}`);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const memberPath = path === "" ? name : `${path}.${name}`;
    const prefix = shape === "" ? "" : `${shape}.`;
    const memberShape = [`${prefix}${name}`, `${prefix}*`].find((candidate) =>
      Object.keys(keys).some(
        (key) =>
          key === candidate ||
          key.startsWith(`${candidate}.`) ||
          key === `${candidate}[]` ||
          key.startsWith(`${candidate}[].`),
      ),
    );
    if (memberShape === undefined) problems.push(`${memberPath}: no such key`);
    else visit(member, memberPath, memberShape, problems);
  }
}
