import * as z from "zod";
import { invalidRequest, unsupported } from "./bridge-error.ts";

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const imagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.object({ url: z.string() }),
});
const textContent = z.union([z.string(), z.array(textPart)]);

const toolCall = z.object({
  id: z.string(),
  type: z.literal("function").optional(),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const message = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content: textContent }),
  z.object({
    role: z.literal("user"),
    content: z.union([z.string(), z.array(z.union([textPart, imagePart]))]),
  }),
  z.object({
    role: z.literal("assistant"),
    content: textContent.nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.object({ role: z.literal("tool"), tool_call_id: z.string(), content: textContent }),
]);
export type Message = z.infer<typeof message>;

const tool = z.object({
  type: z.literal("function"),
  function: z.object({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});
export type Tool = z.infer<typeof tool>["function"];

/** What this bridge supports. */
const chatSchema = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  tools: z.array(tool).nullish(),
  tool_choice: z.enum(["auto", "none"]).nullish(),
  reasoning_effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});

export interface ChatCall {
  model: string;
  messages: Message[];
  tools: Tool[];
  reasoningEffort: "low" | "medium" | "high" | "xhigh" | "max" | null;
  stream: boolean;
  includeUsage: boolean;
}

/** Fields that don't affect the answer, and can be ignored. */
const IGNORED = new Set([
  "user",
  "metadata",
  "store",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
]);
/** Values that request the default behaviour. */
const HARMLESS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["n", 1],
  ["temperature", 1],
  ["top_p", 1],
  ["frequency_penalty", 0],
  ["presence_penalty", 0],
  ["logprobs", false],
  ["parallel_tool_calls", true],
]);

/** Parses a body of `POST /v1/chat/completions`. Unsupported fields are refused, never ignored. */
export function readRequest(body: unknown): ChatCall {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw invalidRequest("The body must be a JSON object.");
  for (const [name, value] of Object.entries(body)) {
    if (name in chatSchema.shape || value === null || IGNORED.has(name) || isHarmless(name, value))
      continue;
    throw unsupported(name, "Copilot's runtime does not support this.");
  }
  const result = chatSchema.safeParse(body);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw invalidRequest(issue?.message ?? "The request is not valid.", issue?.path.join("."));
  }
  const { model, messages, tools, tool_choice, reasoning_effort, stream, stream_options } =
    result.data;
  return {
    model,
    messages,
    tools: tool_choice === "none" ? [] : (tools ?? []).map((entry) => entry.function),
    reasoningEffort: reasoning_effort ?? null,
    stream: stream ?? false,
    includeUsage: stream_options?.include_usage ?? false,
  };
}

function isHarmless(name: string, value: unknown): boolean {
  if (name === "response_format")
    return typeof value === "object" && value !== null && "type" in value && value.type === "text";
  return HARMLESS.has(name) && HARMLESS.get(name) === value;
}
