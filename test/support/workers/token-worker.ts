import { createGoogleAccess, type GoogleAccess } from "../../../src/google/google-access.ts";

/** Lives as long as the isolate, as the server's own providers do. */
let access: GoogleAccess | undefined;

/** A Worker that answers each request with the headers of a call to Vertex AI. */
export default {
  async fetch(request: Request, env: Record<string, string>): Promise<Response> {
    if (!access) {
      const created = createGoogleAccess(env, {
        fetch: (url, init) => fetch(url, init),
        now: Date.now,
      });
      if ("reason" in created) return new Response(created.reason, { status: 500 });
      access = created;
    }
    try {
      return Response.json(await access.sendAuthorized(request.signal, async (headers) => headers));
    } catch (thrown) {
      return new Response(String(thrown), { status: 502 });
    }
  },
};
