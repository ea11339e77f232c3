/** What is asked, as the form has it. */
export interface Question {
  readonly provider: string;
  /** Empty: the provider's default. */
  readonly model: string;
  readonly system: string;
  readonly text: string;
  readonly images: readonly DroppedImage[];
  readonly temperature: string;
  readonly maxTokens: string;
  readonly effort: string;
  readonly tools: string;
  readonly stream: boolean;
}

export interface DroppedImage {
  readonly name: string;
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly media_type: string; readonly data: string };

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string | readonly Part[];
}

export const EMPTY_QUESTION: Question = {
  provider: "echo",
  model: "echo",
  system: "",
  text: "",
  images: [],
  temperature: "",
  maxTokens: "",
  effort: "",
  tools: "",
  stream: true,
};

/** The body of `POST /chat`; throws if the tools are no JSON. */
export function buildBody(question: Question, earlier: readonly Message[]) {
  const { provider, model, system, text, images, temperature, maxTokens, effort, tools } = question;
  const pictures = images.map(
    ({ mediaType, data }): Part => ({ type: "image", media_type: mediaType, data }),
  );
  const content = pictures.length === 0 ? text : [...pictures, { type: "text" as const, text }];
  const messages: readonly Message[] = [
    ...(system === "" ? [] : [{ role: "system" as const, content: system }]),
    ...earlier,
    { role: "user", content },
  ];
  return {
    provider,
    ...(model.trim() === "" ? {} : { model: model.trim() }),
    messages,
    ...(temperature === "" ? {} : { temperature: Number(temperature) }),
    ...(maxTokens === "" ? {} : { max_tokens: Number(maxTokens) }),
    ...(effort === "" ? {} : { reasoning: { effort } }),
    ...(tools.trim() === "" ? {} : { tools: parseTools(tools) }),
    ...(question.stream ? { stream: true } : {}),
  };
}
export type Body = ReturnType<typeof buildBody>;

function parseTools(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("The tools are not valid JSON: a list of tools is wanted.");
  }
}

/** A file as base64, without its `data:` prefix. */
export function readImage(file: File): Promise<DroppedImage> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.onload = () => {
      const text = String(reader.result);
      resolve({ name: file.name, mediaType: file.type, data: text.slice(text.indexOf(",") + 1) });
    };
    reader.readAsDataURL(file);
  });
}
