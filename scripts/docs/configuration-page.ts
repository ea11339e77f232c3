import * as z from "zod";
import { formatTable } from "./markdown.ts";

/** What the page says about a variable, read from the JSON Schema that zod generates. */
const variableSchema = z.object({
  description: z.string().min(1),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
type Variable = z.infer<typeof variableSchema>;

/** Variables that belong together, under a heading. */
export interface Section {
  title: string;
  names: readonly string[];
}

/**
 * The page that explains each environment variable. Variables that no section names come first.
 * Throws if one has no description.
 */
export function renderConfiguration(
  envSchema: z.core.$ZodObject,
  sections: readonly Section[],
): string {
  const properties =
    z.toJSONSchema(envSchema, { io: "output", unrepresentable: "any" }).properties ?? {};
  const variables = new Map<string, Variable>();
  for (const [name, property] of Object.entries(properties)) {
    const result = variableSchema.safeParse(property);
    if (!result.success)
      throw new Error(
        `${name}: ${result.error.issues[0]?.path.join(".")} of its documentation is missing`,
      );
    variables.set(name, result.data);
  }
  const named = new Set(sections.flatMap(({ names }) => names));
  const general: Section = {
    title: "Server",
    names: [...variables.keys()].filter((name) => !named.has(name)),
  };
  const pages = [general, ...sections]
    .map(({ title, names }) => renderSection(title, names, variables))
    .filter((text) => text !== "");

  return `# Configuration

Generated from the code by \`scripts/docs/write-configuration-docs.ts\`; do not edit it here.

Environment variables set everything (on Bun also \`.env\`; on Workers variables and secrets). To try
the server out, none is needed; a provider is available once its key is set. An empty variable counts
as unset, and white space and quotes around a value are removed, except in \`JWT_SECRET\`,
\`JWT_ISSUER\` and \`JWT_AUDIENCE\`, which are taken literally. If a value would be unsafe, the server
does not start and names the variable. A faulty key makes only its own provider unavailable; the log
and \`GET /providers\` say why.

${pages.join("\n\n")}
`;
}

function renderSection(
  title: string,
  names: readonly string[],
  variables: ReadonlyMap<string, Variable>,
): string {
  const rows = names.flatMap((name) => {
    const variable = variables.get(name);
    return variable ? [[`\`${name}\``, formatDefault(variable), describe(variable)]] : [];
  });
  return rows.length === 0
    ? ""
    : `## ${title}\n\n${formatTable(["Variable", "Default", "Meaning"], rows)}`;
}

function formatDefault({ default: value }: Variable): string {
  return value === undefined ? "" : `\`${value}\``;
}

function describe({ description, enum: values, minimum, maximum }: Variable): string {
  if (values) return `${description} One of ${values.map((value) => `\`${value}\``).join(", ")}.`;
  return minimum === undefined || maximum === undefined
    ? description
    : `${description} From ${minimum} to ${maximum}.`;
}
