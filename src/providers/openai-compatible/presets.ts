import type { QuirkSettings } from "../../formats/openai-chat/quirks.ts";

/** A well-known server, which one variable turns on. */
export interface Preset {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Prefix of its variables: `GROQ_API_KEY`, `GROQ_BASE_URL`, `GROQ_DEFAULT_MODEL`. */
  readonly prefix: string;
  /**
   * Null if only the operator knows it. `/v1` is added to the URL of a local server without a path.
   */
  readonly baseUrl: string | null;
  /** Whether it needs a key, which then turns it on; otherwise its base URL does. */
  readonly needsKey: boolean;
  /** The model if the caller names none; null if that depends on what is installed. */
  readonly defaultModel: string | null;
  readonly quirks: QuirkSettings;
}

/** As of November 2026, from the documentation named at each and from recorded traffic. */
export const PRESETS: readonly Preset[] = [
  {
    // https://docs.ollama.com/api/openai-compatibility; `tool_choice` is accepted and ignored:
    // https://github.com/ollama/ollama/issues/17921
    name: "ollama",
    aliases: [],
    prefix: "OLLAMA",
    baseUrl: null,
    needsKey: false,
    defaultModel: null,
    quirks: {
      refuses: ["tool_choice.required", "parallel_tool_calls", "metadata"],
      max_tokens_field: "max_tokens",
      system_role: "system",
      system_turns: "first",
      reasoning_replay: "reasoning",
      reasoning_details: false,
      documents: "none",
      cache: "automatic",
    },
  },
  {
    // https://openrouter.ai/docs/api-reference/overview,
    // https://openrouter.ai/docs/use-cases/reasoning-tokens
    name: "openrouter",
    aliases: [],
    prefix: "OPENROUTER",
    baseUrl: "https://openrouter.ai/api/v1",
    needsKey: true,
    defaultModel: "openrouter/auto",
    quirks: {
      tool_names: "openai",
      reasoning_request: "reasoning",
      reasoning_visible: "exclude",
      documents: "file_or_url",
      cache: "cache_control",
    },
  },
  {
    // https://console.groq.com/docs/openai, https://console.groq.com/docs/reasoning
    name: "groq",
    aliases: [],
    prefix: "GROQ",
    baseUrl: "https://api.groq.com/openai/v1",
    needsKey: true,
    defaultModel: "openai/gpt-oss-120b",
    quirks: {
      tool_names: "openai",
      stream_usage: "unasked",
      efforts: ["none", "low", "medium", "high"],
      reasoning_visible: "include_reasoning",
      reasoning_replay: "reasoning",
      reasoning_details: false,
      documents: "none",
      cache: "automatic",
    },
  },
  {
    // https://docs.mistral.ai/api/#tag/chat: unknown fields are a 422.
    name: "mistral",
    aliases: [],
    prefix: "MISTRAL",
    baseUrl: "https://api.mistral.ai/v1",
    needsKey: true,
    defaultModel: "mistral-medium-latest",
    quirks: {
      tool_names: "openai",
      refuses: ["metadata"],
      max_tokens_field: "max_tokens",
      system_role: "system",
      system_turns: "first",
      user_after_tool: "bridged",
      prefill: "prefix",
      stream_usage: "unasked",
      seed_field: "random_seed",
      efforts: ["none", "high"],
      reasoning_replay: "thinking",
      reasoning_details: false,
      documents: "document_url",
      tool_call_ids: "nine_alphanumerics",
    },
  },
  {
    // https://api-docs.deepseek.com/api/create-chat-completion,
    // https://api-docs.deepseek.com/guides/thinking_mode
    name: "deepseek",
    aliases: [],
    prefix: "DEEPSEEK",
    baseUrl: "https://api.deepseek.com",
    needsKey: true,
    defaultModel: "deepseek-v4-flash",
    quirks: {
      tool_names: "openai",
      refuses: ["seed", "parallel_tool_calls", "metadata", "image.data", "image.url"],
      max_tokens_field: "max_tokens",
      system_role: "system",
      text_content: "joined",
      reasoning_request: "thinking",
      efforts: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
      reasoning_replay: "reasoning_content",
      reasoning_with_tool_calls: "required",
      reasoning_details: false,
      json_schema: "as_json",
      documents: "none",
      cache: "automatic",
    },
  },
  {
    // https://docs.x.ai/docs/api-reference; the catalog knows which model takes which effort.
    name: "xai",
    aliases: ["grok"],
    prefix: "XAI",
    baseUrl: "https://api.x.ai/v1",
    needsKey: true,
    defaultModel: "grok-4.3",
    quirks: {
      tool_names: "openai",
      refuses: ["metadata"],
      efforts: ["none", "low", "medium", "high", "xhigh"],
      reasoning_replay: "reasoning_content",
      reasoning_details: false,
      documents: "none",
      cache: "automatic",
    },
  },
  {
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html; a chat template may not
    // know the role `developer`.
    name: "vllm",
    aliases: [],
    prefix: "VLLM",
    baseUrl: null,
    needsKey: false,
    defaultModel: null,
    quirks: {
      refuses: ["metadata"],
      system_role: "system",
      system_turns: "first",
      reasoning_details: false,
      documents: "none",
      cache: "automatic",
    },
  },
  {
    // https://lmstudio.ai/docs/developer/openai-compat/chat-completions
    name: "lmstudio",
    aliases: ["lm-studio"],
    prefix: "LMSTUDIO",
    baseUrl: null,
    needsKey: false,
    defaultModel: null,
    quirks: {
      refuses: ["parallel_tool_calls", "metadata"],
      max_tokens_field: "max_tokens",
      system_role: "system",
      system_turns: "first",
      reasoning_details: false,
      documents: "none",
      cache: "automatic",
    },
  },
  {
    // https://github.com/ggml-org/llama.cpp/tree/master/tools/server, and by running version 0.7.0:
    // a call that `tool_choice` names is taken for "auto"; the chat template decides whether the
    // role `developer` is known.
    name: "llamacpp",
    aliases: ["llama.cpp", "llama-server"],
    prefix: "LLAMACPP",
    baseUrl: null,
    needsKey: false,
    defaultModel: null,
    quirks: {
      refuses: ["metadata"],
      max_tokens_field: "max_tokens",
      system_role: "system",
      system_turns: "first",
      reasoning_replay: "reasoning_content",
      reasoning_details: false,
      documents: "none",
      cache: "automatic",
    },
  },
];

/** Ollama's own default address, used if only `OLLAMA` is set. */
export const OLLAMA_LOCAL_URL = "http://localhost:11434/v1";
