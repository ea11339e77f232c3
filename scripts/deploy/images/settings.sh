# shellcheck shell=bash disable=SC2034 # used by the scripts that source this
# What the scripts of this folder share; they source it.
#
# Images are built by buildah and run by podman with runc, without a daemon. Storage is a folder of
# its own, so that the stand-ins made here never take the place of real images of the same name.

set -euo pipefail
unset CDPATH
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/ai-server-images"
mkdir -p "$cache/run"

read_arg() { sed -n "s/^ARG $1=//p" "$root/Dockerfile.integrated" | head -1; }
bun_version="$(read_arg BUN_VERSION)"
elixir_image="$(read_arg ELIXIR_IMAGE)"
debian_image="$(read_arg DEBIAN_IMAGE)"

storage=(--root "$cache/storage" --runroot "$cache/run")

# The machine may forbid raising the default limits.
export CONTAINERS_CONF="$cache/containers.conf"
settings="$(cat <<'END'
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
events_logger = "file"
cgroup_manager = "cgroupfs"
END
)"
# Written once: another podman may be reading it.
if [ "$(cat "$CONTAINERS_CONF" 2>/dev/null)" != "$settings" ]; then
  printf '%s\n' "$settings" >"$CONTAINERS_CONF.$$"
  mv -f "$CONTAINERS_CONF.$$" "$CONTAINERS_CONF"
fi

# RUN steps share this machine's network, and may need its names, its certificates (writable, but
# not kept) and its npm settings.
mounts=()
for path in /etc/hosts /etc/resolv.conf; do
  [ -e "$path" ] && mounts+=(-v "$path:$path:ro")
done
[ -d /etc/ssl/certs ] && mounts+=(-v /etc/ssl/certs:/etc/ssl/certs:O)
[ -f "$HOME/.npmrc" ] && mounts+=(-v "$HOME/.npmrc:/root/.npmrc:ro")

run_buildah() { buildah "${storage[@]}" "$@"; }
run_podman() { podman "${storage[@]}" "$@"; }
has_image() { run_buildah inspect --type image "$1" >/dev/null 2>&1; }
