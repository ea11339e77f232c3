// A program: one call of Anthropic's own client, to ANTHROPIC_BASE_URL.
import Anthropic from "@anthropic-ai/sdk";

await new Anthropic({ maxRetries: 0 }).messages.create({
  model: "claude-x",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
});
