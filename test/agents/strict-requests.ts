/**
 * What each vendor takes, as strictly as its published format says it: an unknown field, a call
 * without its result, a role out of turn or a blank text is a fault. (Read in November 2026.) Each
 * check gives its faults in words.
 */
import * as z from "zod";

const schemaSchema = z
  .looseObject({ type: z.literal("object") })
  .refine(
    (schema) => !("anyOf" in schema || "oneOf" in schema || "allOf" in schema),
    "alternatives at the root of a schema",
  );
const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const callId = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const filled = z.string().regex(/\S/, "blank text");

/** Calls and results in the order of the conversation. */
interface Step {
  calls: string[];
  results: string[];
}

/**
 * Each step's calls must be answered by the next step, all of them and nothing else, and no id may
 * come twice.
 */
function checkCalls(steps: readonly Step[]): string[] {
  const faults: string[] = [];
  const ids = steps.flatMap(({ calls }) => calls);
  if (new Set(ids).size < ids.length) faults.push(`a call's id comes twice: ${ids.join(", ")}`);
  steps.forEach(({ calls }, at) => {
    const answered = [...(steps[at + 1]?.results ?? [])].sort().join();
    if (calls.length > 0 && answered !== [...calls].sort().join())
      faults.push(`the calls ${calls.join(", ")} are answered by ${answered || "nothing"}`);
  });
  steps.forEach(({ results }, at) => {
    if (results.length > 0 && (steps[at - 1]?.calls.length ?? 0) === 0)
      faults.push(`the results ${results.join(", ")} follow no call`);
  });
  return faults;
}

function checkOrder(roles: readonly string[], first: string): string[] {
  const faults = roles[0] === first ? [] : [`the first message is the ${roles[0]}'s`];
  roles.forEach((role, at) => {
    if (at > 0 && role === roles[at - 1]) faults.push(`two messages of the ${role}'s in a row`);
  });
  return faults;
}

function issuesOf(result: { success: boolean; error?: z.ZodError | undefined }): string[] {
  return result.success ? [] : [z.prettifyError(result.error ?? new z.ZodError([])).slice(0, 2000)];
}

const cacheControl = z.strictObject({
  type: z.literal("ephemeral"),
  ttl: z.enum(["5m", "1h"]).optional(),
});
const claudeText = z.strictObject({
  type: z.literal("text"),
  text: filled,
  cache_control: cacheControl.optional(),
});
const claudeBlock = z.discriminatedUnion("type", [
  claudeText,
  z.strictObject({
    type: z.literal("thinking"),
    thinking: z.string(),
    signature: z.string().min(1),
  }),
  z.strictObject({
    type: z.literal("tool_use"),
    id: callId,
    name: toolName,
    input: z.looseObject({}),
    cache_control: cacheControl.optional(),
  }),
  z.strictObject({
    type: z.literal("tool_result"),
    tool_use_id: callId,
    content: z.union([z.string(), z.array(claudeText)]).optional(),
    is_error: z.boolean().optional(),
    cache_control: cacheControl.optional(),
  }),
]);
const claudeRequest = z.strictObject({
  model: z.string(),
  max_tokens: z.int().min(1),
  messages: z.array(
    z.strictObject({
      role: z.enum(["user", "assistant", "system"]),
      content: z.union([filled, z.array(claudeBlock).min(1)]),
    }),
  ),
  system: z.union([filled, z.array(claudeText)]).optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("custom").optional(),
        name: toolName,
        description: z.string().optional(),
        input_schema: schemaSchema,
        strict: z.boolean().optional(),
        cache_control: cacheControl.optional(),
      }),
    )
    .optional(),
  tool_choice: z.looseObject({ type: z.enum(["auto", "any", "tool", "none"]) }).optional(),
  thinking: z
    .strictObject({
      type: z.enum(["adaptive", "enabled", "disabled"]),
      budget_tokens: z.int().min(1024).optional(),
      display: z.enum(["summarized", "omitted"]).optional(),
    })
    .optional(),
  output_config: z
    .strictObject({ effort: z.string().optional(), format: z.looseObject({}).optional() })
    .optional(),
  cache_control: cacheControl.optional(),
  stream: z.boolean().optional(),
});

function checkClaude(body: unknown): string[] {
  const result = claudeRequest.safeParse(body);
  if (!result.data) return issuesOf(result);
  const { messages, thinking, max_tokens } = result.data;
  const steps = messages
    .filter(({ role }) => role !== "system")
    .map(({ content }) => {
      const blocks = typeof content === "string" ? [] : content;
      return {
        calls: blocks.flatMap((block) => (block.type === "tool_use" ? block.id : [])),
        results: blocks.flatMap((block) => (block.type === "tool_result" ? block.tool_use_id : [])),
      };
    });
  return [
    ...checkCalls(steps),
    ...(messages[0]?.role === "user" ? [] : ["the first message is not the user's"]),
    ...((thinking?.budget_tokens ?? 0) >= max_tokens ? ["the budget is not below max_tokens"] : []),
  ];
}

const openaiItem = z.union([
  z.strictObject({
    type: z.literal("message").optional(),
    id: z.string().optional(),
    status: z.string().optional(),
    role: z.enum(["user", "assistant", "system", "developer"]),
    content: z.union([
      z.string(),
      z.array(
        z.strictObject({
          type: z.enum(["input_text", "output_text"]),
          text: z.string(),
          annotations: z.array(z.unknown()).optional(),
          logprobs: z.array(z.unknown()).optional(),
        }),
      ),
    ]),
  }),
  z.strictObject({
    type: z.literal("reasoning"),
    id: z.string().optional(),
    summary: z.array(z.strictObject({ type: z.literal("summary_text"), text: z.string() })),
    encrypted_content: z.string().min(1),
  }),
  z.strictObject({
    type: z.literal("function_call"),
    id: z.string().optional(),
    status: z.string().optional(),
    call_id: z.string(),
    name: z.string(),
    namespace: z.string().optional(),
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal("function_call_output"),
    id: z.string().optional(),
    status: z.string().optional(),
    call_id: z.string(),
    output: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
  }),
]);
const openaiRequest = z.strictObject({
  model: z.string(),
  input: z.array(openaiItem).min(1),
  instructions: z.string().optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        name: toolName,
        description: z.string().optional(),
        parameters: z.looseObject({ type: z.literal("object") }),
        strict: z.boolean(),
      }),
    )
    .optional(),
  tool_choice: z.union([z.string(), z.looseObject({})]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_output_tokens: z.int().min(16).optional(),
  reasoning: z
    .strictObject({ effort: z.string().optional(), summary: z.string().optional() })
    .optional(),
  text: z.looseObject({}).optional(),
  temperature: z.number().optional(),
  store: z.boolean().optional(),
  include: z.array(z.string()).optional(),
  stream: z.boolean().optional(),
});

function checkOpenai(body: unknown): string[] {
  const result = openaiRequest.safeParse(body);
  if (!result.data) return issuesOf(result);
  const { input } = result.data;
  const calls = input.flatMap((item) => (item.type === "function_call" ? item.call_id : []));
  const results = input.flatMap((item) =>
    item.type === "function_call_output" ? item.call_id : [],
  );
  return checkCalls([
    { calls, results: [] },
    { calls: [], results },
  ]);
}

const plainText = z.union([
  z.string(),
  z.array(z.strictObject({ type: z.literal("text"), text: z.string() })),
]);
const plainRequest = z.strictObject({
  model: z.string(),
  messages: z.array(
    z.discriminatedUnion("role", [
      z.strictObject({ role: z.literal("system"), content: plainText }),
      z.strictObject({ role: z.literal("user"), content: plainText }),
      z.strictObject({
        role: z.literal("assistant"),
        content: plainText.nullable(),
        reasoning_content: z.string().optional(),
        tool_calls: z
          .array(
            z.strictObject({
              id: callId,
              type: z.literal("function"),
              function: z.strictObject({ name: toolName, arguments: z.string() }),
            }),
          )
          .optional(),
      }),
      z.strictObject({ role: z.literal("tool"), tool_call_id: callId, content: plainText }),
    ]),
  ),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        function: z.strictObject({
          name: toolName,
          description: z.string().optional(),
          parameters: z.looseObject({ type: z.literal("object") }).optional(),
          strict: z.boolean().optional(),
        }),
      }),
    )
    .optional(),
  tool_choice: z.union([z.string(), z.looseObject({})]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_tokens: z.int().optional(),
  temperature: z.number().optional(),
  reasoning_effort: z.string().optional(),
  response_format: z.looseObject({}).optional(),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_usage: z.boolean() }).optional(),
});

function checkPlain(body: unknown): string[] {
  const result = plainRequest.safeParse(body);
  if (!result.data) return issuesOf(result);
  const steps: Step[] = [];
  for (const message of result.data.messages) {
    const last = steps[steps.length - 1];
    if (message.role !== "tool")
      steps.push({
        calls: message.role === "assistant" ? (message.tool_calls ?? []).map(({ id }) => id) : [],
        results: [],
      });
    else if (last && last.results.length > 0) last.results.push(message.tool_call_id);
    else steps.push({ calls: [], results: [message.tool_call_id] });
  }
  return checkCalls(steps);
}

const geminiPart = z.union([
  z.strictObject({ text: filled, thoughtSignature: z.string().optional() }),
  // A stream may sign its text in an empty part at the end, which is to come back as it was
  // (ai.google.dev/gemini-api/docs/thought-signatures).
  z.strictObject({ text: z.literal(""), thoughtSignature: z.string().min(1) }),
  z.strictObject({
    text: z.string(),
    thought: z.literal(true),
    thoughtSignature: z.string().optional(),
  }),
  z.strictObject({
    functionCall: z.strictObject({
      id: z.string().optional(),
      name: toolName,
      args: z.looseObject({}).optional(),
    }),
    thoughtSignature: z.string().optional(),
  }),
  z.strictObject({
    functionResponse: z.strictObject({
      id: z.string().optional(),
      name: toolName,
      response: z.looseObject({}),
    }),
  }),
]);
const geminiRequest = z.strictObject({
  contents: z.array(
    z.strictObject({ role: z.enum(["user", "model"]), parts: z.array(geminiPart).min(1) }),
  ),
  systemInstruction: z
    .strictObject({ role: z.string().optional(), parts: z.array(z.strictObject({ text: filled })) })
    .optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z.array(
          z.strictObject({
            name: toolName,
            description: z.string().optional(),
            parameters: z.looseObject({}).optional(),
            parametersJsonSchema: z.looseObject({}).optional(),
          }),
        ),
      }),
    )
    .optional(),
  toolConfig: z.looseObject({}).optional(),
  generationConfig: z.looseObject({}).optional(),
  safetySettings: z.array(z.looseObject({})).optional(),
});

function checkGemini(body: unknown): string[] {
  const result = geminiRequest.safeParse(body);
  if (!result.data) return issuesOf(result);
  const { contents } = result.data;
  const steps = contents.map(({ parts }) => ({
    calls: parts.flatMap((part) => ("functionCall" in part ? (part.functionCall.id ?? "") : [])),
    results: parts.flatMap((part) =>
      "functionResponse" in part ? (part.functionResponse.id ?? "") : [],
    ),
  }));
  return [
    ...checkCalls(steps),
    ...checkOrder(
      contents.map(({ role }) => role),
      "user",
    ),
  ];
}

/** By provider: the faults of a request in that vendor's format. */
export const STRICT_CHECKS: Readonly<Record<string, (body: unknown) => string[]>> = {
  claude: checkClaude,
  openai: checkOpenai,
  plain: checkPlain,
  gemini: checkGemini,
};
