import type { EncodeCall } from "../../chat/encode-call.ts";

/** Warns that the vendor does not enforce these keywords of a schema. */
export function warnOfMoved(
  vendor: string,
  moved: ReadonlySet<string>,
  param: string,
  warn: EncodeCall["warn"],
): void {
  if (moved.size === 0) return;
  const message = `${vendor} does not enforce ${[...moved].join(", ")}; the schema's descriptions say it instead.`;
  warn({ code: "adjusted_parameter", param, message });
}
