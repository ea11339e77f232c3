import { readApiKey, readBearer, type TokenReader } from "../auth/read-token.ts";
import type { RequestContext } from "../calls/request-context.ts";
import type { ModelInfo } from "../chat/model.ts";
import { anthropicErrors } from "../dialects/anthropic-messages/encode-error.ts";
import type { ErrorDialect } from "../dialects/dialect.ts";
import { openaiErrors } from "../dialects/openai-error.ts";
import { ChatError } from "../errors/chat-error.ts";
import { answerHeaders, respondJson } from "../http/respond.ts";
import { allowsRoute } from "./models.ts";
import type { Server } from "./server.ts";

/**
 * A model as one vendor's clients read it. The catalog has no creation dates; Anthropic's own API
 * sends the epoch for unknown ones.
 */
interface ModelShape {
  readonly dialect: ErrorDialect;
  readonly readToken: TokenReader;
  model(id: string, provider: string): object;
  list(ids: readonly string[], models: readonly object[]): object;
}

const OPENAI: ModelShape = {
  dialect: openaiErrors,
  readToken: readBearer,
  model: (id, provider) => ({ id, object: "model", created: 0, owned_by: provider }),
  list: (_ids, models) => ({ object: "list", data: models }),
};

const ANTHROPIC: ModelShape = {
  dialect: anthropicErrors,
  readToken: readApiKey,
  model: (id) => ({ type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" }),
  list: (ids, models) => ({
    data: models,
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }),
};

function shapeFor(request: Request): ModelShape {
  return request.headers.has("anthropic-version") ? ANTHROPIC : OPENAI;
}

/** Which of the two dialects that share this path the request speaks. */
export function dialectOfV1Models(request: Request): ErrorDialect {
  return shapeFor(request).dialect;
}

/**
 * `GET /v1/models` and `GET /v1/models/{id}`: what the token can call now, in Anthropic's shape if
 * the request has its version header, otherwise in OpenAI's.
 */
export function createListV1Models(server: Server) {
  const models = new Map<string, { provider: string; id: string }>();
  for (const provider of server.providers) {
    if (!provider.available) continue;
    for (const { id } of withDefault(server.catalog.list(provider.name), provider.defaultModel)) {
      // Two providers may serve a model of the same name; the bare name means the first one.
      const name = models.has(id) ? `${provider.name}/${id}` : id;
      models.set(name, { provider: provider.name, id });
    }
  }

  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const shape = shapeFor(request);
    const { policy } = await server.authenticator.authenticate(request, shape.readToken);
    const headers = answerHeaders(shape.dialect, { requestId, warnings: [] });
    const wanted = readId(request.url);
    const allowed = new Map<string, string>();
    for (const [name, { provider, id }] of models)
      if (policy.allowsModel(provider, id)) allowed.set(name, provider);
    for (const route of server.routes.values())
      if (allowsRoute(policy, route)) allowed.set(route.name, "route");
    if (wanted === undefined) {
      const shaped = [...allowed].map(([name, owner]) => shape.model(name, owner));
      return respondJson(shape.list([...allowed.keys()], shaped), requestId, 200, headers);
    }
    const owner = allowed.get(wanted);
    if (owner === undefined) throw new ChatError("model_not_found", { param: "model" });
    return respondJson(shape.model(wanted, owner), requestId, 200, headers);
  };
}

function withDefault(
  models: readonly ModelInfo[],
  defaultModel: string | null,
): readonly ModelInfo[] {
  return models.length > 0 || defaultModel === null ? models : [{ id: defaultModel }];
}

/** The id at the end of the path; it may contain slashes. */
function readId(url: string): string | undefined {
  const id = new URL(url).pathname.replace(/^\/v1\/models\/?/, "");
  try {
    return id === "" ? undefined : decodeURIComponent(id);
  } catch {
    throw new ChatError("model_not_found", { param: "model" });
  }
}
