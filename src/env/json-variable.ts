import "../errors/schema-messages.ts";
import * as z from "zod/mini";
import { findSyntaxFault } from "../json/find-syntax-fault.ts";
import { formatPath } from "../json/format-path.ts";

/** A variable that is JSON of this schema. A fault is told by its path, never with its value. */
export function jsonVariable<T extends z.ZodMiniType>(schema: T) {
  return z.pipe(
    z.string(),
    z.transform((text, context): z.infer<T> => {
      const problem = (message: string): never => {
        context.issues.push({ code: "custom", input: text, message });
        return z.NEVER;
      };
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return problem(`is not valid JSON: see ${findSyntaxFault(text)}`);
      }
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      const issue = result.error.issues[0];
      // What is wrong with a name is inside the issue.
      const cause = issue?.code === "invalid_key" ? issue.issues[0] : issue;
      const path = formatPath(issue?.path ?? []) || "its top";
      return problem(`is not valid at ${path}: ${cause?.message ?? "unknown"}`);
    }),
  );
}
