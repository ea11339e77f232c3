import { isGrain } from "../usage/periods.ts";
import { GROUPS, MAX_LIMIT, type ParamName, VIEWS } from "../usage/read-params.ts";

export const DIMENSION_NAMES = GROUPS.filter((name) => !isGrain(name));
export const day = { type: "string", format: "date" };

/** A list in one parameter, with commas between: `?group_by=day,model`. */
export const groupBy = (description: string, names: readonly string[]) => ({
  description,
  explode: false,
  schema: { type: "array", items: { enum: names }, uniqueItems: true },
});
export const format = (names: readonly string[], more = "") => ({
  description: `How the answer is written.${more}`,
  schema: { enum: names, default: "json" },
});

const filter = (name: string) => ({
  description: `Only calls with this \`${name}\`.`,
  schema: { type: "string" },
});
const FILTERS = {
  issuer: filter("issuer"),
  tenant: filter("tenant"),
  subject: filter("subject"),
  provider: filter("provider"),
  model: filter("model"),
  dialect: filter("dialect"),
  kind: filter("kind"),
  outcome: filter("outcome"),
};

/** Of every question to the ledger. */
export const COMMON = {
  from: { description: "The first day. Default: 29 days before `to`.", schema: day },
  to: {
    description: "The last day, included. At most 366 days in all, by hour 31. Default: today.",
    schema: day,
  },
  time_zone: {
    description: "The time zone in which days begin, by its IANA name.",
    schema: { type: "string", default: "UTC" },
  },
  view: {
    description:
      "Whose calls: `own` needs the scope `usage:read`, `tenant` needs `usage:tenant`, `all` needs " +
      "`admin`. Default: the most that the token allows.",
    schema: { enum: VIEWS },
  },
  ...FILTERS,
};
export const PAGES = {
  limit: {
    description: "Rows of a page.",
    schema: { type: "integer", minimum: 1, maximum: MAX_LIMIT, default: 1000 },
  },
  page: {
    description: "`next_page` of the page before; also in its `Link` header.",
    schema: { type: "string" },
  },
};

export const listParameters = (parameters: Partial<Record<ParamName, object>>) =>
  Object.entries(parameters).map(([name, rest]) => ({ ...rest, name, in: "query" }));
