import { ChatError } from "../../errors/chat-error.ts";

/** The model's bare name. It comes from the caller and becomes part of the URL. */
export function readModelId(id: string): string {
  const model = id.replace(/^models\//, "");
  if (/^[\w.@-]+$/.test(model) && !/^\.+$/.test(model)) return model;
  throw new ChatError("model_not_found", {
    param: "model",
    message: "This is not the name of a Gemini model.",
  });
}
