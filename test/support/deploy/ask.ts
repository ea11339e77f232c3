/**
 * Sends a prompt to the `echo` provider through an Elixir app, as the page of `elixir/web` does;
 * the answer is a stream.
 */
export function ask(url: string, prompt: string, model: string): Promise<Response> {
  return fetch(`${url}/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      provider: "echo",
      model,
      stream: true,
      messages: [{ role: "user", content: prompt }],
    }),
  });
}
