/** Sends a prompt to the `echo` provider through the app of `test/fixtures/elixir-app`, as a stream. */
export function ask(url: string, prompt: string, model: string): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify({ provider: "echo", model, stream: true, messages: [{ role: "user", content: prompt }] }),
  });
}
