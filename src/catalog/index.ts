import type { ModelInfo } from "../chat/model.ts";
import { claudeCatalog } from "./claude.ts";
import { echoCatalog } from "./echo.ts";
import { geminiCatalog } from "./gemini.ts";
import { openaiCatalog } from "./openai.ts";
import { type CatalogOverrides, overrideModels } from "./overrides.ts";

/** What is known of one provider's models. */
interface VendorCatalog {
  /** The model if neither the caller nor the operator names one. */
  readonly defaultModel: string;
  readonly models: readonly ModelInfo[];
}

/**
 * By provider name. Compatible servers, Cursor and Copilot have no entry: their models and prices
 * are not published in one place, or depend on the account.
 */
const VENDORS: Readonly<Record<string, VendorCatalog>> = {
  claude: claudeCatalog,
  gemini: geminiCatalog,
  openai: openaiCatalog,
  echo: echoCatalog,
};

/** What is known about models, by provider name. */
export interface Catalog {
  /** By id, alias or the vendor's other id; undefined if it is not in the catalog. */
  find(provider: string, name: string): ModelInfo | undefined;
  /** The same, but a model that is not in the catalog is assumed to exist under this id. */
  lookup(provider: string, name: string): ModelInfo;
  list(provider: string): readonly ModelInfo[];
  /** The model if neither the caller nor the operator names one. */
  defaultModel(provider: string): string | null;
  /** A name without a provider. If several providers have it, the first in the catalog wins. */
  resolveModel(name: string): { provider: string; model: ModelInfo } | undefined;
}

/** The catalog, merged with the operator's own models (`MODEL_CATALOG`). */
export function createCatalog({
  MODEL_CATALOG: overrides = {},
}: {
  MODEL_CATALOG?: CatalogOverrides | undefined;
} = {}): Catalog {
  const models = new Map<string, readonly ModelInfo[]>();
  for (const provider of new Set([...Object.keys(VENDORS), ...Object.keys(overrides)])) {
    models.set(
      provider,
      overrideModels(VENDORS[provider]?.models ?? [], overrides[provider] ?? []),
    );
  }
  const names = new Map<string, ReadonlyMap<string, ModelInfo>>();
  const anyProvider = new Map<string, { provider: string; model: ModelInfo }>();
  for (const [provider, list] of models) {
    const index = indexByName(list);
    names.set(provider, index);
    for (const [name, model] of index)
      if (!anyProvider.has(name)) anyProvider.set(name, { provider, model });
  }

  function find(provider: string, name: string): ModelInfo | undefined {
    return names.get(provider)?.get(name);
  }
  return {
    find,
    lookup: (provider, name) => find(provider, name) ?? { id: name },
    list: (provider) => models.get(provider) ?? [],
    defaultModel: (provider) => VENDORS[provider]?.defaultModel ?? null,
    resolveModel: (name) => anyProvider.get(name),
  };
}

/**
 * Precedence: id, the vendor's other id, alias; on a tie the later entry, which may be the
 * operator's.
 */
function indexByName(models: readonly ModelInfo[]): Map<string, ModelInfo> {
  const index = new Map<string, ModelInfo>();
  for (const model of models) for (const alias of model.aliases ?? []) index.set(alias, model);
  for (const model of models)
    for (const id of model.other_ids ?? []) index.set(id, { ...model, id });
  for (const model of models) index.set(model.id, model);
  return index;
}
