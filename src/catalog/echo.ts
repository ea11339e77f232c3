import type { ModelInfo } from "../chat/model.ts";

const models: readonly ModelInfo[] = [
  { id: "echo" },
  { id: "echo-slow" },
  { id: "echo-cut" },
  { id: "echo-embedding", kind: "embedding", dimensions: 64 },
];

/** The built-in echo provider. It has no prices because it costs nothing. */
export const echoCatalog = { defaultModel: "echo", models };
