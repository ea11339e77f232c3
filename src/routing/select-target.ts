import type { Catalog } from "../catalog/index.ts";
import type { ModelInfo } from "../chat/model.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";

/** Provider and model chosen for a call. */
export interface Target {
  readonly provider: Provider;
  readonly model: ModelInfo;
}

export interface TargetSources {
  readonly providers: readonly (Provider | UnavailableProvider)[];
  readonly catalog: Catalog;
}

/**
 * The target that a request names. A named provider takes the model as it is said (a catalog alias becomes its id), or its default;
 * without one the model must say it: `provider/model`, or a name of the catalog; any other model is `defaultProvider`'s, where there is
 * one. Throws a ChatError that names the field at fault.
 */
export function selectTarget(
  request: Pick<ChatRequest, "provider" | "model">,
  sources: TargetSources,
  defaultProvider: string | null = null,
): Target {
  const { provider, model } =
    request.provider === undefined
      ? selectByModel(request.model, sources, defaultProvider)
      : selectByProvider(request, sources);
  if (!provider.available) {
    throw new ChatError(provider.code, {
      param: "provider",
      message: `${provider.name} is unavailable: ${provider.reason}`,
    });
  }
  return { provider, model };
}

/** What a request names, whether or not it can be called. */
interface NamedTarget {
  readonly provider: Provider | UnavailableProvider;
  readonly model: ModelInfo;
}

function selectByProvider(
  { provider: name, model }: Pick<ChatRequest, "provider" | "model">,
  sources: TargetSources,
): NamedTarget {
  const { providers, catalog } = sources;
  const provider = findProvider(name ?? "", providers);
  if (!provider) {
    throw new ChatError("unknown_provider", {
      param: "provider",
      message: `There is no provider of this name. There are: ${listNames(providers)}.`,
    });
  }
  const said = model ?? provider.defaultModel;
  if (said === null) {
    throw new ChatError("invalid_request", {
      param: "model",
      message: `${provider.name} has no default model; name one.`,
    });
  }
  return {
    provider,
    model: catalog.find(provider.name, said) ??
      lookupPrefixed(said, provider, sources) ?? { id: said },
  };
}

/** `claude/opus` where claude is named already. Only for the catalog's names: other servers have slashes in their own. */
function lookupPrefixed(
  said: string,
  provider: Provider | UnavailableProvider,
  { providers, catalog }: TargetSources,
): ModelInfo | undefined {
  const slash = said.indexOf("/");
  if (slash === -1 || findProvider(said.slice(0, slash), providers) !== provider) return undefined;
  return catalog.find(provider.name, said.slice(slash + 1));
}

function selectByModel(
  said: string | undefined,
  { providers, catalog }: TargetSources,
  defaultProvider: string | null,
): NamedTarget {
  if (said === undefined) {
    throw new ChatError("invalid_request", {
      param: "provider",
      message: `Name a provider (${listNames(providers)}) or a model as provider/model.`,
    });
  }
  const slash = said.indexOf("/");
  const named =
    slash > 0 && slash < said.length - 1
      ? findProvider(said.slice(0, slash), providers)
      : undefined;
  if (named) return { provider: named, model: catalog.lookup(named.name, said.slice(slash + 1)) };
  const resolved = catalog.resolveModel(said);
  const provider = findProvider(resolved?.provider ?? defaultProvider ?? "", providers);
  if (!provider) {
    throw new ChatError("invalid_request", {
      param: "model",
      message: `The model is not in the catalog, so name its provider: provider/model, with one of ${listNames(providers)}.`,
    });
  }
  return { provider, model: resolved?.model ?? { id: said } };
}

/** By name or alias; a name is stronger than another's alias. */
function findProvider(
  name: string,
  providers: readonly (Provider | UnavailableProvider)[],
): Provider | UnavailableProvider | undefined {
  const wanted = name.toLowerCase();
  return (
    providers.find((provider) => provider.name === wanted) ??
    providers.find((provider) => provider.aliases.includes(wanted))
  );
}

function listNames(providers: readonly (Provider | UnavailableProvider)[]): string {
  return providers.map(({ name }) => name).join(", ");
}
