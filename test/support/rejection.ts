import { ChatError } from "../../src/errors/chat-error.ts";

/**
 * What a promise rejects with. (`expect().rejects` holds Bun's event loop until the next timer,
 * which costs a second each time.)
 */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error("the promise did not reject");
}

/** The ChatError that a promise rejects with; a failure of any other kind fails the test. */
export async function chatErrorOf(promise: Promise<unknown>): Promise<ChatError> {
  const thrown = await rejectionOf(promise);
  if (thrown instanceof ChatError) return thrown;
  throw thrown;
}
