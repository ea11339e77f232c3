# The AI server alone, built by flake.nix: docker build -f Dockerfile.nix -t ai-server . (Dockerfile does the same without Nix.)
FROM nixos/nix:latest AS build
WORKDIR /build
COPY . .
# "path:" because the context is no git repository.
RUN nix --extra-experimental-features "nix-command flakes" build path:.#ai-server --out-link /out && \
    mkdir /closure && cp -a $(nix-store --query --requisites /out) /closure/ && \
    mkdir /root-files && cp -rL /out /root-files/app

FROM debian:trixie-slim
COPY --from=build /closure /nix/store
COPY --from=build /root-files/app /app
ENV NODE_ENV=production HOST=:: PORT=8080
USER 1000:1000
EXPOSE 8080
CMD ["/app/bin/ai-server"]
