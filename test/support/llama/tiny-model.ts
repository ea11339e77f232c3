/**
 * A model of a few megabytes whose answers are known beforehand, for llama.cpp's llama-server. It
 * is a chain in the dress of a llama with one layer: embeddings are one-hot, attention and
 * feed-forward add nothing, so the last token alone decides on the next one. A token may be any
 * text, so an answer is cut into tokens as the tests want it streamed.
 */
import { type MetadataValue, type Tensor, writeGguf } from "./write-gguf.ts";

/**
 * Each word, in the last message of the user's, chooses one of these answers; with none of them
 * comes `plain`.
 */
export const SCRIPTS = {
  plain: ["Hello", ", I am", " a small", " model."],
  thinking: ["<think>", "\nLet me", " see", "</think>", "\n\nIt is", " blue", " 🦊."],
  weather: [
    "Sure",
    "! ",
    '<tool_call>\n{"name": "get_weather",',
    ' "arguments": {"city": "K',
    'öln"}}\n</tool_call>',
  ],
  both: [
    '<tool_call>\n{"name": "get_weather", ',
    '"arguments": {"city": "Par',
    'is"}}\n</tool_call>\n',
    '<tool_call>\n{"name": "get_weather", "arguments":',
    ' {"city": "Ro',
    'me"}}\n</tool_call>\n',
  ],
  schema: ['{"color":', ' "bl', 'ue"}'],
} as const satisfies Record<string, readonly string[]>;
export type Script = keyof typeof SCRIPTS | "endless";

/** Said over and over, until the limit or the end of the context. */
const ENDLESS = [" one", " two", " three"];

const BYTES = 256;
const END = "<|end|>";
/** Wanted, allowed and unwanted; a grammar of the server's may forbid what is wanted. */
const NEXT = 16;
const LAST_RESORT = 8;
const NEVER = -30;

/** Token types of the format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
const TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 } as const;

interface Token {
  text: string;
  type: number;
}

function beginOf(script: string): string {
  return `<|${script}|>`;
}

function listTokens(): Token[] {
  const scripts = Object.keys(SCRIPTS);
  const controls = [END, "<|role|>", beginOf("endless"), ...scripts.map(beginOf)];
  const tokens: Token[] = [
    { text: "<unk>", type: TYPES.unknown },
    { text: "<s>", type: TYPES.control },
    ...Array.from({ length: BYTES }, (_, byte) => ({
      text: `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
      type: TYPES.byte,
    })),
    ...controls.map((text) => ({ text, type: TYPES.control })),
    ...[...Object.values(SCRIPTS).flat(), ...ENDLESS].map((text) => ({
      text,
      type: /^<\/?think>$/.test(text) ? TYPES.userDefined : TYPES.normal,
    })),
  ];
  // The attention has heads of 64.
  while (tokens.length % 64 > 0)
    tokens.push({ text: `<|unused${tokens.length}|>`, type: TYPES.control });
  return tokens;
}

/** By token: how much each token is wanted after it. */
function chainTokens(tokens: readonly Token[]): number[][] {
  const ids = new Map(tokens.map(({ text }, id) => [text, id]));
  if (ids.size !== tokens.length) throw new Error("two tokens have the same text");
  const idOf = (text: string): number => ids.get(text) ?? 0;
  const end = idOf(END);
  const rows: number[][] = tokens.map(() =>
    tokens.map((token, id) => (id === end ? LAST_RESORT : token.type === TYPES.normal ? 0 : NEVER)),
  );
  function chain(texts: readonly string[]): void {
    texts.slice(1).forEach((text, at) => {
      const row = rows[idOf(texts[at] ?? "")];
      if (row) row[idOf(text)] = NEXT;
    });
  }
  for (const [name, pieces] of Object.entries(SCRIPTS)) chain([beginOf(name), ...pieces, END]);
  chain([beginOf("endless"), ...ENDLESS, ENDLESS[0] ?? ""]);
  return rows;
}

/**
 * The chat template (Jinja): the conversation in Hermes' form, by which llama-server knows tool
 * calls, and the script's begin.
 */
function writeTemplate(): string {
  const choices = ["endless", ...Object.keys(SCRIPTS)]
    .map(
      (name, at) =>
        `{%- ${at === 0 ? "if" : "elif"} '${name}' in ns.last %}{{- '${beginOf(name)}' }}`,
    )
    .join("\n");
  return `{%- set ns = namespace(last='') %}
{%- if tools %}
{{- '<|role|>system\\nCall functions as <tool_call>{"name": …, "arguments": …}</tool_call>. <tools>' }}
{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}
{{- '</tools>${END}\\n' }}
{%- endif %}
{%- for message in messages %}
{%- set content = message.content if message.content is string else '' %}
{%- if message.role == 'user' %}{%- set ns.last = content %}{%- endif %}
{%- if message.role == 'tool' %}{%- set ns.last = 'plain' %}{%- endif %}
{{- '<|role|>' + message.role + '\\n' }}
{%- if message.reasoning_content is string %}{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{%- endif %}
{%- if message.role == 'tool' %}{{- '<tool_response>\\n' + content + '\\n</tool_response>' }}{%- else %}{{- content }}{%- endif %}
{%- if message.tool_calls %}
{%- for call in message.tool_calls %}
{%- set function = call.function if call.function else call %}
{{- '\\n<tool_call>\\n{"name": "' + function.name + '", "arguments": ' }}
{%- if function.arguments is string %}{{- function.arguments }}{%- else %}{{- function.arguments | tojson }}{%- endif %}
{{- '}\\n</tool_call>' }}
{%- endfor %}
{%- endif %}
{{- '${END}\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|role|>assistant\\n' }}
${choices}
{%- else %}{{- '${beginOf("plain")}' }}
{%- endif %}
{%- endif %}
`;
}

/** The whole file in the GGUF format. */
export function createTinyModel(): Uint8Array {
  const tokens = listTokens();
  const rows = chainTokens(tokens);
  const size = tokens.length;
  const hidden = 64;
  const zeros = (...shape: number[]): Tensor => ({
    shape,
    values: new Float32Array(shape.reduce((product, length) => product * length, 1)),
  });
  const ones: Tensor = { shape: [size], values: new Float32Array(size).fill(1) };
  const embeddings = zeros(size, size);
  const output = zeros(size, size);
  // The norm before the output makes a one-hot vector √size times as long.
  const scale = 1 / Math.sqrt(size);
  rows.forEach((row, last) => {
    embeddings.values[last * size + last] = 1;
    row.forEach((wanted, next) => {
      output.values[next * size + last] = wanted * scale;
    });
  });

  const metadata: Record<string, MetadataValue> = {
    "general.architecture": "llama",
    "general.name": "tiny",
    "general.alignment": { u32: 32 },
    "llama.vocab_size": { u32: size },
    "llama.context_length": { u32: 131_072 },
    "llama.embedding_length": { u32: size },
    "llama.block_count": { u32: 1 },
    "llama.feed_forward_length": { u32: hidden },
    "llama.attention.head_count": { u32: size / 64 },
    "llama.attention.head_count_kv": { u32: size / 64 },
    "llama.rope.dimension_count": { u32: 64 },
    "llama.attention.layer_norm_rms_epsilon": { f32: 1e-6 },
    "tokenizer.ggml.model": "llama",
    "tokenizer.ggml.pre": "default",
    // In SentencePiece's vocabularies a space is U+2581.
    "tokenizer.ggml.tokens": {
      strings: tokens.map(({ text, type }) =>
        type === TYPES.normal ? text.replaceAll(" ", "\u2581") : text,
      ),
    },
    "tokenizer.ggml.scores": { floats: tokens.map((_, id) => -id) },
    "tokenizer.ggml.token_type": { ints: tokens.map(({ type }) => type) },
    "tokenizer.ggml.bos_token_id": { u32: 1 },
    "tokenizer.ggml.eos_token_id": { u32: tokens.findIndex(({ text }) => text === END) },
    "tokenizer.ggml.unknown_token_id": { u32: 0 },
    "tokenizer.ggml.add_bos_token": true,
    "tokenizer.ggml.add_eos_token": false,
    "tokenizer.ggml.add_space_prefix": false,
    "tokenizer.chat_template": writeTemplate(),
  };
  return writeGguf(metadata, {
    "token_embd.weight": embeddings,
    "output_norm.weight": ones,
    "output.weight": output,
    "blk.0.attn_norm.weight": ones,
    "blk.0.attn_q.weight": zeros(size, size),
    "blk.0.attn_k.weight": zeros(size, size),
    "blk.0.attn_v.weight": zeros(size, size),
    "blk.0.attn_output.weight": zeros(size, size),
    "blk.0.ffn_norm.weight": ones,
    "blk.0.ffn_gate.weight": zeros(size, hidden),
    "blk.0.ffn_up.weight": zeros(size, hidden),
    "blk.0.ffn_down.weight": zeros(hidden, size),
  });
}
