// The least that a proxy on Bun can do: no token, no check, no translation; both bodies pass
// through.

const upstream = process.env.UPSTREAM ?? "";

const server = Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  fetch(request) {
    return fetch(`${upstream}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: request.body,
    });
  },
});
process.stdout.write(`${server.url}\n`);

// Makes this file a module with its own scope.
export {};
