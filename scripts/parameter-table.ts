import type { Catalog } from "../src/catalog/index.ts";
import { type Capability, type ModelInfo, PARAMETERS, type Parameter } from "../src/chat/model.ts";
import { formatTable } from "./markdown.ts";

/** One provider, or one way to reach it, as a column of the table. */
export interface Column {
  title: string;
  /** Whose models of the catalog are meant. */
  provider: string;
  capabilities: Readonly<Record<Parameter, Capability>>;
}

const SIGNS: Record<Capability, string> = { native: "yes", mapped: "mapped", dropped: "no" };

/** The page that says which provider and which model takes what. */
export function renderParameters(columns: readonly Column[], catalog: Catalog): string {
  const models = new Map(columns.map(({ provider }) => [provider, catalog.list(provider)]));

  function cell({ provider, capabilities }: Column, parameter: Parameter): string {
    const sign = SIGNS[capabilities[parameter]];
    const refused = models.get(provider)?.some((model) => refusalsOf(model).includes(parameter));
    return refused && capabilities[parameter] !== "dropped" ? `${sign}, not all models` : sign;
  }

  return `# What each provider takes

Made by \`scripts/write-parameter-table.ts\` from the providers' own lists and the catalog; do not edit it here.

- **yes**: sent as it is.
- **mapped**: sent in another form with the same meaning, or a near one with a warning.
- **no**: the vendor has no place for it.
- **not all models**: some models refuse it; the second table says which.

What a target does not take is left out, and the answer's \`warnings\` say so. With \`"strict": true\` the request is refused instead
(400 \`unsupported_parameter\`, with the path in \`param\`), before anything is sent.

## Parameters by provider

${formatTable(
  ["", ...columns.map(({ title }) => title)],
  PARAMETERS.map((parameter) => [
    `\`${parameter}\``,
    ...columns.map((column) => cell(column, parameter)),
  ]),
)}

## Models

A model that is not listed works too: what it takes is then for the vendor to say, and its cost is not known. Where an effort is not
among a model's efforts, the nearest is sent; where a model takes budgets in place of efforts or the reverse, the one becomes the other.
Both are told in a warning.

${formatTable(
  [
    "Provider",
    "Model",
    "Reasoning",
    "Efforts",
    "Largest answer",
    "Refuses",
    "Refuses while reasoning",
  ],
  [...models].flatMap(([provider, list]) => list.map((model) => describeModel(provider, model))),
)}

The day and the source of the prices stand beside them in \`src/routing/catalog/\`. \`MODEL_CATALOG\` adds models and corrects them.
`;
}

function refusalsOf(model: ModelInfo): readonly Parameter[] {
  return [...(model.refuses ?? []), ...(model.refuses_while_reasoning ?? [])];
}

function describeModel(provider: string, model: ModelInfo): string[] {
  const names = model.aliases
    ? ` (${model.aliases.map((alias) => `\`${alias}\``).join(", ")})`
    : "";
  const retires = model.retires ? `, retires ${model.retires}` : "";
  return [
    provider,
    `\`${model.id}\`${names}${retires}`,
    model.reasoning ?? "",
    (model.efforts ?? []).join(" "),
    model.max_output_tokens?.toLocaleString("en-US") ?? "",
    (model.refuses ?? []).join(", "),
    (model.refuses_while_reasoning ?? []).join(", "),
  ];
}
