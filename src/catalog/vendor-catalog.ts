import type { ModelInfo } from "../chat/model.ts";

/** What is known of one provider's models. */
export interface VendorCatalog {
  /** The model where neither the caller nor the operator names one. */
  defaultModel: string | null;
  models: readonly ModelInfo[];
}
