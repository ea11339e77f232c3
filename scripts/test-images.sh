#!/usr/bin/env bash
# Builds the images by buildah and tries them under podman, without a daemon and without Docker Hub: base images are stand-ins made from
# Debian's and npm's packages, and kept under ~/.cache/ai-server-images. Where the machine cannot, says why and ends with 0.
#   TEST_IMAGES_INSTALL=1   installs the tools by apt first
set -euo pipefail
cd "$(dirname "$0")/.."

leave_out() {
  printf 'Left out: the images (%s)\n' "$1"
  exit 0
}

[ "$(uname -s)" = Linux ] || leave_out "they are built on Linux alone"
[ "$(id -u)" -eq 0 ] || leave_out "building without a daemon needs root here"
tools=(buildah podman runc conmon debootstrap netavark)
packages=(buildah podman runc conmon debootstrap netavark aardvark-dns catatonit)
has_tools() {
  local tool
  for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || [ -x "/usr/lib/podman/$tool" ] || { missing="$tool" && return 1; }
  done
}
if ! has_tools && [ "${TEST_IMAGES_INSTALL:-}" = 1 ]; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null; } || leave_out "apt cannot install ${packages[*]}"
fi
has_tools || leave_out "there is no $missing: apt-get install --no-install-recommends ${packages[*]}"
bun="$PWD/node_modules/.bin/bun"
[ -x "$bun" ] || leave_out "node_modules is not installed"

scripts/images/make-bases.sh || leave_out "the base images cannot be made; debootstrap needs Debian's archive"

step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }
log="$(mktemp)"
build() {
  step "build $1"
  scripts/images/build.sh "$@" >"$log" 2>&1 || { tail -40 "$log" && exit 1; }
}

# The integrated image takes any Elixir app; this one is a few lines, and in a folder of its own.
context="$(mktemp -d)"
tidy() {
  rm -rf "$log" "$context"
  # Containers that a test has left when it ran out of time, and layers that no build has used for a day.
  (
    source scripts/images/settings.sh
    run_podman ps --all --quiet --filter name=ai-server-test- | xargs --no-run-if-empty podman "${storage[@]}" rm --force --time 0
    run_podman image prune --force --filter until=24h
  ) >/dev/null 2>&1
}
trap tidy EXIT
tar -c --exclude=node_modules --exclude=_build package.json package-lock.json .dockerignore src elixir bridges/copilot scripts/start-oneshot |
  tar -x -C "$context"
cp -r test/fixtures/elixir-app "$context/elixir/relay"

build Dockerfile localhost/ai-server:test
build Dockerfile.integrated localhost/oneshot:test
CONTEXT="$context" build Dockerfile.integrated localhost/oneshot-any-app:test --build-arg ELIXIR_APP=elixir/relay
step "run"
"$bun" test --timeout 60000 ./test/images/ai-server.ts ./test/images/oneshot.ts ./test/images/any-elixir-app.ts
step "done"
