import * as z from "zod/mini";
import { baseUrlSchema } from "../../env/base-url.ts";

export const copilotEnv = {
  COPILOT_BRIDGE_URL: z
    .optional(baseUrlSchema)
    .check(
      z.describe(
        "Address of the program in `bridges/copilot`, such as `http://127.0.0.1:4141`; enables the provider `copilot`.",
      ),
    ),
  COPILOT_BRIDGE_TOKEN: z
    .optional(z.string())
    .check(
      z.describe(
        "Secret shared with the bridge: the value of the bridge's own `COPILOT_BRIDGE_TOKEN`.",
      ),
    ),
  COPILOT_DEFAULT_MODEL: z
    ._default(z.string(), "auto")
    .check(
      z.describe("The Copilot model if a request names none; `auto` leaves the choice to Copilot."),
    ),
};

export type CopilotConfig = z.infer<z.ZodMiniObject<typeof copilotEnv>>;
