// The translator that most people would write: jose verifies the token, zod parses the request, the
// answer and each delta. Against this server it leaves out policies and limits, tools, images,
// reasoning, cost, the log and metrics, duplicate keys in JSON, errors of the vendor, retries,
// heartbeats and timeouts, and a caller who leaves or does not read.
import { jwtVerify } from "jose";
import * as z from "zod";
import { type Delta, translate } from "./translate.ts";

const KEY = new TextEncoder().encode(process.env.JWT_SECRET);
const CLAIMS = {
  issuer: process.env.JWT_ISSUER ?? "",
  audience: process.env.JWT_AUDIENCE ?? "",
  algorithms: ["HS256"],
};

const bodySchema = z.strictObject({
  provider: z.string().optional(),
  model: z.string(),
  max_tokens: z.int().positive(),
  messages: z.array(
    z.strictObject({
      role: z.enum(["system", "user", "assistant"]),
      content: z.string(),
    }),
  ),
  tools: z
    .array(
      z.strictObject({
        name: z.string(),
        description: z.string().optional(),
        parameters: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
  stream: z.boolean().optional(),
});

const answerSchema = z.object({
  id: z.string(),
  model: z.string(),
  content: z.array(z.object({ type: z.literal("text"), text: z.string() })),
  stop_reason: z.string(),
  usage: z.object({ input_tokens: z.int(), output_tokens: z.int() }),
});

const deltaSchema = z.object({
  type: z.string(),
  delta: z.object({ text: z.string().optional() }).optional(),
});

const parseDelta = (data: string): Delta => deltaSchema.parse(JSON.parse(data));

export default {
  async fetch(request: Request): Promise<Response> {
    const token = request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
    try {
      await jwtVerify(token, KEY, CLAIMS);
    } catch {
      return new Response(null, { status: 401 });
    }
    const parsed = bodySchema.safeParse(await request.json());
    if (!parsed.success) return Response.json(parsed.error.issues, { status: 400 });
    return translate(
      parsed.data,
      async (response) => answerSchema.parse(await response.json()),
      parseDelta,
    );
  },
};
