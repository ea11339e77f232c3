import type { JsonObject } from "../../json/json-object.ts";

/**
 * The body of `generateContent` and `streamGenerateContent`, as far as this server sets it
 * (ai.google.dev/api/generate-content). Extras may add fields anywhere in it.
 */
export interface GenerateRequest {
  contents: Content[];
  systemInstruction?: { parts: RequestPart[] };
  tools?: JsonObject[];
  toolConfig?: { functionCallingConfig: FunctionCallingConfig };
  generationConfig?: GenerationConfig;
  /** Only on Vertex AI. */
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
  /** `mimeType` may be missing only if Google knows the file already (a file of the Gemini API). */
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
  /**
   * `output` holds the function's output, `error` its failure; any other object counts as output.
   */
  response: JsonObject;
  /** Images and documents of the result, since Gemini 3. */
  parts?: { inlineData: InlineData }[];
}

export interface FunctionDeclaration {
  name: string;
  description?: string;
  parametersJsonSchema?: JsonObject;
}

export interface FunctionCallingConfig {
  /** VALIDATED is AUTO with arguments that must fit the schema. */
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
  /** Gemini 2.5. 0: no thinking; -1: the model decides. */
  thinkingBudget?: number;
  /** Gemini 3 and later. A request must not hold both. */
  thinkingLevel?: ThinkingLevel;
}
