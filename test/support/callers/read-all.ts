import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import type { Endpoint } from "./caller.ts";

/**
 * Calls a vendor's API by its own client and gives all that it tells: each event, and what it puts
 * together from them.
 */
export type VendorReader = (endpoint: Endpoint, model: string, stream: boolean) => Promise<unknown>;

const user = { role: "user" as const, content: "Hi" };

async function drain<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

export const readAnthropic: VendorReader = async ({ url, token }, model, stream) => {
  const client = new Anthropic({ apiKey: token, baseURL: url, maxRetries: 0, logLevel: "off" });
  const params = { model, max_tokens: 10, messages: [user] };
  if (!stream) return client.beta.messages.create(params);
  return {
    events: await drain(await client.beta.messages.create({ ...params, stream: true })),
    // It takes no repeated beginning, which some gateways send.
    final: await client.beta.messages
      .stream(params)
      .finalMessage()
      .catch((thrown: unknown) => String(thrown)),
  };
};

export const readChat: VendorReader = async ({ url, token }, model, stream) => {
  const { completions } = new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 }).chat;
  const params = { model, messages: [user] };
  if (!stream) return completions.create(params);
  const streamed = { ...params, stream: true as const, stream_options: { include_usage: true } };
  return {
    events: await drain(await completions.create(streamed)),
    // It throws at some of the other vendors' chunks; then it must do so here too.
    final: await completions
      .stream(streamed)
      .finalChatCompletion()
      .catch((thrown: unknown) => String(thrown)),
  };
};

export const readResponses: VendorReader = async ({ url, token }, model, stream) => {
  const { responses } = new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 });
  const params = { model, input: "Hi" };
  if (!stream) return responses.create(params);
  return {
    events: await drain(await responses.create({ ...params, stream: true })),
    final: await responses
      .stream(params)
      .finalResponse()
      .catch((thrown: unknown) => String(thrown)),
  };
};
