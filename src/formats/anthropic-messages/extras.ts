import { createExtras } from "../../chat/extras.ts";

export const anthropicExtras = createExtras("anthropic");
