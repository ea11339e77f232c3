import "../errors/schema-messages.ts";
import type * as z from "zod/mini";
import { ChatError } from "../errors/chat-error.ts";
import { formatPath } from "../json/format-path.ts";

type Issue = z.core.$ZodIssue;

/**
 * Checks a body against a dialect's schema. The error names the path of the first wrong field,
 * never its value.
 */
export function parseBody<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  if (!first) throw new ChatError("invalid_request");
  const { issue, path } = findCause(first, first.path);
  if (issue.code === "unrecognized_keys") {
    const param = formatPath([...path, issue.keys[0] ?? ""]);
    throw new ChatError("invalid_request", { param, message: `Unknown field: ${param}.` });
  }
  const param = formatPath(path);
  const problem = issue.code !== "custom" && isAbsent(body, path) ? "is required" : describe(issue);
  throw new ChatError("invalid_request", {
    param,
    message: `${param === "" ? "The body" : param}: ${problem}.`,
  });
}

function isAbsent(body: unknown, path: readonly PropertyKey[]): boolean {
  let value = body;
  for (const key of path)
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return value === undefined;
}

function describe(issue: Issue): string {
  // An unmatched discriminator has no branches; its own message lists the valid values.
  if (issue.code !== "invalid_union" || issue.errors.length === 0) {
    return issue.message.replace(/^Invalid discriminator value\. E/, "Invalid option: e");
  }
  const expected = issue.errors.flatMap((branch) =>
    branch.map((cause) =>
      cause.message.replace(/^Invalid (input|option): /, "").replace(/, received \w+$/, ""),
    ),
  );
  return [...new Set(expected)].join(", or ");
}

/**
 * If nothing in a union fits, the cause is in the branch that got furthest (the right type with one
 * wrong field inside).
 */
function findCause(
  issue: Issue,
  path: readonly PropertyKey[],
): { issue: Issue; path: readonly PropertyKey[] } {
  if (issue.code !== "invalid_union") return { issue, path };
  let deepest: { issue: Issue; path: readonly PropertyKey[] } | undefined;
  for (const branch of issue.errors) {
    const first = branch[0];
    if (!first) continue;
    const cause = findCause(first, [...path, ...first.path]);
    const reach = cause.path.length + (cause.issue.code === "unrecognized_keys" ? 1 : 0);
    if (!deepest || reach > deepest.path.length) deepest = cause;
  }
  return deepest && deepest.path.length > path.length ? deepest : { issue, path };
}
