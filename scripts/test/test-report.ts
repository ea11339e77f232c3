/** What one run of `bun test` did. */
export interface TestReport {
  passed: number;
  failed: number;
  /** Full names of the tests that did not run. */
  leftOut: string[];
}

/** How to get what a title asks for in "(needs …)". */
const REMEDIES: Readonly<Record<string, string>> = {
  "../shared/recordings": "recorded provider traffic, kept outside of this repository",
  "../shared/vectors": "test vectors of others, kept outside of this repository",
  curl: "apt-get install curl",
  elixir: "apt-get install elixir",
  redis: "apt-get install redis-server",
  postgres: "apt-get install postgresql",
  promtool: "apt-get install prometheus",
  chromium: "apt-get install chromium",
  shellcheck: "apt-get install shellcheck",
  nix: "apt-get install nix-bin",
  "nix and elixir": "apt-get install nix-bin elixir",
  "llama-server": "scripts/test/install-llama-server.sh",
};

function decodeXml(text: string): string {
  return text
    .replace(/&#x?([0-9a-f]+);/gi, (entity, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, entity[2] === "x" ? 16 : 10)),
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

function readAttribute(tag: string, name: string): string {
  return decodeXml(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
}

/** Reads the JUnit report that Bun writes. */
export function readTestReport(xml: string): TestReport {
  const report: TestReport = { passed: 0, failed: 0, leftOut: [] };
  for (const [, tag = "", content = ""] of xml.matchAll(
    /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    if (content.includes("<skipped")) {
      const suite = readAttribute(tag, "classname");
      const name = readAttribute(tag, "name");
      report.leftOut.push(suite === "" ? name : `${suite} > ${name}`);
    } else if (/<(failure|error)\b/.test(content)) report.failed += 1;
    else report.passed += 1;
  }
  return report;
}

/** Why a test did not run, from "(needs a program)" or "(not on a runtime: why)" in its title. */
function explain(name: string): string {
  const difference = /\((not on \w+: [^)]+)\)/.exec(name)?.[1];
  if (difference !== undefined) return difference;
  const need = /\(needs ([^)]+)\)/.exec(name)?.[1];
  if (need === undefined) return `no reason given: ${name}`;
  const remedy = REMEDIES[need];
  return `needs ${need}${remedy === undefined ? "" : ` (${remedy})`}`;
}

/** The part of a full name that carries the reason: a suite that was left out whole, or a test. */
function withoutInner(name: string): string {
  const parts = name.split(" > ");
  const at = parts.findIndex((part) => /\((?:needs|not on) /.test(part));
  return parts
    .slice(0, at + 1)
    .join(" > ")
    .replace(/ \((?:needs|not on) [^)]+\)$/, "");
}

/**
 * The tests that did not run, by what they need, and how to get it; below each reason the suites
 * concerned. Lines of reasons begin with two spaces and a number.
 */
export function formatLeftOut(leftOut: readonly string[]): string {
  if (leftOut.length === 0) return "Left out: none.";
  const reasons = Map.groupBy(leftOut, explain);
  const lines = [...reasons].flatMap(([reason, names]) => [
    `  ${names.length} × ${reason}`,
    ...new Set(
      names
        .map(withoutInner)
        .filter((suite) => suite !== "")
        .map((suite) => `      ${suite}`),
    ),
  ]);
  return [`Left out: ${leftOut.length} tests`, ...lines].join("\n");
}
