import type { CopilotSession, SessionConfig, SessionEvent } from "@github/copilot-sdk";
import {
  BridgeError,
  notAuthenticated,
  runtimeFailure,
  runtimeGone,
  runtimeSilent,
} from "./bridge-error.ts";
import { checkModel } from "./check-model.ts";
import { createEventReader, type Piece } from "./read-events.ts";
import type { ChatCall } from "./read-request.ts";
import type { Runtime } from "./runtime.ts";
import { type Prompt, writePrompt } from "./write-prompt.ts";

export interface ChatOptions {
  signal: AbortSignal;
  silenceMs: number;
  /** Receives the promise of the work after the answer. It never rejects. */
  inBackground(work: Promise<void>): void;
}

/** How often a silent runtime is asked whether it is alive. */
const CHECK_MS = 2000;
/** How long to wait for the token count after a tool call. */
const USAGE_WAIT_MS = 300;

/** The caller left; nobody will read this error. */
export class CallerGone extends Error {
  override readonly name = "CallerGone";
}

/**
 * One answer from one session of the runtime. The session is aborted if the answer is, and deleted
 * in any case. Abort through the signal: `return` does not reach a generator that is waiting.
 */
export async function* runChat(
  call: ChatCall,
  runtime: Runtime,
  options: ChatOptions,
): AsyncGenerator<Piece, void> {
  const { signal } = options;
  const prompt = writePrompt(call.messages);
  checkModel(call, prompt.attachments.length, await runtime.listModels().catch(() => null));
  const session = await createSession(call, prompt, runtime, options);
  const mailbox = createMailbox(signal);
  const unsubscribe = session.on((event) => mailbox.put(event));
  const reader = createEventReader();
  let isOver = false;
  try {
    const { text, attachments } = prompt;
    session
      .send(attachments.length > 0 ? { prompt: text, attachments } : { prompt: text })
      .catch(() => {
        mailbox.fail(runtimeFailure({ errorType: "send", message: "" }));
      });
    for (let silentMs = 0; ; ) {
      const event = await mailbox.take(reader.awaitsUsage ? USAGE_WAIT_MS : CHECK_MS);
      if (event === null && !reader.awaitsUsage) {
        silentMs += CHECK_MS;
        if (silentMs >= options.silenceMs) throw runtimeSilent();
        if (!(await runtime.isAlive())) throw runtimeGone();
        continue;
      }
      silentMs = 0;
      for (const piece of event ? reader.read(event) : reader.endWithoutUsage()) {
        // After a tool call the runtime waits for a result that will not come.
        if (piece.type === "end") isOver = piece.toolCalls.length === 0;
        yield piece;
        if (piece.type === "end") return;
      }
    }
  } catch (error) {
    throw await explainFailure(error, runtime);
  } finally {
    unsubscribe();
    options.inBackground(removeSession(session, runtime, isOver));
  }
}

async function createSession(
  call: ChatCall,
  prompt: Prompt,
  runtime: Runtime,
  options: ChatOptions,
): Promise<CopilotSession> {
  if (options.signal.aborted) throw new CallerGone();
  const created = runtime.createSession(sessionConfig(call, prompt));
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new CallerGone());
  options.signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([created, gone]);
  } catch (error) {
    if (error instanceof CallerGone) {
      options.inBackground(
        created.then(
          (late) => removeSession(late, runtime, true),
          () => {},
        ),
      );
    }
    throw await explainFailure(error, runtime);
  } finally {
    options.signal.removeEventListener("abort", onAbort);
  }
}

/** The runtime's failures don't show that the token was refused, so this asks. */
async function explainFailure(error: unknown, runtime: Runtime): Promise<unknown> {
  const isUnexplained =
    error instanceof BridgeError
      ? error.detail.code === "upstream_error"
      : !(error instanceof CallerGone);
  if (!isUnexplained) return error;
  if (!(await runtime.isAuthenticated())) return notAuthenticated();
  return error instanceof BridgeError
    ? error
    : runtimeFailure({ errorType: "session", message: "" });
}

/** A session that can only talk: none of the runtime's tools, no files, no memory, nothing kept. */
function sessionConfig(
  { model, tools, reasoningEffort }: ChatCall,
  { system }: Prompt,
): SessionConfig {
  return {
    model,
    clientName: "ai-server-copilot-bridge",
    streaming: true,
    includeSubAgentStreamingEvents: false,
    systemMessage: { mode: "replace", content: system },
    availableTools: tools.map(({ name }) => `custom:${name}`),
    // A tool without a handler is only declared: its calls go to the caller.
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      ...(description ? { description } : {}),
      parameters: parameters ?? { type: "object", properties: {} },
      overridesBuiltInTool: true,
      skipPermission: true,
      defer: "never",
    })),
    onPermissionRequest: () => ({ kind: "reject" }),
    infiniteSessions: { enabled: false },
    ...(reasoningEffort ? { reasoningEffort } : {}),
  };
}

async function removeSession(
  session: CopilotSession,
  runtime: Runtime,
  isOver: boolean,
): Promise<void> {
  if (!isOver) await session.abort().catch(() => {});
  await runtime.deleteSession(session.sessionId).catch(() => session.disconnect().catch(() => {}));
}

/** Passes events from the session's callback to the generator that waits for them. */
function createMailbox(signal: AbortSignal) {
  const events: SessionEvent[] = [];
  let failure: Error | undefined = signal.aborted ? new CallerGone() : undefined;
  let wake = () => {};

  function fail(error: Error): void {
    failure ??= error;
    wake();
  }
  signal.addEventListener("abort", () => fail(new CallerGone()), { once: true });

  return {
    put(event: SessionEvent) {
      events.push(event);
      wake();
    },
    fail,
    /**
     * The next event, or null if none arrives in time. After a failure it rejects, even if events
     * are left.
     */
    async take(timeoutMs: number): Promise<SessionEvent | null> {
      if (!failure && events.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      if (failure) throw failure;
      return events.shift() ?? null;
    },
  };
}
