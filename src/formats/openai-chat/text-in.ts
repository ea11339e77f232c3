/** The value if it is a text with something in it. Upstream answers are narrowed by hand: a schema for each event costs more than its parse. */
export function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
