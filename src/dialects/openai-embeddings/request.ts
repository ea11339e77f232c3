import * as z from "zod/mini";
import { VECTOR_ENCODINGS } from "../../embeddings/request.ts";
import { looseObject } from "../../json/object-schema.ts";

/**
 * The body of `POST /v1/embeddings`. Unknown fields are kept, because a server of this format may
 * know them. Null means absent. Source:
 * https://platform.openai.com/docs/api-reference/embeddings/create (2026-11-28).
 */
export const embeddingsBodySchema = looseObject({
  model: z
    .string()
    .check(z.minLength(1), z.maxLength(256))
    .register(z.globalRegistry, { description: "The model, as `provider/model` or by its name." }),
  // Checked by hand (decode-input.ts): a union would keep an issue for each of a million tokens.
  input: z.unknown().check(
    z.meta({
      description: "A text, a list of texts, the tokens of a text, or a list of those.",
      anyOf: [
        { type: "string", minLength: 1 },
        { type: "array", minItems: 1, maxItems: 2048, items: { type: "string", minLength: 1 } },
        { type: "array", minItems: 1, items: { type: "integer", minimum: 0 } },
        {
          type: "array",
          minItems: 1,
          maxItems: 2048,
          items: { type: "array", minItems: 1, items: { type: "integer", minimum: 0 } },
        },
      ],
    }),
  ),
  encoding_format: z.nullish(z.enum(VECTOR_ENCODINGS)).register(z.globalRegistry, {
    description: "Vectors as numbers, or as the base64 of 32-bit floats.",
  }),
  dimensions: z.nullish(z.int().check(z.gte(1), z.lte(65_536))).register(z.globalRegistry, {
    description: "The length of the vectors, if the model can shorten them.",
  }),
  dry_run: z.nullish(z.boolean()).register(z.globalRegistry, {
    description: "`true`: the answer says what the call would do and cost. No vendor is called.",
  }),
  user: z
    .nullish(z.string().check(z.maxLength(512)))
    .register(z.globalRegistry, { description: "Who the end user is, for the vendor." }),
});
