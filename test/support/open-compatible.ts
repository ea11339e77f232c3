import type { EventStream } from "../../src/chat/event.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import { createOpenAICompatibleProviders } from "../../src/providers/openai-compatible/index.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { type CompletionRecording, TEST_VARIABLES } from "./chat-completions-recordings.ts";
import {
  createTestCall,
  createTestDeps,
  type PlayedFetch,
  playResponses,
} from "./play-response.ts";
import { requireAvailable } from "./require-available.ts";

/** The compatible provider with this name; every server is enabled. */
export function findCompatible(
  name: string,
  played: PlayedFetch,
  variables = TEST_VARIABLES,
): Provider {
  const provider = createOpenAICompatibleProviders(
    variables,
    [],
    createTestDeps(played.fetch),
  ).find((other) => other.name === name);
  if (!provider) throw new Error(`there is no compatible provider ${name}`);
  return requireAvailable(provider);
}

/** Plays a recorded answer to its provider. */
export function openRecording(
  recording: CompletionRecording,
  pieces: readonly Uint8Array[] = [recording.bytes],
  request: ChatRequest = { messages: [{ role: "user", content: "Hi" }] },
): Promise<EventStream> {
  const played = playResponses({
    headers: { "content-type": recording.contentType },
    body: pieces,
  });
  const call = createTestCall(request, {
    model: { id: "asked-model" },
    stream: recording.streamed,
  });
  return findCompatible(recording.provider, played).open(call);
}
