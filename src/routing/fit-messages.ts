import { distinctCallIds } from "../chat/distinct-call-ids.ts";
import type { Warning } from "../chat/event.ts";
import type { Message } from "../chat/message.ts";
import type { Parameter } from "../chat/model.ts";
import { originalPath } from "../chat/origin.ts";
import { pairResults } from "../chat/pair-results.ts";
import type {
  DocumentPart,
  ImagePart,
  OpaquePart,
  Part,
  TextPart,
  ToolResultPart,
} from "../chat/part.ts";
import { placeMedia } from "../chat/place-media.ts";
import { repairMedia, unreadMedia } from "../chat/repair-media.ts";
import type { ChatRequest } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import { goesOnFromKept } from "../formats/openai-responses/kept-state.ts";
import type { Fit } from "./fit.ts";
import { mapOrSame } from "./map-or-same.ts";

/**
 * The conversation without the parts and signatures that the target does not support, with a
 * warning for each; the same list if nothing changes. A message with nothing left is dropped. If it
 * is the last one, that is an error: without it, the model would answer a question that nobody
 * asked.
 */
export function fitMessages({ messages, extras }: ChatRequest, fit: Fit): Message[] {
  if (messages.every(isPlainText)) return messages;
  const callsAreKept = fit.format === "openai_responses" && goesOnFromKept(messages, extras);
  const fitted = mapOrSame(messages, (message, index) => {
    const { content } = message;
    if (message.extras) fit.noteForeignExtras(message.extras, () => `messages[${index}]`);
    if (typeof content === "string") return message;
    const fitted = mapOrSame(content, (part, partIndex) =>
      fitPart(part, fit, () => `messages[${index}].content[${partIndex}]`),
    );
    if (fitted === content) return message;
    if (fitted.length > 0) return { ...message, content: fitted };
    if (content.every(saysNothing)) return null;
    const param = `messages[${index}]`;
    if (index === messages.length - 1) {
      throw new ChatError("unsupported_parameter", {
        param,
        message: "None of the last message's content is supported by this provider.",
      });
    }
    fit.warn(
      "adjusted_parameter",
      param,
      "None of this message's content is supported by this provider, so it was dropped.",
    );
    return null;
  });
  return repairConversation(fitted, callsAreKept, fit);
}

/** Most conversations are texts alone, which every vendor takes as they are. */
function isPlainText({ role, content, extras }: Message): boolean {
  return typeof content === "string" && role !== "tool" && extras === undefined;
}

/**
 * Repairs what a vendor of this format would refuse. A repair reports positions in the list that it
 * is given; warnings are mapped to the caller's paths.
 */
function repairConversation(given: Message[], callsAreKept: boolean, fit: Fit): Message[] {
  const warnAbout =
    (messages: Message[]) =>
    ({ code, param, message }: Warning) =>
      fit.warn(code, originalPath(param, { messages }), message);
  const placed = placeMedia(given, fit.format, warnAbout(given));
  if (fit.format === null || fit.format === "cursor") return placed;
  const distinct = distinctCallIds(placed, fit.format);
  return pairResults(distinct, { callsAreKept, warn: warnAbout(distinct) });
}

/** Whether nothing is lost to a vendor of another format that is not sent this part. */
function saysNothing(part: Part): boolean {
  return part.type === "opaque" && part.text === "";
}

/** Built only if a warning needs it. */
type Path = () => string;

/** The part as the target supports it; null if it does not. */
function fitPart(part: Part, fit: Fit, path: Path): Part | null {
  if (part.type === "opaque") return fitOpaque(part, fit, path);
  if (part.extras) fit.noteForeignExtras(part.extras, path);
  switch (part.type) {
    case "text":
    case "tool_call":
      return fitCache(fitSignature(part, fit, path), fit, path);
    case "reasoning": {
      const fitted = fitSignature(part, fit, path);
      // Without its signature, hidden reasoning is empty.
      return fitted !== part && fitted.text === "" ? null : fitCache(fitted, fit, path);
    }
    case "image":
    case "document":
      return fitMedia(part, fit, path);
    case "tool_result":
      return fitCache(fitToolResult(part, fit, path), fit, path);
  }
}

/** A vendor of another format is told what the part says in plain text, if it says anything. */
function fitOpaque(part: OpaquePart, fit: Fit, path: Path): OpaquePart | TextPart | null {
  if (part.format === fit.format) return part;
  if (part.text !== undefined) return part.text === "" ? null : { type: "text", text: part.text };
  fit.warn(
    "foreign_content_dropped",
    path(),
    `A part in the ${part.format} format cannot be sent to this provider.`,
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
    `A signature in the ${part.signature.format} format cannot be sent to this provider.`,
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

/** An image or a document under its true type, if the target supports it. */
function fitMedia(
  part: ImagePart | DocumentPart,
  fit: Fit,
  path: Path,
): ImagePart | DocumentPart | null {
  // A server of the caller's own format is sent what the caller wrote.
  const isOwn = fit.format === "openai_chat" && part.extras?.openai_chat !== undefined;
  const repaired = isOwn ? part : repairMedia(part);
  if (!repaired) throw refuseData(`${path()}.data`, "is not base64; send the file's bytes so");
  if (!fitFile(repaired, fit, path)) return null;
  const read = unreadMedia(repaired, fit.format);
  if (read) {
    const problem = `is ${repaired.media_type}; this provider reads ${read}`;
    throw refuseData(`${path()}.data`, problem);
  }
  return fitCache(repaired, fit, path);
}

function refuseData(param: string, problem: string): ChatError {
  return new ChatError("unsupported_parameter", { param, message: `${param}: ${problem}.` });
}

/** Whether the target supports this image or document in the given form. */
function fitFile(part: ImagePart | DocumentPart, fit: Fit, path: Path): boolean {
  if (fit.takes(formOf(part))) return true;
  fit.drop(path(), `does not support this form of ${part.type}`);
  return false;
}

/** Which of the forms of an image or a document this is. */
export function formOf(part: ImagePart | DocumentPart): Parameter {
  if (part.url !== undefined) return `${part.type}.url`;
  return part.type === "document" && part.text !== undefined
    ? "document.text"
    : `${part.type}.data`;
}

/** An empty result would say that the tool found nothing. */
const NOTHING_LEFT = "[The result is of a kind that cannot be passed on to this model.]";

/** A tool's result stays even if nothing in it is left: its call needs a result. */
function fitToolResult(result: ToolResultPart, fit: Fit, path: Path): ToolResultPart {
  const { content } = result;
  if (typeof content === "string") return result;
  const fitted = mapOrSame(content, (part, index) =>
    fitResultPart(part, fit, () => `${path()}.content[${index}]`),
  );
  if (fitted === content) return result;
  return { ...result, content: fitted.length === 0 ? NOTHING_LEFT : fitted };
}

type ResultPart = Exclude<ToolResultPart["content"], string>[number];

function fitResultPart(part: ResultPart, fit: Fit, path: Path): ResultPart | null {
  if (part.type === "opaque") return fitOpaque(part, fit, path);
  if (part.extras) fit.noteForeignExtras(part.extras, path);
  if (part.type === "text") return fitCache(fitSignature(part, fit, path), fit, path);
  if (!fit.takes(`tool_result.${part.type}`)) {
    fit.drop(path(), `does not support ${part.type}s in tool results`);
    return null;
  }
  return fitMedia(part, fit, path);
}
