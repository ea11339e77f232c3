// Takes what OpenTelemetry sends, and says how many bytes that was.

let bytes = 0;

const server = Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  async fetch(request) {
    if (request.method !== "POST") return new Response(String(bytes));
    bytes += (await request.arrayBuffer()).byteLength;
    return new Response(null);
  },
});
process.stdout.write(`${server.url}\n`);

// Makes this file a module with its own scope.
export {};
