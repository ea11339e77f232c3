import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";

const key = z.string().optional();
const baseUrl = baseUrlSchema.optional();
const model = z.string().optional();

export const openaiCompatibleEnv = {
  COMPATIBLE_PROVIDERS: z
    .string()
    .optional()
    .describe(
      'More servers with OpenAI\'s Chat Completions, as a JSON list or its base64: `[{"name": "…", "base_url": "https://…/v1", "api_key": "…" or "api_key_env": "NAME_OF_A_VARIABLE", "headers": {}, "quirks": {}, "default_model": "…"}]`. An entry with the name of a server below replaces it and inherits its quirks.',
    ),
  OLLAMA: z
    .string()
    .optional()
    .describe("`1` enables the provider `ollama` at `http://localhost:11434/v1`."),
  OLLAMA_BASE_URL: baseUrl.describe(
    "Address of an Ollama server; enables the provider `ollama`. `/v1` is added if the URL has no path.",
  ),
  OLLAMA_API_KEY: key.describe("Ollama key, if the server needs one (`https://ollama.com/v1`)."),
  OLLAMA_DEFAULT_MODEL: model.describe("The Ollama model if a request names none."),
  OPENROUTER_API_KEY: key.describe("OpenRouter key; enables the provider `openrouter`."),
  OPENROUTER_BASE_URL: baseUrl.describe(
    "Base URL of OpenRouter, for a proxy or a test. Default: `https://openrouter.ai/api/v1`.",
  ),
  OPENROUTER_DEFAULT_MODEL: model.describe(
    "The OpenRouter model if a request names none. Default: `openrouter/auto`.",
  ),
  GROQ_API_KEY: key.describe("Groq key; enables the provider `groq`."),
  GROQ_BASE_URL: baseUrl.describe(
    "Base URL of Groq, for a proxy or a test. Default: `https://api.groq.com/openai/v1`.",
  ),
  GROQ_DEFAULT_MODEL: model.describe(
    "The Groq model if a request names none. Default: `openai/gpt-oss-120b`.",
  ),
  MISTRAL_API_KEY: key.describe("Mistral key; enables the provider `mistral`."),
  MISTRAL_BASE_URL: baseUrl.describe(
    "Base URL of Mistral, for a proxy or a test. Default: `https://api.mistral.ai/v1`.",
  ),
  MISTRAL_DEFAULT_MODEL: model.describe(
    "The Mistral model if a request names none. Default: `mistral-medium-latest`.",
  ),
  DEEPSEEK_API_KEY: key.describe("DeepSeek key; enables the provider `deepseek`."),
  DEEPSEEK_BASE_URL: baseUrl.describe(
    "Base URL of DeepSeek, for a proxy or a test. Default: `https://api.deepseek.com`.",
  ),
  DEEPSEEK_DEFAULT_MODEL: model.describe(
    "The DeepSeek model if a request names none. Default: `deepseek-v4-flash`.",
  ),
  XAI_API_KEY: key.describe("xAI key; enables the provider `xai`."),
  XAI_BASE_URL: baseUrl.describe(
    "Base URL of xAI, for a proxy or a test. Default: `https://api.x.ai/v1`.",
  ),
  XAI_DEFAULT_MODEL: model.describe("The xAI model if a request names none. Default: `grok-4.3`."),
  VLLM_BASE_URL: baseUrl.describe(
    "Address of a vLLM server; enables the provider `vllm`. `/v1` is added if the URL has no path.",
  ),
  VLLM_API_KEY: key.describe("vLLM key, if the server was started with one."),
  VLLM_DEFAULT_MODEL: model.describe("The vLLM model if a request names none."),
  LMSTUDIO_BASE_URL: baseUrl.describe(
    "Address of an LM Studio server; enables the provider `lmstudio`. `/v1` is added if the URL has no path.",
  ),
  LMSTUDIO_API_KEY: key.describe("LM Studio key, if the server needs one."),
  LMSTUDIO_DEFAULT_MODEL: model.describe("The LM Studio model if a request names none."),
  LLAMACPP_BASE_URL: baseUrl.describe(
    "Address of llama.cpp's llama-server; enables the provider `llamacpp`. `/v1` is added if the URL has no path.",
  ),
  LLAMACPP_API_KEY: key.describe("llama-server key, if the server was started with one."),
  LLAMACPP_DEFAULT_MODEL: model.describe("The llama-server model if a request names none."),
};

/** One entry of `COMPATIBLE_PROVIDERS`. */
export const serverEntrySchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, {
      error: "must consist of lower-case letters, digits, '.', '_' and '-'",
    }),
    base_url: baseUrlSchema.optional(),
    api_key: z.string().min(1).optional(),
    api_key_env: z.string().min(1).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    /** Validated after they are merged with the preset's. */
    quirks: jsonObjectSchema.optional(),
    default_model: z.string().min(1).max(256).optional(),
  })
  .refine((entry) => entry.api_key === undefined || entry.api_key_env === undefined, {
    path: ["api_key"],
    error: "must not be combined with api_key_env",
  });
export type ServerEntry = z.infer<typeof serverEntrySchema>;
