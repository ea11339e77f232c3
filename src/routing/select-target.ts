import type { Catalog } from "../catalog/index.ts";
import type { ModelInfo } from "../chat/model.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";

/** The provider and the model chosen for a call. */
export interface Target {
  readonly provider: Provider;
  readonly model: ModelInfo;
}

export interface TargetSources {
  readonly providers: readonly (Provider | UnavailableProvider)[];
  readonly catalog: Catalog;
}

/** How a target is named. */
export type TargetName = Pick<ChatRequest, "provider" | "model">;

/**
 * The target that a request names. A named provider takes the model as given (a catalog alias
 * becomes its id), or its default. Without a provider, the model must name one: as
 * `provider/model`, or by a name of the catalog; any other model belongs to `defaultProvider`, if
 * there is one. Throws a ChatError that names the field.
 */
export function selectTarget(
  request: TargetName,
  sources: TargetSources,
  defaultProvider: string | null = null,
): Target {
  const { provider, model } = nameTarget(request, sources, defaultProvider);
  if (!provider.available) throw unavailableError(provider, request);
  return { provider, model };
}

/** The error of a call to a provider that this server cannot call. It names the caller's field. */
export function unavailableError(
  { code, name, reason }: UnavailableProvider,
  request: TargetName,
): ChatError {
  return request.provider === undefined
    ? new ChatError(code, {
        param: "model",
        message: `The model's provider, ${name}, is unavailable: ${reason}`,
      })
    : new ChatError(code, { param: "provider", message: `${name} is unavailable: ${reason}` });
}

/** What a request names, whether or not it can be called. */
export interface NamedTarget {
  readonly provider: Provider | UnavailableProvider;
  readonly model: ModelInfo;
}

/** The same as {@link selectTarget}, but its provider may be unavailable. */
export function nameTarget(
  request: TargetName,
  sources: TargetSources,
  defaultProvider: string | null,
): NamedTarget {
  return request.provider === undefined
    ? selectByModel(request.model, sources, defaultProvider)
    : selectByProvider(request, sources);
}

function selectByProvider(
  { provider: name, model }: TargetName,
  sources: TargetSources,
): NamedTarget {
  const { providers, catalog } = sources;
  const provider = findProvider(name ?? "", providers);
  if (!provider) {
    throw new ChatError("unknown_provider", {
      param: "provider",
      message: `Unknown provider. Available names: ${listNames(providers)}.`,
    });
  }
  const requested = model ?? provider.defaultModel;
  if (requested === null) {
    throw new ChatError("invalid_request", {
      param: "model",
      message: `${provider.name} has no default model: set model.`,
    });
  }
  return {
    provider,
    model: catalog.find(provider.name, requested) ??
      lookupPrefixed(requested, provider, sources) ?? { id: requested },
  };
}

/**
 * `claude/opus` although claude is named already. Only for names of the catalog: other servers have
 * slashes in theirs.
 */
function lookupPrefixed(
  requested: string,
  provider: Provider | UnavailableProvider,
  { providers, catalog }: TargetSources,
): ModelInfo | undefined {
  const slash = requested.indexOf("/");
  if (slash === -1 || findProvider(requested.slice(0, slash), providers) !== provider)
    return undefined;
  return catalog.find(provider.name, requested.slice(slash + 1));
}

function selectByModel(
  requested: string | undefined,
  { providers, catalog }: TargetSources,
  defaultProvider: string | null,
): NamedTarget {
  if (requested === undefined) {
    throw new ChatError("invalid_request", {
      param: "provider",
      message: `Set provider (one of ${listNames(providers)}), or model as provider/model.`,
    });
  }
  const slash = requested.indexOf("/");
  const named =
    slash > 0 && slash < requested.length - 1
      ? findProvider(requested.slice(0, slash), providers)
      : undefined;
  if (named)
    return { provider: named, model: catalog.lookup(named.name, requested.slice(slash + 1)) };
  const resolved = catalog.resolveModel(requested);
  const provider = findProvider(resolved?.provider ?? defaultProvider ?? "", providers);
  if (!provider) {
    throw new ChatError("invalid_request", {
      param: "model",
      message: `The model is not in the catalog. Set provider, or model as provider/model (providers: ${listNames(providers)}).`,
    });
  }
  return { provider, model: resolved?.model ?? { id: requested } };
}

/** By name or alias; a name takes precedence over another provider's alias. */
export function findProvider(
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
