#!/usr/bin/env bash
# Builds an image of this project by buildah: build.sh DOCKERFILE TAG [--build-arg …]. The bases must be there (make-bases.sh).
# shellcheck source-path=SCRIPTDIR source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

dockerfile="$1" tag="$2"
shift 2

# RUN steps share this machine's network, and may need its names, its certificates (writable, but not kept) and its npm settings.
mounts=()
for path in /etc/hosts /etc/resolv.conf; do
  [ -e "$path" ] && mounts+=(-v "$path:$path:ro")
done
[ -d /etc/ssl/certs ] && mounts+=(-v /etc/ssl/certs:/etc/ssl/certs:O)
[ -f "$HOME/.npmrc" ] && mounts+=(-v "$HOME/.npmrc:/root/.npmrc:ro")

run_buildah bud --isolation chroot --layers --pull-never --format docker "${mounts[@]}" "$@" -t "$tag" -f "$root/$dockerfile" "${CONTEXT:-$root}"
