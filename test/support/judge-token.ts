import type { Principal } from "../../src/auth/principal.ts";
import { ChatError } from "../../src/errors/chat-error.ts";

/** "accepted: <subject>" or "refused: <reason of the log>". Any other failure goes on. */
export async function judge(authenticate: () => Promise<Principal>): Promise<string> {
  try {
    return `accepted: ${(await authenticate()).subject}`;
  } catch (error) {
    if (error instanceof ChatError && error.code === "unauthenticated")
      return `refused: ${error.logReason}`;
    throw error;
  }
}
