import * as z from "zod/mini";
import { wholeNumber } from "../env/whole-number.ts";

export const limitsEnv = {
  RESERVE_OUTPUT_TOKENS: wholeNumber(1, 1_000_000, 4096).check(
    z.describe(
      "Output tokens that are reserved for a call that sets no `max_tokens`; a longer answer " +
        "extends its reservation.",
    ),
  ),
  UNPRICED: z
    ._default(z.enum(["refuse", "allow"]), "refuse")
    .check(
      z.describe(
        "Whether a model without a price in the catalog may be used under a limit in dollars. " +
          "`allow`: it counts as free.",
      ),
    ),
};
