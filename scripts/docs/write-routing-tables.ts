/**
 * bun scripts/docs/write-routing-tables.ts [--check] — the tables of docs/routing.md from the list
 * of failures that the tests play, and from echo's models.
 */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ERRORS, isErrorCode } from "../../src/errors/error-codes.ts";
import { ECHO_FAULTS } from "../../src/providers/echo/faults.ts";
import { type Expected, FALLBACK_CASES, failureAlone } from "../../test/support/fallback/cases.ts";
import { fillPage, formatTable } from "./markdown.ts";
import { writeOrCheck } from "./write-or-check.ts";

const PAGE = "docs/routing.md";

const code = (text: string) => `\`${text}\``;

/** `a|b` → either of two codes; `a (b)` → a code with its reason. */
function describeOutcome(outcome: string): string {
  return outcome
    .split("|")
    .map((one) => one.replace(/^\S+/, code))
    .join(" or ");
}

/** The same with the HTTP statuses of `/chat`. */
function describeFailure(codes: string): string {
  const known = codes.split("|").filter(isErrorCode);
  return known.map((one) => `${ERRORS[one].status} ${code(one)}`).join(" or ");
}

function describeExpected(expected: Expected | undefined): [helped: string, alone: string] {
  if (!expected) return ["", ""];
  if ("breaks" in expected) {
    const end = `the stream ends with ${describeOutcome(expected.breaks)}`;
    return [end, end];
  }
  if ("finish" in expected) {
    const answer = `the answer, with the finish reason ${code(expected.finish)}`;
    return [answer, answer];
  }
  const [first = "", second] = expected.tries;
  const alone = failureAlone(expected);
  return [
    `${describeOutcome(first)}${second === undefined ? "" : ", twice"} → fallback`,
    alone === "answers" ? "the answer" : describeFailure(alone),
  ];
}

function failureTable(): string {
  const rows = FALLBACK_CASES.flatMap(({ name, whole, stream }) => {
    const [wholeCells, streamCells] = [whole, stream].map((side) =>
      describeExpected(side?.expected),
    );
    if (String(wholeCells) === String(streamCells)) return [[name, "both", ...(wholeCells ?? [])]];
    return [
      ...(whole ? [[name, "whole", ...(wholeCells ?? [])]] : []),
      ...(stream ? [[name, "stream", ...(streamCells ?? [])]] : []),
    ];
  });
  return formatTable(["Failure", "Answer", "With a fallback", "Without one"], rows);
}

function echoTable(): string {
  return formatTable(
    ["Model", "What it does"],
    [
      ["`echo`", "Repeats the last user message."],
      ...ECHO_FAULTS.map(({ name, meaning }) => [code(name), meaning]),
      ["`echo-embedding`", "Embeds: texts that share words are near each other."],
      ["`echo-fail-<code>`", "Fails with this error code before it begins."],
    ],
  );
}

/** docs/routing.md with its tables as the code has them. */
export function routingPage(): string {
  const page = readFileSync(resolve(import.meta.dir, "../..", PAGE), "utf8");
  return fillPage(fillPage(page, "failures", failureTable()), "echo", echoTable());
}

if (import.meta.main)
  process.exit(writeOrCheck(PAGE, routingPage(), "write-routing-tables.ts", process.argv));
