import * as z from "zod/mini";
import { parameterSchema } from "../../chat/model.ts";
import { EFFORTS, effortSchema } from "../../chat/request.ts";
import { strictObject } from "../../json/object-schema.ts";
import { REASONING_FIELDS } from "./format.ts";

/**
 * How a server differs from OpenAI's Chat Completions, as data. The defaults send what OpenAI's own
 * API takes, in the form that the caller used. Answers need no quirks: the decoder understands all
 * forms.
 */
export const quirksSchema = strictObject({
  refuses: z
    ._default(z.array(parameterSchema), [])
    .check(
      z.describe("Unsupported parameters: dropped with a warning, or refused in strict mode."),
    ),
  max_tokens_field: z
    ._default(z.enum(["as_given", "max_tokens", "max_completion_tokens"]), "as_given")
    .check(
      z.describe(
        "The field of the token limit. OpenAI's reasoning models refuse `max_tokens`; Mistral, DeepSeek and Ollama support no other. `as_given`: the one that the caller sent, else `max_tokens`.",
      ),
    ),
  system_role: z
    ._default(z.enum(["as_given", "system", "developer"]), "as_given")
    .check(
      z.describe(
        "The role of system messages. DeepSeek, Mistral and the chat templates of local models do not support `developer`. `as_given`: the one that the caller sent.",
      ),
    ),
  system_turns: z
    ._default(z.enum(["by_model", "anywhere", "first"]), "by_model")
    .check(
      z.describe(
        "Where system messages may stand. `first`: one, at the beginning; later ones are sent as text of the user, with a warning. The chat templates of local servers and Mistral take no others. `by_model`: `first` for Qwen's and Mistral's models, else `anywhere`.",
      ),
    ),
  user_after_tool: z
    ._default(z.enum(["by_model", "taken", "bridged"]), "by_model")
    .check(
      z.describe(
        "Whether a user's message may follow a tool's. `bridged`: a short message of the assistant goes between them, since Mistral refuses the pair. `by_model`: `bridged` for Mistral's models, else `taken`.",
      ),
    ),
  prefill: z
    ._default(z.enum(["plain", "prefix", "partial"]), "plain")
    .check(
      z.describe(
        "How an assistant's message at the end, which the model is to continue, is marked: not at all, with `prefix: true` (Mistral), or with `partial: true` (Moonshot).",
      ),
    ),
  text_content: z
    ._default(z.enum(["as_given", "joined"]), "as_given")
    .check(
      z.describe(
        "`joined`: several texts are sent as one, for servers whose chat template takes no list.",
      ),
    ),
  stream_usage: z
    ._default(z.enum(["ask", "unasked"]), "ask")
    .check(
      z.describe(
        "`ask`: a stream reports usage only with `stream_options.include_usage` (OpenAI). `unasked`: it always does (Groq, Mistral), and the field is not sent.",
      ),
    ),
  seed_field: z
    ._default(z.enum(["seed", "random_seed"]), "seed")
    .check(z.describe("The seed's field; Mistral's is `random_seed`.")),
  reasoning_request: z
    ._default(z.enum(["reasoning_effort", "reasoning", "thinking", "none"]), "reasoning_effort")
    .check(
      z.describe(
        "How reasoning is requested: `reasoning_effort` (OpenAI, Groq, xAI, Ollama, vLLM), OpenRouter's object `reasoning`, DeepSeek's `thinking` with `reasoning_effort`, or not at all.",
      ),
    ),
  efforts: z
    ._default(z.array(effortSchema).check(z.minLength(1)), [...EFFORTS])
    .check(
      z.describe(
        "The supported efforts. Another one becomes the nearest lower one, or the lowest, with a warning.",
      ),
    ),
  reasoning_visible: z
    ._default(z.enum(["none", "exclude", "include_reasoning"]), "none")
    .check(
      z.describe(
        "How reasoning is hidden: OpenRouter's `reasoning.exclude`, Groq's `include_reasoning`, or not at all.",
      ),
    ),
  reasoning_replay: z
    ._default(z.enum(["as_given", "none", "thinking", ...REASONING_FIELDS]), "as_given")
    .check(
      z.describe(
        "The field for the reasoning of earlier answers: the original one, none, Mistral's `thinking` elements, or this field.",
      ),
    ),
  reasoning_with_tool_calls: z
    ._default(z.enum(["optional", "required"]), "optional")
    .check(
      z.describe(
        "`required`: an answer with tool calls needs its reasoning, even if empty (DeepSeek, https://api-docs.deepseek.com/guides/thinking_mode).",
      ),
    ),
  reasoning_details: z
    ._default(z.boolean(), true)
    .check(
      z.describe(
        "Whether OpenRouter's `reasoning_details` are sent back; Groq and Mistral refuse unknown fields.",
      ),
    ),
  json_schema: z
    ._default(z.enum(["native", "as_json"]), "native")
    .check(
      z.describe(
        "`as_json`: the server only supports JSON without a schema (DeepSeek); a system message describes it.",
      ),
    ),
  documents: z
    ._default(z.enum(["file", "file_or_url", "document_url", "none"]), "file")
    .check(
      z.describe(
        "How PDFs are sent: OpenAI's `file` with data, the same with a URL instead (OpenRouter), Mistral's `document_url`, or not at all.",
      ),
    ),
  cache: z
    ._default(z.enum(["as_given", "automatic", "cache_control"]), "as_given")
    .check(
      z.describe(
        "Prompt-cache hints: `as_given`, only if the caller sent `cache_control`; `automatic`, the server caches by itself; or OpenRouter's `cache_control`.",
      ),
    ),
  tool_names: z
    ._default(z.enum(["any", "openai"]), "any")
    .check(
      z.describe(
        "`openai`: names of tools have letters, digits, `_` and `-`, and at most 64 of them. Others are sent under a name like it, and are the caller's again in the answer.",
      ),
    ),
  tool_call_ids: z
    ._default(z.enum(["any", "nine_alphanumerics"]), "any")
    .check(
      z.describe(
        "Mistral takes only ids of nine letters and digits; each other id is replaced, always by the same one.",
      ),
    ),
});
export type Quirks = z.infer<typeof quirksSchema>;
/** Quirks as an operator or a preset writes them: only the differences. */
export type QuirkSettings = z.input<typeof quirksSchema>;

/** A server without quirks. */
export const NO_QUIRKS: Quirks = quirksSchema.parse({});
