import type { JsonObject } from "../../json/json-object.ts";

/**
 * The body of `generateContent` and `streamGenerateContent`, as far as we write it ourselves (ai.google.dev/api/generate-content).
 * All of it may hold more fields, which callers give as extras.
 */
export interface GenerateRequest {
  contents: Content[];
  systemInstruction?: { parts: RequestPart[] };
  tools?: JsonObject[];
  toolConfig?: { functionCallingConfig: FunctionCallingConfig };
  generationConfig?: GenerationConfig;
  /** Vertex AI alone. */
  labels?: Record<string, string>;
}

export interface Content {
  role: "user" | "model";
  parts: RequestPart[];
}

export interface RequestPart {
  text?: string;
  /** Marks `text` as a thought. */
  thought?: boolean;
  thoughtSignature?: string;
  inlineData?: InlineData;
  /** Without `mimeType` only where the vendor knows the file already (a file of the Gemini API). */
  fileData?: { fileUri: string; mimeType?: string };
  functionCall?: { id?: string; name: string; args: JsonObject };
  functionResponse?: FunctionResponse;
}

export interface InlineData {
  mimeType: string;
  data: string;
}

export interface FunctionResponse {
  id?: string;
  name: string;
  /** `output` holds what the function gave, `error` what went wrong; any other object counts as output as a whole. */
  response: JsonObject;
  /** Images and documents of the result; from Gemini 3 on. */
  parts?: { inlineData: InlineData }[];
}

export interface FunctionDeclaration {
  name: string;
  description?: string;
  parametersJsonSchema?: JsonObject;
}

export interface FunctionCallingConfig {
  /** VALIDATED is AUTO with arguments held to the schema. */
  mode: "AUTO" | "ANY" | "NONE" | "VALIDATED";
  allowedFunctionNames?: string[];
}

export interface GenerationConfig {
  temperature?: number;
  topP?: number;
  maxOutputTokens?: number;
  stopSequences?: string[];
  seed?: number;
  responseMimeType?: string;
  responseJsonSchema?: JsonObject;
  thinkingConfig?: ThinkingConfig;
}

export const THINKING_LEVELS = ["MINIMAL", "LOW", "MEDIUM", "HIGH"] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];

export interface ThinkingConfig {
  includeThoughts?: boolean;
  /** Gemini 2.5. 0: no thinking, -1: as much as the model sees fit. */
  thinkingBudget?: number;
  /** Gemini 3 and later. A request may not hold both. */
  thinkingLevel?: ThinkingLevel;
}
