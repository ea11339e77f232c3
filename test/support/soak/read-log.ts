import * as z from "zod";

const lineSchema = z.looseObject({
  event: z.string(),
  subject: z.string().optional(),
  code: z.string().optional(),
  state: z.string().optional(),
});

export interface SoakLog {
  readonly lines: readonly z.infer<typeof lineSchema>[];
  /** What is no line of the log. */
  readonly foreign: readonly string[];
}

export function readLog(text: string): SoakLog {
  const lines: z.infer<typeof lineSchema>[] = [];
  const foreign: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("AI server: ")) continue;
    try {
      lines.push(lineSchema.parse(JSON.parse(line)));
    } catch {
      foreign.push(line);
    }
  }
  return { lines, foreign };
}

/** How many calls came as far as the vendor and have no record, and how many have two. */
export function countMissing(
  { lines }: SoakLog,
  calls: number,
  hasSeen: (call: number) => boolean,
): { missing: number; doubled: number } {
  const records = new Map<string, number>();
  for (const { event, subject } of lines)
    if (event === "answer" && subject !== undefined)
      records.set(subject, 1 + (records.get(subject) ?? 0));
  let [missing, doubled] = [0, 0];
  for (let call = 0; call < calls; call++) {
    const count = records.get(`soaker-${call}`) ?? 0;
    if (count > 1) doubled += 1;
    if (count === 0 && hasSeen(call)) missing += 1;
  }
  return { missing, doubled };
}

/** How often each event came, with its code or state. */
export function summarizeLog({ lines }: SoakLog): string {
  const counts = new Map<string, number>();
  for (const { event, code, state } of lines) {
    const name = `${event} ${code ?? state ?? ""}`.trim();
    counts.set(name, 1 + (counts.get(name) ?? 0));
  }
  return [...counts].map(([name, count]) => `${name}: ${count}`).join("; ");
}
