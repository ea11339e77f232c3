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

/** Counts from the runtime; a count that it did not give is absent. */
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

type Essential<Event> = Event extends SessionEvent
  ? Pick<Event, "type" | "data" | "agentId">
  : never;
/** An event of a session, without what all of them have. */
export type AnswerEvent = Essential<SessionEvent>;

export interface EventReader {
  /** One event of a session → what it adds to the answer. Throws if the event is a failure. */
  read(event: AnswerEvent): Piece[];
  /** The model has called tools, and only its token count is missing. */
  readonly awaitsUsage: boolean;
  /** Ends an answer that awaits its usage, without it. */
  endWithoutUsage(): Piece[];
}

/**
 * The events of one session → the pieces of one answer. A tool call by the model ends the answer:
 * the tools are the caller's, who returns with their results in a new conversation.
 */
export function createEventReader(): EventReader {
  /**
   * What was emitted of each message and each thought, by id: at its end, its whole text arrives
   * once more.
   */
  const given = new Map<string, string>();
  let requests: AssistantMessageToolRequest[] = [];
  let answered = false;
  let hasReasoning = false;
  let knownThoughts: string | undefined;
  let called = false;
  let counted = false;
  /** Text of an incomplete model call. */
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
    // Sub-agents (there should be none) are not part of the answer.
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
        // It follows the message, which may have contained the same text.
        if (event.data.content === knownThoughts) return [];
        return giveRest("reasoning", event.data.reasoningId, event.data.content);
      case "assistant.message_delta":
        return give("text", event.data.messageId, event.data.deltaContent);
      case "assistant.message": {
        const { messageId, content, reasoningText, toolRequests } = event.data;
        answered = true;
        requests.push(...(toolRequests ?? []));
        if (!hasReasoning) knownThoughts = reasoningText;
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
        // The runtime retries from the start, so text that was already emitted would come twice.
        if (!hasLooseText || event.data.source !== "top_level") return [];
        throw new BridgeError({
          status: 502,
          type: "server_error",
          code: "answer_broken",
          message: "The connection to the model broke during the answer.",
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

/** An answer may take the runtime more than one model call. */
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
