#!/usr/bin/env bash
# Builds an image of this project by buildah: build.sh DOCKERFILE TAG [--build-arg …]. The bases
# must be there (make-bases.sh).
# shellcheck source-path=SCRIPTDIR source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

dockerfile="$1" tag="$2"
shift 2

run_buildah bud --isolation chroot --layers --pull-never --format docker "${mounts[@]}" "$@" -t "$tag" -f "$root/$dockerfile" "${CONTEXT:-$root}"
