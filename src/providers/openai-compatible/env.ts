import * as z from "zod/mini";
import { baseUrlSchema } from "../../env/base-url.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";

const key = z.optional(z.string());
const baseUrl = z.optional(baseUrlSchema);
const model = z.optional(z.string());

export const openaiCompatibleEnv = {
  COMPATIBLE_PROVIDERS: z
    .optional(z.string())
    .check(
      z.describe(
        'More servers with OpenAI\'s Chat Completions, as a JSON list or its base64: `[{"name": "…", "base_url": "https://…/v1", "api_key": "…" or "api_key_env": "NAME_OF_A_VARIABLE", "headers": {}, "quirks": {}, "default_model": "…"}]`. An entry with the name of a server below replaces it and inherits its quirks.',
      ),
    ),
  OLLAMA: z
    .optional(z.string())
    .check(z.describe("`1` enables the provider `ollama` at `http://localhost:11434/v1`.")),
  OLLAMA_BASE_URL: baseUrl.check(
    z.describe(
      "Address of an Ollama server; enables the provider `ollama`. `/v1` is added if the URL has no path.",
    ),
  ),
  OLLAMA_API_KEY: key.check(
    z.describe("Ollama key, if the server needs one (`https://ollama.com/v1`)."),
  ),
  OLLAMA_DEFAULT_MODEL: model.check(z.describe("The Ollama model if a request names none.")),
  OPENROUTER_API_KEY: key.check(z.describe("OpenRouter key; enables the provider `openrouter`.")),
  OPENROUTER_BASE_URL: baseUrl.check(
    z.describe(
      "Base URL of OpenRouter, for a proxy or a test. Default: `https://openrouter.ai/api/v1`.",
    ),
  ),
  OPENROUTER_DEFAULT_MODEL: model.check(
    z.describe("The OpenRouter model if a request names none. Default: `openrouter/auto`."),
  ),
  GROQ_API_KEY: key.check(z.describe("Groq key; enables the provider `groq`.")),
  GROQ_BASE_URL: baseUrl.check(
    z.describe(
      "Base URL of Groq, for a proxy or a test. Default: `https://api.groq.com/openai/v1`.",
    ),
  ),
  GROQ_DEFAULT_MODEL: model.check(
    z.describe("The Groq model if a request names none. Default: `openai/gpt-oss-120b`."),
  ),
  MISTRAL_API_KEY: key.check(z.describe("Mistral key; enables the provider `mistral`.")),
  MISTRAL_BASE_URL: baseUrl.check(
    z.describe("Base URL of Mistral, for a proxy or a test. Default: `https://api.mistral.ai/v1`."),
  ),
  MISTRAL_DEFAULT_MODEL: model.check(
    z.describe("The Mistral model if a request names none. Default: `mistral-medium-latest`."),
  ),
  DEEPSEEK_API_KEY: key.check(z.describe("DeepSeek key; enables the provider `deepseek`.")),
  DEEPSEEK_BASE_URL: baseUrl.check(
    z.describe("Base URL of DeepSeek, for a proxy or a test. Default: `https://api.deepseek.com`."),
  ),
  DEEPSEEK_DEFAULT_MODEL: model.check(
    z.describe("The DeepSeek model if a request names none. Default: `deepseek-v4-flash`."),
  ),
  XAI_API_KEY: key.check(z.describe("xAI key; enables the provider `xai`.")),
  XAI_BASE_URL: baseUrl.check(
    z.describe("Base URL of xAI, for a proxy or a test. Default: `https://api.x.ai/v1`."),
  ),
  XAI_DEFAULT_MODEL: model.check(
    z.describe("The xAI model if a request names none. Default: `grok-4.3`."),
  ),
  VLLM_BASE_URL: baseUrl.check(
    z.describe(
      "Address of a vLLM server; enables the provider `vllm`. `/v1` is added if the URL has no path.",
    ),
  ),
  VLLM_API_KEY: key.check(z.describe("vLLM key, if the server was started with one.")),
  VLLM_DEFAULT_MODEL: model.check(z.describe("The vLLM model if a request names none.")),
  LMSTUDIO_BASE_URL: baseUrl.check(
    z.describe(
      "Address of an LM Studio server; enables the provider `lmstudio`. `/v1` is added if the URL has no path.",
    ),
  ),
  LMSTUDIO_API_KEY: key.check(z.describe("LM Studio key, if the server needs one.")),
  LMSTUDIO_DEFAULT_MODEL: model.check(z.describe("The LM Studio model if a request names none.")),
  LLAMACPP_BASE_URL: baseUrl.check(
    z.describe(
      "Address of llama.cpp's llama-server; enables the provider `llamacpp`. `/v1` is added if the URL has no path.",
    ),
  ),
  LLAMACPP_API_KEY: key.check(z.describe("llama-server key, if the server was started with one.")),
  LLAMACPP_DEFAULT_MODEL: model.check(
    z.describe("The llama-server model if a request names none."),
  ),
};

/** One entry of `COMPATIBLE_PROVIDERS`. */
export const serverEntrySchema = z
  .strictObject({
    name: z.string().check(
      z.regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, {
        error: "must consist of lower-case letters, digits, '.', '_' and '-'",
      }),
    ),
    base_url: z.optional(baseUrlSchema),
    api_key: z.optional(z.string().check(z.minLength(1))),
    api_key_env: z.optional(z.string().check(z.minLength(1))),
    headers: z.optional(z.record(z.string(), z.string())),
    /** Validated after they are merged with the preset's. */
    quirks: z.optional(jsonObjectSchema),
    default_model: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  })
  .check(
    z.refine((entry) => entry.api_key === undefined || entry.api_key_env === undefined, {
      path: ["api_key"],
      error: "must not be combined with api_key_env",
    }),
  );
export type ServerEntry = z.infer<typeof serverEntrySchema>;
