import "../errors/schema-messages.ts";
import * as z from "zod/mini";
import { ChatError } from "../errors/chat-error.ts";
import { defined } from "../json/defined.ts";
import { DIMENSIONS, type Dimension } from "../ledger/columns.ts";
import { GRAINS, type Grain, isGrain } from "./periods.ts";
import { addDays, createTimeZone, type TimeZone } from "./time-zone.ts";

/** The longest range, in days: a leap year. */
const MAX_DAYS = 366;
/** Hours are listed over at most this many days. */
const MAX_HOURLY_DAYS = 31;
const DEFAULT_DAYS = 30;
export const MAX_LIMIT = 5000;

export const GROUPS = [...GRAINS, ...DIMENSIONS] as const;
const FORMATS = ["json", "csv", "focus"] as const;
export const VIEWS = ["own", "tenant", "all"] as const;

const daySchema = z.iso.date("must be a day: YYYY-MM-DD");

const groupBySchema = z
  .pipe(
    z.pipe(
      z.string(),
      z.transform((text) => text.split(",")),
    ),
    z.array(z.enum(GROUPS, `must name only ${GROUPS.join(", ")}, separated by commas`)),
  )
  .check(
    z.refine((names) => new Set(names).size === names.length, "must name each group once"),
    z.refine(
      (names) => names.filter((name) => isGrain(name)).length <= 1,
      "must name only one of hour, day and month",
    ),
  );

const filterShape = {
  issuer: z.optional(z.string()),
  tenant: z.optional(z.string()),
  subject: z.optional(z.string()),
  provider: z.optional(z.string()),
  model: z.optional(z.string()),
  dialect: z.optional(z.string()),
  kind: z.optional(z.string()),
  outcome: z.optional(z.string()),
} satisfies Record<Dimension, unknown>;

const filterSchema = z.object(filterShape);

const paramsSchema = z.strictObject({
  from: z.optional(daySchema),
  to: z.optional(daySchema),
  time_zone: z._default(z.string(), "UTC"),
  group_by: z.optional(groupBySchema),
  view: z.optional(z.enum(VIEWS, `must be ${VIEWS.join(", ")}`)),
  format: z._default(z.enum(FORMATS, `must be ${FORMATS.join(", ")}`), "json"),
  limit: z._default(
    z.pipe(
      z.pipe(
        z.string().check(z.regex(/^\d{1,4}$/, `must be a whole number from 1 to ${MAX_LIMIT}`)),
        z.transform(Number),
      ),
      z.number().check(z.gte(1), z.lte(MAX_LIMIT, `must be at most ${MAX_LIMIT}`)),
    ),
    1000,
  ),
  page: z.optional(z.string()),
  ...filterShape,
});

export const PARAM_NAMES = z.keyof(paramsSchema).options;
export type ParamName = (typeof PARAM_NAMES)[number];

/** What a caller wants to know of the ledger. */
export interface UsageParams {
  /** Days, both included. */
  readonly from: string;
  readonly to: string;
  readonly zone: TimeZone;
  readonly grain: Grain | undefined;
  readonly dimensions: readonly Dimension[];
  readonly filters: Readonly<Partial<Record<Dimension, string>>>;
  /** Undefined: the widest that the token allows. */
  readonly view: (typeof VIEWS)[number] | undefined;
  readonly format: (typeof FORMATS)[number];
  readonly limit: number;
  readonly page: string | undefined;
}

/** The query of a URL; throws `invalid_request`, naming the parameter that is wrong. */
export function readUsageParams(url: string, now: number): UsageParams {
  const given: Record<string, string> = {};
  for (const [name, value] of new URL(url).searchParams) {
    if (Object.hasOwn(given, name)) throw invalid(name, "is given twice");
    given[name] = value;
  }
  const result = paramsSchema.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    if (issue?.code === "unrecognized_keys")
      throw invalid(issue.keys[0] ?? "", "is not a parameter of this path");
    throw invalid(String(issue?.path[0]), issue?.message ?? "is not valid");
  }
  const { group_by: groups = [], time_zone: zoneName, view, format, limit, page } = result.data;
  const zone = findZone(zoneName);
  const today = zone.dayOf(now);
  const to = result.data.to ?? today;
  const from = result.data.from ?? addDays(to, 1 - DEFAULT_DAYS);
  if (from > to) throw invalid("from", "is after `to`");
  const grain = groups.find(isGrain);
  const maxDays = grain === "hour" ? MAX_HOURLY_DAYS : MAX_DAYS;
  if (addDays(from, maxDays) <= to)
    throw invalid("from", `is more than ${maxDays} days before the end of \`to\``);
  return {
    from,
    to,
    zone,
    grain,
    dimensions: groups.filter((name) => !isGrain(name)),
    filters: defined(filterSchema.parse(result.data)),
    view,
    format,
    limit,
    page,
  };
}

function findZone(name: string): TimeZone {
  try {
    return createTimeZone(name);
  } catch {
    throw invalid("time_zone", "is not a time zone of the IANA database, such as Europe/Berlin");
  }
}

function invalid(param: string, problem: string): ChatError {
  const name = /^[\w.-]{1,64}$/.test(param) ? param : "query";
  return new ChatError("invalid_request", { message: `\`${name}\` ${problem}.`, param: name });
}
