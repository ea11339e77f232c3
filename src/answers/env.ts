import * as z from "zod/mini";
import { decodeBase64 } from "../env/decode-base64.ts";
import { wholeNumber } from "../env/whole-number.ts";

const MINUTE = 60_000;
const MIB = 1024 * 1024;

const KEY_BYTES = 32;

const answerKey = z.string().check(
  z.refine((text) => decodeBase64(text)?.byteLength === KEY_BYTES, {
    message: `must be ${KEY_BYTES} bytes in base64: make one with openssl rand -base64 ${KEY_BYTES}`,
  }),
);

/** Without the prefix clients take the same text for another secret, or for none. */
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

export const answersEnv = {
  STORE_ANSWERS: z
    ._default(z.enum(["off", "on"]), "off")
    .check(
      z.describe(
        "`on`: answers whose caller asks for it are kept for a while, so that they can be repeated, " +
          "resumed and fetched. See [answers.md](answers.md).",
      ),
    ),
  ANSWER_TTL_MS: wholeNumber(1000, 30 * 24 * 60 * MINUTE, 60 * MINUTE).check(
    z.describe("How long an answer is kept after its last event, in milliseconds."),
  ),
  ANSWER_MAX_BYTES: wholeNumber(1024, 64 * MIB, 4 * MIB).check(
    z.describe("The largest answer that is kept, in bytes. A larger one still reaches its caller."),
  ),
  ANSWER_KEY: z
    .optional(answerKey)
    .check(
      z.describe(
        "32 bytes in base64: what is kept of answers in Redis or a Durable Object is encrypted with " +
          "this key (AES-GCM).",
      ),
    ),
  ANSWER_KEY_PREVIOUS: z
    .optional(answerKey)
    .check(z.describe("The `ANSWER_KEY` before this one; answers kept under it stay readable.")),
  WEBHOOK_SECRET: z
    .optional(
      z
        .pipe(
          z.string(),
          z.transform((text) => text.split(/\s+/)),
        )
        .check(
          z.refine(
            (secrets) => secrets.length <= 2 && secrets.every((one) => WEBHOOK_SECRET.test(one)),
            {
              message:
                "must be whsec_ and 24 to 64 bytes in base64, or two of these with a space between them",
            },
          ),
        ),
    )
    .check(
      z.describe(
        "Signs the webhooks that requests ask for: `whsec_` and 24 to 64 bytes in base64. Two, " +
          "separated by a space, while one takes the place of the other.",
      ),
    ),
  WEBHOOK_PRIVATE: z
    ._default(z.enum(["refuse", "allow"]), "refuse")
    .check(
      z.describe(
        "Whether webhooks may go to private addresses and over plain http, as to an app on the same " +
          "machine.",
      ),
    ),
};
