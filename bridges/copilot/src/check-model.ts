import type { ModelInfo } from "@github/copilot-sdk";
import { modelNotFound, unsupported } from "./bridge-error.ts";
import type { ChatCall } from "./read-request.ts";

/**
 * Throws where the model cannot do what is asked: the runtime would leave out images and efforts without a word. `models` is what
 * the account may use; null where that is not known.
 */
export function checkModel(
  { model: id, reasoningEffort }: ChatCall,
  images: number,
  models: readonly ModelInfo[] | null,
): void {
  if (!models || id === "auto") return;
  const model = models.find((offered) => offered.id === id);
  if (!model || model.policy?.state === "disabled") throw modelNotFound();
  const { supports, limits } = model.capabilities;
  if (images > 0 && !supports.vision) throw unsupported("messages", "This model takes no images.");
  const maxImages = limits.vision?.max_prompt_images ?? images;
  if (images > maxImages)
    throw unsupported("messages", `This model takes ${maxImages} images at most.`);
  const efforts = model.supportedReasoningEfforts;
  if (reasoningEffort && efforts && !efforts.includes(reasoningEffort)) {
    throw unsupported("reasoning_effort", `This model takes ${efforts.join(", ")}.`);
  }
  if (reasoningEffort && !efforts && !supports.reasoningEffort) {
    throw unsupported("reasoning_effort", "This model takes none.");
  }
}
