import { start } from "./start.ts";

await start({
  platform: {
    runtime: "bun",
    fetch,
    now: Date.now,
    randomId: () => crypto.randomUUID().replaceAll("-", ""),
    log: (line) => console.log(line),
  },
  environment: process.env,
  listen(app, { port, hostname }) {
    const server = Bun.serve({
      port,
      hostname,
      // Bun closes connections that are silent for this many seconds: right for a caller who never finishes a request's headers …
      idleTimeout: 30,
      development: false,
      fetch(request, self) {
        // … and wrong for an answer that is being thought about. From here on the body's timeout and the heartbeat watch the request.
        self.timeout(request, 0);
        return app.fetch(request);
      },
      error: () => new Response(null, { status: 500 }),
    });
    return { port: server.port ?? port, stop: () => server.stop() };
  },
  onStop(handler) {
    process.on("SIGTERM", handler);
    process.on("SIGINT", handler);
  },
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
  exit: (code) => process.exit(code),
});
