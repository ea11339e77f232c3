import type { Message } from "../chat/message.ts";
import type { Parameter } from "../chat/model.ts";
import type { DocumentPart, ImagePart, OpaquePart, Part, ToolResultPart } from "../chat/part.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Fit } from "./fit.ts";
import { mapOrSame } from "./map-or-same.ts";

/**
 * The conversation without the parts and signatures that the target cannot take, each told of; the
 * same list where nothing changes. A message of which nothing is left is left out too. Only where
 * that is the last one there is an error: without it the model would answer something that nobody
 * asked.
 */
export function fitMessages(messages: Message[], fit: Fit): Message[] {
  return mapOrSame(messages, (message, index) => {
    const { content } = message;
    if (message.extras) fit.noteForeignExtras(message.extras, () => `messages[${index}]`);
    if (typeof content === "string") return message;
    const fitted = mapOrSame(content, (part, partIndex) =>
      fitPart(part, fit, () => `messages[${index}].content[${partIndex}]`),
    );
    if (fitted === content) return message;
    if (fitted.length > 0) return { ...message, content: fitted };
    const param = `messages[${index}]`;
    if (index === messages.length - 1) {
      throw new ChatError("unsupported_parameter", {
        param,
        message: "Nothing of the last message can be sent to this provider.",
      });
    }
    fit.warn(
      "adjusted_parameter",
      param,
      "Nothing of this message can be sent to this provider, so it was left out.",
    );
    return null;
  });
}

/** A path is made only when something is said about it. */
type Path = () => string;

/** The part as the target takes it; null where it does not. */
function fitPart(part: Part, fit: Fit, path: Path): Part | null {
  if (part.type === "opaque") return fitOpaque(part, fit, path);
  if (part.extras) fit.noteForeignExtras(part.extras, path);
  switch (part.type) {
    case "text":
    case "tool_call":
      return fitCache(fitSignature(part, fit, path), fit, path);
    case "reasoning": {
      const fitted = fitSignature(part, fit, path);
      // Without its signature a hidden thought has nothing in it.
      return fitted !== part && fitted.text === "" ? null : fitCache(fitted, fit, path);
    }
    case "image":
    case "document":
      return fitFile(part, fit, path) ? fitCache(part, fit, path) : null;
    case "tool_result":
      return fitCache(fitToolResult(part, fit, path), fit, path);
  }
}

function fitOpaque(part: OpaquePart, fit: Fit, path: Path): OpaquePart | null {
  if (part.format === fit.format) return part;
  fit.warn(
    "foreign_content_dropped",
    path(),
    `A part in the words of ${part.format} cannot be sent to this provider.`,
  );
  return null;
}

function fitSignature<T extends Extract<Part, { type: "text" | "reasoning" | "tool_call" }>>(
  part: T,
  fit: Fit,
  path: Path,
): T {
  if (!part.signature || part.signature.format === fit.format) return part;
  fit.warn(
    "foreign_signature_dropped",
    `${path()}.signature`,
    `A signature of ${part.signature.format} cannot be sent to this provider.`,
  );
  const unsigned = { ...part };
  delete unsigned.signature;
  return unsigned;
}

function fitCache<T extends Exclude<Part, { type: "opaque" }>>(part: T, fit: Fit, path: Path): T {
  if (!part.cache || fit.takes("cache")) return part;
  fit.drop(`${path()}.cache`);
  const uncached = { ...part };
  delete uncached.cache;
  return uncached;
}

/** Whether the target takes this image or document in the form in which it is given. */
function fitFile(part: ImagePart | DocumentPart, fit: Fit, path: Path): boolean {
  if (fit.takes(formOf(part))) return true;
  fit.drop(path(), `does not take this form of ${part.type}`);
  return false;
}

function formOf(part: ImagePart | DocumentPart): Parameter {
  if (part.url !== undefined) return `${part.type}.url`;
  return part.type === "document" && part.text !== undefined
    ? "document.text"
    : `${part.type}.data`;
}

/** A tool's result stays even where nothing of it is left: the call before it must be answered. */
function fitToolResult(result: ToolResultPart, fit: Fit, path: Path): ToolResultPart {
  const { content } = result;
  if (typeof content === "string") return result;
  const fitted = mapOrSame(content, (part, index) =>
    fitResultPart(part, fit, () => `${path()}.content[${index}]`),
  );
  return fitted === content ? result : { ...result, content: fitted.length === 0 ? "" : fitted };
}

type ResultPart = Exclude<ToolResultPart["content"], string>[number];

function fitResultPart(part: ResultPart, fit: Fit, path: Path): ResultPart | null {
  if (part.type === "opaque") return fitOpaque(part, fit, path);
  if (part.extras) fit.noteForeignExtras(part.extras, path);
  if (part.type === "text") return fitCache(fitSignature(part, fit, path), fit, path);
  if (!fit.takes(`tool_result.${part.type}`)) {
    fit.drop(path(), `takes no ${part.type} in a tool's result`);
    return null;
  }
  return fitFile(part, fit, path) ? fitCache(part, fit, path) : null;
}
