import { ERRORS, type ErrorCode, isErrorCode } from "../errors/error-codes.ts";
import { schemaReference } from "./describe-schemas.ts";

/** The failures with these codes by status; without codes, all of the closed list. */
export function describeErrors(
  codes: readonly ErrorCode[] = Object.keys(ERRORS).filter(isErrorCode),
): Record<string, object> {
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERRORS[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...codesByStatus]
      .sort(([one], [other]) => one - other)
      .map(([status, those]) => [
        String(status),
        {
          description: those.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join("\n\n"),
          content: { "application/json": { schema: schemaReference("ErrorResponse") } },
        },
      ]),
  );
}
