import type { Principal } from "../auth/principal.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Database } from "../ledger/database.ts";
import { readUsageParams, type UsageParams } from "../usage/read-params.ts";
import { chooseView, type View } from "./choose-view.ts";
import type { Server } from "./server.ts";

/** What a reader of the ledger answers from. */
export interface LedgerQuestion {
  readonly params: UsageParams;
  readonly view: View;
  readonly principal: Principal;
  readonly requestId: string;
  /** The URL that was asked. */
  readonly url: string;
}

type Answer = (database: Database, question: LedgerQuestion) => Promise<Response>;

/** A handler that answers from the ledger, to callers that may read it. */
export function createLedgerReader(
  { authenticator, ledger, platform, log }: Server,
  answer: Answer,
) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const principal = await authenticator.authenticate(request);
    const { url } = request;
    const params = readUsageParams(url, platform.now());
    const view = chooseView(principal, params.view);
    if (!ledger)
      throw new ChatError("not_found", {
        message:
          "This server keeps no ledger: set LEDGER_FILE or DATABASE_URL, or on Workers bind LEDGER.",
      });
    try {
      return await answer(await ledger.database(), { params, view, principal, requestId, url });
    } catch (thrown) {
      if (thrown instanceof ChatError) throw thrown;
      const reason = thrown instanceof Error ? thrown.name : typeof thrown;
      log("error", "ledger", { request_id: requestId, state: "unreadable", reason });
      throw new ChatError("store_unavailable");
    }
  };
}
