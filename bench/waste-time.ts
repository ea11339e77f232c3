// Loaded before the server: each call then takes WASTE_US microseconds more of CPU.

const WASTE_MS = Number(process.env.WASTE_US) / 1000;
const { serve } = Bun;

Bun.serve = new Proxy(serve, {
  apply(target, self, [options]) {
    const { fetch: answer } = options;
    return Reflect.apply(target, self, [
      {
        ...options,
        fetch(...args: unknown[]) {
          for (const until = performance.now() + WASTE_MS; performance.now() < until; );
          return Reflect.apply(answer, this, args);
        },
      },
    ]);
  },
});

// Makes this file a module with its own scope.
export {};
