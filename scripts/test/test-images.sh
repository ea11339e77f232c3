#!/usr/bin/env bash
# Builds the images with buildah and tries them under podman, without a daemon and without Docker
# Hub: base images are stand-ins made from Debian's and npm's packages, kept under
# ~/.cache/ai-server-images. If this machine cannot do that, says why and exits with 0.
#   TEST_IMAGES_REQUIRED=1   installs the tools with apt first; if the images cannot be tried on
#                            Linux as root even then, exits with 1
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/../.."

required=""
leave_out() {
  printf 'Left out: the images (%s)\n' "$1"
  [ -z "$required" ] || exit 1
  exit 0
}

[ "$(uname -s)" = Linux ] || leave_out "they are built on Linux only"
[ "$(id -u)" -eq 0 ] || leave_out "building without a daemon needs root here"
[ "${TEST_IMAGES_REQUIRED:-}" != 1 ] || required=1
# netavark calls iptables or, from 1.12 on, nft; it recommends neither.
tools=(buildah podman runc conmon debootstrap netavark iptables nft)
packages=(buildah podman runc conmon debootstrap netavark aardvark-dns catatonit iptables nftables)
has_tools() {
  local tool
  for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || [ -x "/usr/lib/podman/$tool" ] || { missing="$tool" && return 1; }
  done
}
if ! has_tools && [ -n "$required" ]; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >/dev/null 2>&1 ||
    leave_out "apt cannot install ${packages[*]}"
fi
has_tools || leave_out "there is no $missing: apt-get install --no-install-recommends ${packages[*]}"
bun="$PWD/node_modules/.bin/bun"
[ -x "$bun" ] || leave_out "node_modules is not installed"

source scripts/deploy/images/settings.sh
# One run at a time: they would take each other's images and containers.
exec 9>"$cache/lock"
flock --nonblock 9 || { echo "Another run is testing its images; this one waits for it." && flock 9; }

log="$(mktemp)" context="" container=""
tidy() {
  {
    # Containers that a test has left when it ran out of time, and layers that no build has used for
    # a day.
    run_podman ps --all --quiet --filter name=ai-server-test- | xargs --no-run-if-empty podman "${storage[@]}" rm --force --time 0
    run_podman image prune --force --filter until=24h
    [ -z "$container" ] || run_buildah rm "$container"
  } >/dev/null 2>&1 9>&- || true
  rm -rf "$log" "$context"
}
trap tidy EXIT

# The reason in the failing program's own words.
last_line() { grep '[^[:space:]]' "$log" | tail -n 1; }
# A container of a hosting company, for one, may neither mount nor make a namespace.
{ container="$(run_buildah from scratch 2>"$log")" && run_buildah mount "$container" >/dev/null 2>"$log"; } ||
  leave_out "buildah cannot work on this machine: $(last_line)"
scripts/deploy/images/make-bases.sh 2>"$log" || leave_out "the base images cannot be made: $(last_line)"
run_podman run --rm --publish 127.0.0.1::8080 "docker.io/library/$debian_image" true >"$log" 2>&1 9>&- ||
  leave_out "podman cannot run a container on this machine: $(last_line)"

step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }
build() {
  step "build $1"
  scripts/deploy/images/build.sh "$@" >"$log" 2>&1 9>&- || { tail -40 "$log" && exit 1; }
}

# The integrated image takes any Elixir app; this one is a few lines, and in a folder of its own.
context="$(mktemp -d)"
tar -c --exclude=node_modules --exclude=_build package.json package-lock.json .dockerignore tsconfig.json src pages elixir bridges/copilot scripts/pages scripts/deploy/start-oneshot |
  tar -x -C "$context"
cp -r test/fixtures/elixir-app "$context/elixir/relay"

build Dockerfile localhost/ai-server:test
build Dockerfile.integrated localhost/oneshot:test
CONTEXT="$context" build Dockerfile.integrated localhost/oneshot-any-app:test --build-arg ELIXIR_APP=elixir/relay
step "run"
"$bun" test --timeout 180000 ./test/images/ai-server.ts ./test/images/oneshot.ts ./test/images/any-elixir-app.ts 9>&-
step "done"
