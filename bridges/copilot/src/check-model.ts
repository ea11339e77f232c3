import type { ModelInfo } from "@github/copilot-sdk";
import { modelNotFound, unsupported } from "./bridge-error.ts";
import type { ChatCall } from "./read-request.ts";

/**
 * Throws if the model does not support what is requested: the runtime would silently drop images
 * and efforts. `models` are the account's models; null if unknown.
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
  if (images > 0 && !supports.vision)
    throw unsupported("messages", "This model does not support images.");
  const maxImages = limits.vision?.max_prompt_images ?? images;
  if (images > maxImages)
    throw unsupported("messages", `This model supports at most ${maxImages} images.`);
  const efforts = model.supportedReasoningEfforts;
  if (reasoningEffort && efforts && !efforts.includes(reasoningEffort)) {
    throw unsupported("reasoning_effort", `This model supports ${efforts.join(", ")}.`);
  }
  if (reasoningEffort && !efforts && !supports.reasoningEffort) {
    throw unsupported("reasoning_effort", "This model does not support efforts.");
  }
}
