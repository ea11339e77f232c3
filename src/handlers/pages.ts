import type { RequestContext } from "../calls/request-context.ts";
import { ChatError } from "../errors/chat-error.ts";
import { respondAsset } from "../http/respond.ts";
import type { Server } from "./server.ts";

/** A name that can be a file of the pages, and no way to another folder. */
const PLAIN_NAME = /^[a-z]+\.(js|css|svg)$/;

const NOT_BUILT =
  "The pages are not built here: run `bun scripts/pages/build-pages.ts`, and start again.";

/**
 * `GET /dashboard`, `GET /playground` and what they load. They hold no figure and no secret: those
 * come by the API, with the token of whoever looks at them.
 */
export function createPages({ readAsset }: Server) {
  async function show(
    name: string,
    { requestId }: RequestContext,
    absence?: string,
  ): Promise<Response> {
    const asset = await readAsset?.(name);
    if (!asset) throw new ChatError("not_found", absence === undefined ? {} : { message: absence });
    return respondAsset(asset, requestId);
  }

  return {
    page: (name: string) => (_request: Request, context: RequestContext) =>
      show(`${name}.html`, context, NOT_BUILT),
    file(request: Request, context: RequestContext): Promise<Response> {
      const name = new URL(request.url).pathname.slice("/pages/".length);
      if (!PLAIN_NAME.test(name)) throw new ChatError("not_found");
      return show(name, context);
    },
  };
}
