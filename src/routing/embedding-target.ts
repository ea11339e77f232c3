import type { EventStream } from "../chat/event.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { EmbeddingAnswer } from "../embeddings/answer.ts";
import type { EmbeddingRequest } from "../embeddings/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import { nameTarget, type Target } from "./select-target.ts";
import { type Selection, type SelectionSources, selectTargets } from "./select-targets.ts";

/** A target of embeddings, how it was selected, and what it answered. */
export interface EmbeddingTarget {
  readonly selection: Selection;
  readonly target: Target;
  /** Once the target has been opened. */
  answer(): EmbeddingAnswer;
}

/**
 * Wraps the embedding of the named target as an event stream, so that it is attempted, retried,
 * timed and recorded like a chat. `shared` is the equivalent chat request.
 * Throws a ChatError for a route with several targets, and for a vendor without embeddings, whether
 * or not it is configured.
 */
export function embeddingTarget(
  request: EmbeddingRequest,
  shared: ChatRequest,
  sources: SelectionSources,
  defaultProvider: string | null,
): EmbeddingTarget {
  if (!sources.routes.has(request.model)) {
    const named = nameTarget(shared, sources, defaultProvider).provider;
    if (!named.embeds) throw withoutEmbeddings(named.name, sources);
  }
  const selection = selectTargets(shared, sources, defaultProvider);
  const { targets, skipped } = selection;
  const [{ provider, model }] = targets;
  if (targets.length + skipped.length > 1) {
    throw new ChatError("invalid_request", {
      param: "model",
      message:
        "model: a route with several targets cannot embed, because vectors of different models cannot be compared.",
    });
  }
  const { embed } = provider;
  if (!embed) throw withoutEmbeddings(provider.name, sources);
  let answer: EmbeddingAnswer | undefined;
  return {
    selection,
    target: {
      model,
      provider: {
        ...provider,
        async open({ signal, traceparent, warn }) {
          answer = await embed({ request, model, signal, traceparent, warn });
          return endedStream(answer);
        },
      },
    },
    answer() {
      if (!answer) throw new ChatError("internal_error", { logReason: "no_embeddings" });
      return answer;
    },
  };
}

function withoutEmbeddings(name: string, { providers }: SelectionSources): ChatError {
  const able = providers.flatMap((other) => (other.available && other.embeds ? [other.name] : []));
  return new ChatError("invalid_request", {
    param: "model",
    message: `model: ${name} has no embeddings; these providers have: ${able.join(", ")}.`,
  });
}

function endedStream({ usage }: EmbeddingAnswer): EventStream {
  let given = false;
  return {
    format: null,
    async read() {
      if (given) return null;
      given = true;
      return [{ type: "end", finish_reason: "stop", raw_finish_reason: null, usage }];
    },
    close() {},
  };
}
