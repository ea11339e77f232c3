import * as z from "zod";
import { parameterSchema } from "../../chat/model.ts";
import { EFFORTS, effortSchema } from "../../chat/request.ts";
import { REASONING_FIELDS } from "./format.ts";

/**
 * Where a server departs from OpenAI's Chat Completions, as data. The defaults send what OpenAI's own API takes and keep the form in
 * which the caller original a thing. What a server *answers* needs no quirk: the decoder understands all forms at once.
 */
export const quirksSchema = z.strictObject({
  refuses: z
    .array(parameterSchema)
    .default([])
    .describe(
      "Parameters that the server does not take: dropped with a warning, or refused in strict mode.",
    ),
  max_tokens_field: z
    .enum(["as_given", "max_tokens", "max_completion_tokens"])
    .default("as_given")
    .describe(
      "The field of the token limit. OpenAI's reasoning models refuse `max_tokens`; Mistral, DeepSeek and Ollama know no other. `as_given`: `max_tokens`, unless the caller original `max_completion_tokens`.",
    ),
  system_role: z
    .enum(["as_given", "system", "developer"])
    .default("as_given")
    .describe(
      "The role of system messages. DeepSeek and Mistral refuse `developer`, and the chat templates of local models do not know it. `as_given`: `system`, unless the caller original `developer`.",
    ),
  text_content: z
    .enum(["as_given", "joined"])
    .default("as_given")
    .describe(
      "`joined`: messages of several texts go out as one text, for servers whose chat template takes no list.",
    ),
  stream_usage: z
    .enum(["ask", "unasked"])
    .default("ask")
    .describe(
      "`ask`: the usage of a stream comes only if `stream_options.include_usage` asks for it (OpenAI). `unasked`: it comes by itself (Groq, Mistral), and the field is not sent.",
    ),
  seed_field: z
    .enum(["seed", "random_seed"])
    .default("seed")
    .describe("The field of the seed; Mistral's is `random_seed`."),
  reasoning_request: z
    .enum(["reasoning_effort", "reasoning", "thinking", "none"])
    .default("reasoning_effort")
    .describe(
      "How reasoning is asked for: `reasoning_effort` (OpenAI, Groq, xAI, Ollama, vLLM); OpenRouter's object `reasoning`; DeepSeek's `thinking` switch with `reasoning_effort`; not at all.",
    ),
  efforts: z
    .array(effortSchema)
    .min(1)
    .default([...EFFORTS])
    .describe(
      "The efforts that the server takes; another one becomes the nearest below, or the lowest, with a warning.",
    ),
  reasoning_visible: z
    .enum(["none", "exclude", "include_reasoning"])
    .default("none")
    .describe(
      "How visible reasoning is switched off: OpenRouter's `reasoning.exclude`, Groq's `include_reasoning`, or not at all.",
    ),
  reasoning_replay: z
    .enum(["as_given", "none", "thinking", ...REASONING_FIELDS])
    .default("as_given")
    .describe(
      "Where the reasoning of earlier answers goes back: to the field in which it came; nowhere; into Mistral's `thinking` elements; or into this field.",
    ),
  reasoning_with_tool_calls: z
    .enum(["optional", "required"])
    .default("optional")
    .describe(
      "`required`: an answer with tool calls is refused without its reasoning, an empty one included (DeepSeek, https://api-docs.deepseek.com/guides/thinking_mode).",
    ),
  reasoning_details: z
    .boolean()
    .default(true)
    .describe(
      "Whether OpenRouter's `reasoning_details` may go back; others refuse unknown fields (Groq, Mistral).",
    ),
  json_schema: z
    .enum(["native", "as_json"])
    .default("native")
    .describe(
      "`as_json`: the server knows only JSON without a schema (DeepSeek); the schema goes into a system message.",
    ),
  documents: z
    .enum(["file", "file_or_url", "document_url", "none"])
    .default("file")
    .describe(
      "How PDFs are sent: OpenAI's `file` with data; the same with a URL in its place (OpenRouter); Mistral's `document_url`; not at all.",
    ),
  cache: z
    .enum(["as_given", "automatic", "cache_control"])
    .default("as_given")
    .describe(
      "Prompt-cache hints: `as_given`, only where the caller wrote `cache_control`; `automatic`, the server caches by itself; OpenRouter's `cache_control`.",
    ),
  tool_call_ids: z
    .enum(["any", "nine_alphanumerics"])
    .default("any")
    .describe(
      "Mistral takes only ids of nine letters and digits; other ids are replaced, the same one always by the same.",
    ),
});
export type Quirks = z.infer<typeof quirksSchema>;
/** Quirks as an operator or a preset writes them: only those that differ. */
export type QuirkSettings = z.input<typeof quirksSchema>;

/** A server without quirks. */
export const NO_QUIRKS: Quirks = quirksSchema.parse({});
