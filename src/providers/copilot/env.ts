import * as z from "zod";
import { baseUrlSchema } from "../../env/base-url.ts";

export const copilotEnv = {
  COPILOT_BRIDGE_URL: baseUrlSchema
    .optional()
    .describe(
      "Address of the program in `bridges/copilot`, such as `http://127.0.0.1:4141`; enables the provider `copilot`.",
    ),
  COPILOT_BRIDGE_TOKEN: z
    .string()
    .optional()
    .describe(
      "Secret shared with the bridge: the value of the bridge's own `COPILOT_BRIDGE_TOKEN`.",
    ),
  COPILOT_DEFAULT_MODEL: z
    .string()
    .default("auto")
    .describe("The Copilot model if a request names none; `auto` leaves the choice to Copilot."),
};

export type CopilotConfig = z.infer<z.ZodObject<typeof copilotEnv>>;
