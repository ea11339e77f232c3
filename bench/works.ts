// What is asked of each variant.
import type { Part } from "./results.ts";
import { THIS, type Variant } from "./variants.ts";

export interface Work {
  name: string;
  part: Part;
  unit: "call" | "delta";
  connections: number;
  body: { model: string; stream?: true; messages: unknown[]; tools?: unknown[] };
  /** Whether variants are warmed up by it. */
  warms?: true;
  /** For a point of a curve: which, and how much there is of what grows. */
  curve?: string;
  size?: number;
  /** Whether this variant is asked for it. */
  takes(variant: Variant): boolean;
}

const messages = [{ role: "user", content: "Tell me of the fox." }];
const whole = { model: "bench", messages };
const stream = (model: string) => ({ model, stream: true, messages }) as const;

const everywhere = () => true;
const withoutOptions = ({ kind }: Variant) => kind !== "option";
const onBun = (variant: Variant) => variant.runtime === "bun" && withoutOptions(variant);

/** Streams at once, each with a delta after every delay. */
export function streams(connections: number, delayMs: number): Work {
  const apart = delayMs === 1000 ? "a second" : `${delayMs} ms`;
  return {
    part: "streams",
    takes: onBun,
    name: `${connections.toLocaleString("en")} stream${connections === 1 ? "" : "s"}, ${apart} apart`,
    unit: "delta",
    connections,
    body: stream(`bench-${delayMs}`),
  };
}

export const WHOLE_ANSWER: Work = {
  name: "whole answer, 64 at a time",
  part: "json",
  unit: "call",
  connections: 64,
  body: whole,
  warms: true,
  takes: everywhere,
};

export const SHORT_STREAM: Work = {
  name: "stream of one delta, 16 at a time",
  part: "streams",
  unit: "call",
  connections: 16,
  body: stream("bench-once"),
  takes: onBun,
};

export const HELD_STREAMS: Work = { ...streams(1000, 1000), takes: withoutOptions };

export const WORKS: readonly Work[] = [
  WHOLE_ANSWER,
  SHORT_STREAM,
  streams(1, 10),
  { ...streams(100, 10), warms: true, takes: ({ runtime }) => runtime === "bun" },
  // More would keep a core busy there, and what is late arrives in fewer reads.
  { ...streams(100, 50), warms: true, takes: ({ runtime }) => runtime !== "bun" },
  HELD_STREAMS,
  streams(5000, 1000),
];

const GROWING = ["thin", THIS];
/** The curves are the server's on Bun, beside the least that they can be. */
const takesGrowth = ({ runtime, name }: Variant) => runtime === "bun" && GROWING.includes(name);

function grow(
  curve: string,
  sizes: readonly number[],
  make: (size: number) => Pick<Work, "body" | "connections"> & Partial<Work>,
): Work[] {
  return sizes.map((size) => ({
    unit: "call",
    ...make(size),
    part: "growth",
    takes: takesGrowth,
    name: `${curve}: ${size.toLocaleString("en")}`,
    curve,
    size,
  }));
}

const tool = (number: number) => ({
  name: `tool_${number}`,
  description: "Looks something up by its name and says what is known of it.",
  parameters: {
    type: "object",
    properties: { name: { type: "string", description: "Whose." }, deep: { type: "boolean" } },
    required: ["name"],
  },
});

export const GROWTH: readonly Work[] = [
  ...grow("concurrent calls", [1, 10, 100, 1000, 5000], (connections) => ({
    connections,
    body: whole,
  })),
  ...grow("streams, 10 ms apart", [1, 10, 100], (connections) => streams(connections, 10)),
  ...grow("streams, a second apart", [100, 1000, 5000], (connections) =>
    streams(connections, 1000),
  ),
  ...grow("request body, KB", [1, 4, 16, 64, 256, 1000, 4000], (kilobytes) => ({
    connections: 4,
    body: { model: "bench", messages: [{ role: "user", content: "fox ".repeat(kilobytes * 250) }] },
  })),
  ...grow("messages", [1, 10, 100, 1000], (count) => ({
    connections: 4,
    body: {
      model: "bench",
      messages: Array.from({ length: count }, (_, at) => ({
        role: at % 2 === 0 ? "user" : "assistant",
        content: `The fox jumps for the ${at}th time.`,
      })),
    },
  })),
  ...grow("tools", [0, 1, 8, 32, 128], (count) => ({
    connections: 4,
    body: {
      ...whole,
      ...(count > 0 ? { tools: Array.from({ length: count }, (_, at) => tool(at)) } : {}),
    },
  })),
];

/** The request's body for a variant, in the format that it takes. */
export function formatBody({ body }: Work, kind: Variant["kind"]): string {
  const isServer = kind === "server" || kind === "option";
  return JSON.stringify({
    ...(isServer ? { provider: "claude" } : {}),
    max_tokens: 1000,
    ...body,
  });
}
