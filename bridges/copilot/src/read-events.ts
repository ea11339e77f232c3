import type {
  AssistantMessageToolRequest,
  AssistantUsageData,
  SessionEvent,
} from "@github/copilot-sdk";
import { BridgeError, runtimeFailure } from "./bridge-error.ts";

export interface ToolCall {
  id: string;
  name: string;
  /** JSON text. */
  arguments: string;
}

/** Counts as the runtime gave them; a count that it did not give is absent. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
  cachedTokens?: number;
  reasoningTokens?: number;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** A piece of an answer. `end` comes once, last. */
export type Piece =
  | { type: "text" | "reasoning"; delta: string }
  | { type: "end"; finishReason: FinishReason; toolCalls: ToolCall[]; usage: TokenUsage | null };

type Told<Event> = Event extends SessionEvent ? Pick<Event, "type" | "data" | "agentId"> : never;
/** An event of a session, without what is the same in all of them. */
export type AnswerEvent = Told<SessionEvent>;

export interface EventReader {
  /** One event of a session; gives what it adds to the answer. Throws where the event ends it in failure. */
  read(event: AnswerEvent): Piece[];
  /** The model has called tools, and only the count of its tokens is missing. */
  readonly awaitsUsage: boolean;
  /** Ends an answer that awaits its usage without it. */
  endWithoutUsage(): Piece[];
}

/**
 * The events of one session → the pieces of one answer. A tool call of the model's ends it: the tools are the caller's, and the
 * caller comes back with their results in a conversation of its own.
 */
export function createEventReader(): EventReader {
  /** What was given out of each message and each thought, by id: the whole of it comes once more at its end. */
  const given = new Map<string, string>();
  let requests: AssistantMessageToolRequest[] = [];
  let answered = false;
  let hasReasoning = false;
  let toldThoughts: string | undefined;
  let called = false;
  let counted = false;
  /** Text of a model call that is not complete yet. */
  let hasLooseText = false;
  let usage: TokenUsage | null = null;
  let finishReason: string | undefined;

  function give(type: "text" | "reasoning", id: string, delta: string): Piece[] {
    if (delta === "") return [];
    if (type === "reasoning") hasReasoning = true;
    else hasLooseText = true;
    given.set(id, (given.get(id) ?? "") + delta);
    return [{ type, delta }];
  }
  function giveRest(type: "text" | "reasoning", id: string, whole: string): Piece[] {
    const before = given.get(id) ?? "";
    return whole.startsWith(before) ? give(type, id, whole.slice(before.length)) : [];
  }
  function end(): Piece[] {
    const toolCalls = called ? requests.map(mapToolCall) : [];
    return [
      {
        type: "end",
        finishReason: mapFinishReason(finishReason, toolCalls.length > 0),
        toolCalls,
        usage,
      },
    ];
  }

  function read(event: AnswerEvent): Piece[] {
    // What sub-agents do is not the answer; there should be none.
    if (event.agentId !== undefined) return [];
    switch (event.type) {
      case "assistant.turn_start":
        requests = [];
        counted = false;
        return [];
      case "assistant.turn_end":
        hasLooseText = false;
        return [];
      case "assistant.reasoning_delta":
        return give("reasoning", event.data.reasoningId, event.data.deltaContent);
      case "assistant.reasoning":
        // It comes after the message, which may have told the same.
        if (event.data.content === toldThoughts) return [];
        return giveRest("reasoning", event.data.reasoningId, event.data.content);
      case "assistant.message_delta":
        return give("text", event.data.messageId, event.data.deltaContent);
      case "assistant.message": {
        const { messageId, content, reasoningText, toolRequests } = event.data;
        answered = true;
        requests.push(...(toolRequests ?? []));
        if (!hasReasoning) toldThoughts = reasoningText;
        const thoughts = hasReasoning
          ? []
          : give("reasoning", `${messageId} thoughts`, reasoningText ?? "");
        const rest = giveRest("text", messageId, content);
        hasLooseText = false;
        return [...thoughts, ...rest];
      }
      case "assistant.usage":
        usage = addUsage(usage, event.data);
        finishReason = event.data.contentFilterTriggered
          ? "content_filter"
          : event.data.finishReason;
        counted = true;
        return called ? end() : [];
      case "external_tool.requested": {
        if (called) return [];
        called = true;
        const { toolCallId, toolName } = event.data;
        if (requests.length === 0)
          requests.push({ toolCallId, name: toolName, arguments: event.data.arguments ?? {} });
        return counted ? end() : [];
      }
      case "model.call_failure":
        // The runtime tries again from the start; what was given out already would come twice.
        if (!hasLooseText || event.data.source !== "top_level") return [];
        throw new BridgeError({
          status: 502,
          type: "server_error",
          code: "answer_broken",
          message: "The connection to the model broke while it answered.",
        });
      case "session.error":
        throw runtimeFailure(event.data);
      case "session.idle":
        if (answered && !event.data.aborted) return end();
        throw new BridgeError({
          status: 502,
          type: "server_error",
          code: "no_answer",
          message: "Copilot gave no answer.",
        });
      default:
        return [];
    }
  }

  return {
    read,
    get awaitsUsage() {
      return called && !counted;
    },
    endWithoutUsage: end,
  };
}

function mapToolCall({
  toolCallId,
  name,
  arguments: value,
}: AssistantMessageToolRequest): ToolCall {
  return {
    id: toolCallId,
    name,
    arguments: typeof value === "string" ? value : JSON.stringify(value ?? {}),
  };
}

function mapFinishReason(reason: string | undefined, hasCalls: boolean): FinishReason {
  if (hasCalls) return "tool_calls";
  return reason === "length" || reason === "content_filter" ? reason : "stop";
}

/** An answer may take the runtime more than one call of the model. */
function addUsage(before: TokenUsage | null, data: AssistantUsageData): TokenUsage | null {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = data;
  if (inputTokens === undefined || outputTokens === undefined) return before;
  const sum: TokenUsage = {
    inputTokens: (before?.inputTokens ?? 0) + inputTokens,
    outputTokens: (before?.outputTokens ?? 0) + outputTokens,
  };
  const cachedTokens = addCounts(before?.cachedTokens, cacheReadTokens);
  const thoughtTokens = addCounts(before?.reasoningTokens, reasoningTokens);
  if (cachedTokens !== undefined) sum.cachedTokens = cachedTokens;
  if (thoughtTokens !== undefined) sum.reasoningTokens = thoughtTokens;
  return sum;
}

function addCounts(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined ? right : left + (right ?? 0);
}
