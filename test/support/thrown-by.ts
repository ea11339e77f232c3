import { ChatError } from "../../src/errors/chat-error.ts";

/** The ChatError that this throws. */
export function thrownBy(run: () => unknown): ChatError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ChatError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
