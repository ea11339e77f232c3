# The AI server alone, on port 8080: docker build -t ai-server . && docker run -p 8080:8080 -e JWT_SECRET=… ai-server
# Runs without root and on a read-only file system.
ARG BUN_VERSION=1.4.5

FROM oven/bun:${BUN_VERSION}-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Versions and hashes come from npm's lockfile, which Bun reads.
RUN bun install --frozen-lockfile --production --ignore-scripts
COPY src src
COPY pages pages
COPY tsconfig.json ./
COPY scripts/pages scripts/pages
RUN bun build src/runtimes/bun.ts --target=bun --format=cjs --bytecode --minify --sourcemap=linked --outdir=out && \
    bun scripts/pages/build-pages.ts out/pages

FROM oven/bun:${BUN_VERSION}-slim
WORKDIR /app
COPY --from=build /build/out ./
# "::" takes IPv6 and IPv4: Fly's private network is IPv6 alone.
# Bun lets 256 fetches run at once and makes all others wait without a word; a stream is one for as long as it lasts.
ENV NODE_ENV=production HOST=:: PORT=8080 BUN_CONFIG_MAX_HTTP_REQUESTS=10000
USER bun
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD ["bun", "-e", "fetch(`http://localhost:${process.env.PORT}/health`, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The base image's entrypoint takes a command's first word for a Bun script; nothing here needs it.
ENTRYPOINT []
CMD ["bun", "/app/bun.js"]
