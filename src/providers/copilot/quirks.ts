import { type Quirks, quirksSchema } from "../../formats/openai-chat/quirks.ts";

/**
 * What the bridge takes of Chat Completions, which is what a session of Copilot's runtime supports
 * (bridges/copilot/README.md).
 */
export const BRIDGE_QUIRKS: Quirks = quirksSchema.parse({
  refuses: [
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "tool_choice.required",
    "parallel_tool_calls",
    "response_format.json",
    "response_format.json_schema",
    "metadata",
    "image.url",
  ],
  efforts: ["low", "medium", "high", "xhigh", "max"],
  reasoning_replay: "reasoning_content",
  reasoning_details: false,
  documents: "none",
});
