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
      'More servers that speak OpenAI\'s Chat Completions, as a JSON list (or its base64): `[{"name": "…", "base_url": "https://…/v1", "api_key": "…" or "api_key_env": "NAME_OF_A_VARIABLE", "headers": {}, "quirks": {}, "default_model": "…"}]`. An entry named like one of the servers below takes its place and its quirks.',
    ),
  OLLAMA: z
    .string()
    .optional()
    .describe("`1` switches the provider `ollama` on at `http://localhost:11434/v1`."),
  OLLAMA_BASE_URL: baseUrl.describe(
    "Address of an Ollama server; switches the provider `ollama` on. Without a path, `/v1` is added.",
  ),
  OLLAMA_API_KEY: key.describe("Key for Ollama, where it wants one (`https://ollama.com/v1`)."),
  OLLAMA_DEFAULT_MODEL: model.describe("The Ollama model where a request names none."),
  OPENROUTER_API_KEY: key.describe("Key of OpenRouter; opens the provider `openrouter`."),
  OPENROUTER_BASE_URL: baseUrl.describe(
    "OpenRouter behind a proxy or in a test. Default: `https://openrouter.ai/api/v1`.",
  ),
  OPENROUTER_DEFAULT_MODEL: model.describe(
    "The OpenRouter model where a request names none. Default: `openrouter/auto`.",
  ),
  GROQ_API_KEY: key.describe("Key of Groq; opens the provider `groq`."),
  GROQ_BASE_URL: baseUrl.describe(
    "Groq behind a proxy or in a test. Default: `https://api.groq.com/openai/v1`.",
  ),
  GROQ_DEFAULT_MODEL: model.describe(
    "The Groq model where a request names none. Default: `openai/gpt-oss-120b`.",
  ),
  MISTRAL_API_KEY: key.describe("Key of Mistral; opens the provider `mistral`."),
  MISTRAL_BASE_URL: baseUrl.describe(
    "Mistral behind a proxy or in a test. Default: `https://api.mistral.ai/v1`.",
  ),
  MISTRAL_DEFAULT_MODEL: model.describe(
    "The Mistral model where a request names none. Default: `mistral-medium-latest`.",
  ),
  DEEPSEEK_API_KEY: key.describe("Key of DeepSeek; opens the provider `deepseek`."),
  DEEPSEEK_BASE_URL: baseUrl.describe(
    "DeepSeek behind a proxy or in a test. Default: `https://api.deepseek.com`.",
  ),
  DEEPSEEK_DEFAULT_MODEL: model.describe(
    "The DeepSeek model where a request names none. Default: `deepseek-v4-flash`.",
  ),
  XAI_API_KEY: key.describe("Key of xAI; opens the provider `xai`."),
  XAI_BASE_URL: baseUrl.describe(
    "xAI behind a proxy or in a test. Default: `https://api.x.ai/v1`.",
  ),
  XAI_DEFAULT_MODEL: model.describe(
    "The xAI model where a request names none. Default: `grok-4.3`.",
  ),
  VLLM_BASE_URL: baseUrl.describe(
    "Address of a vLLM server; switches the provider `vllm` on. Without a path, `/v1` is added.",
  ),
  VLLM_API_KEY: key.describe("Key for vLLM, where it was started with one."),
  VLLM_DEFAULT_MODEL: model.describe("The vLLM model where a request names none."),
  LMSTUDIO_BASE_URL: baseUrl.describe(
    "Address of an LM Studio server; switches the provider `lmstudio` on. Without a path, `/v1` is added.",
  ),
  LMSTUDIO_API_KEY: key.describe("Key for LM Studio, where it wants one."),
  LMSTUDIO_DEFAULT_MODEL: model.describe("The LM Studio model where a request names none."),
};

/** One entry of `COMPATIBLE_PROVIDERS`. */
export const serverEntrySchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, {
      error: "must consist of small letters, digits, '.', '_' and '-'",
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
    error: "must not stand beside api_key_env",
  });
export type ServerEntry = z.infer<typeof serverEntrySchema>;
