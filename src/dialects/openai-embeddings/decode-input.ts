import type { EmbeddingInput } from "../../embeddings/request.ts";
import { ChatError } from "../../errors/chat-error.ts";

/** OpenAI's own limit. */
const MAX_INPUTS = 2048;

/** `input` → the inputs. Throws a ChatError that names the first one that is none. */
export function decodeInput(input: unknown): readonly EmbeddingInput[] {
  if (typeof input === "string") return [readOne(input, "input")];
  if (!Array.isArray(input)) {
    throw fault("input", input === undefined ? "is required" : "must be a text or a list");
  }
  if (input.length === 0) throw fault("input", "must have at least one element");
  // A list of numbers is the tokens of one text.
  if (typeof input[0] === "number") return [readOne(input, "input")];
  if (input.length > MAX_INPUTS) throw fault("input", `must have at most ${MAX_INPUTS} elements`);
  return input.map((value: unknown, index) => readOne(value, `input[${index}]`));
}

function readOne(value: unknown, param: string): EmbeddingInput {
  if (typeof value === "string") {
    if (value === "") throw fault(param, "must not be empty");
    return value;
  }
  if (!Array.isArray(value)) throw fault(param, "must be a text or a list of tokens");
  if (value.length === 0) throw fault(param, "must not be empty");
  const wrong = value.findIndex((token) => !isToken(token));
  if (wrong >= 0) throw fault(`${param}[${wrong}]`, "must be a token: a whole number from 0");
  return value.filter(isToken);
}

function isToken(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function fault(param: string, problem: string): ChatError {
  return new ChatError("invalid_request", { param, message: `${param}: ${problem}.` });
}
