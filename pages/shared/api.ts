/** A request that the server refused, or that did not reach it; its message is for the reader. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** `fetch` with the caller's token. Rejects with an ApiError unless the answer is a success. */
export async function send(token: string, path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw new ApiError(0, "The server cannot be reached.");
  }
  if (!response.ok) throw new ApiError(response.status, await explain(response));
  return response;
}

/** The body of a GET as JSON: the caller says of what type, as the API's description has it. */
export async function get<T>(token: string, path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(token, path, signal ? { signal } : {});
  const body: T = await response.json();
  return body;
}

async function explain(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const body: { error?: { message?: unknown } } = JSON.parse(text);
    if (typeof body.error?.message === "string") return body.error.message;
  } catch {
    // A proxy in between answered.
  }
  return `The server answered with status ${response.status}.`;
}
