import { createExtras } from "../../chat/extras.ts";

/** Google nests most settings one level deep (`generationConfig.topK`). */
export const googleExtras = createExtras("google", { nested: true });
