#!/usr/bin/env bash
# Makes stand-ins for the base images that the Dockerfiles name, from Debian's packages and npm's Bun, where Docker Hub is out of
# reach. They are cached; a second run takes a second. They have the names and what our Dockerfiles rely on, not the real images' sizes.
# shellcheck source-path=SCRIPTDIR source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

# make_debian ARCHIVE PACKAGE…: a Debian root file system without documentation, as the slim images are.
make_debian() {
  local archive="$1" work
  shift
  [ -f "$archive" ] && return
  work="$(mktemp -d "$cache/debootstrap.XXXXXX")"
  printf 'debootstrap: %s %s\n' "$(basename "$archive")" "$*"
  debootstrap --variant=minbase ${1:+--include="$(IFS=,; echo "$*")"} trixie "$work" >"$cache/debootstrap.log" 2>&1 || {
    tail -5 "$cache/debootstrap.log" >&2
    return 1
  }
  rm -rf "$work"/usr/share/{doc,man,info,locale}/* "$work"/var/lib/apt/lists/* "$work"/var/cache/apt/*.deb \
    "$work"/var/cache/apt/archives/*.deb "$work"/var/cache/apt/*.bin
  tar -C "$work" --numeric-owner --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -cf "$archive.part" .
  rm -rf "$work"
  mv "$archive.part" "$archive"
}

# import_image NAME ARCHIVE [buildah config option…]
import_image() {
  local name="$1" archive="$2" container
  shift 2
  container="$(run_buildah from scratch)"
  run_buildah add --quiet "$container" "$archive" / >/dev/null
  run_buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd bash "$@" "$container"
  run_buildah commit --quiet --rm "$container" "$name" >/dev/null
  printf 'made %s\n' "$name"
}

debian="$cache/debian-trixie.tar"
bun_image="docker.io/oven/bun:$bun_version-slim"

if ! has_image "docker.io/library/$debian_image"; then
  make_debian "$debian"
  import_image "docker.io/library/$debian_image" "$debian"
fi
if ! has_image "docker.io/library/$elixir_image"; then
  make_debian "$cache/elixir-trixie.tar" elixir erlang-dev erlang-ssl erlang-inets erlang-crypto erlang-public-key erlang-tools
  import_image "docker.io/library/$elixir_image" "$cache/elixir-trixie.tar" --env LANG=C.UTF-8
fi
if ! has_image "$bun_image"; then
  # As the real image: the program, its user (uid 1000), its working directory and an entrypoint that puts `bun` before a bare script.
  bun="$(readlink -f "$root/node_modules/.bin/bun")"
  [ "$("$bun" --version)" = "$bun_version" ] || { echo "node_modules has not Bun $bun_version" >&2; exit 1; }
  container="$(run_buildah from "docker.io/library/$debian_image")"
  run_buildah copy --quiet --chmod 755 "$container" "$bun" /usr/local/bin/bun >/dev/null
  # shellcheck disable=SC2016 # the script that is written expands them
  run_buildah run --isolation chroot "$container" sh -c 'groupadd bun --gid 1000 && useradd bun --uid 1000 --gid bun --shell /bin/sh --create-home &&
    printf "%s\n" "#!/bin/sh" "set -e" "if [ \"\${1#-}\" != \"\$1\" ] || [ -f \"\$1\" ]; then set -- /usr/local/bin/bun \"\$@\"; fi" "exec \"\$@\"" > /usr/local/bin/docker-entrypoint.sh &&
    chmod 755 /usr/local/bin/docker-entrypoint.sh && mkdir -p /home/bun/app'
  run_buildah config --workingdir /home/bun/app --entrypoint '["/usr/local/bin/docker-entrypoint.sh"]' --cmd /usr/local/bin/bun "$container"
  run_buildah commit --quiet --rm "$container" "$bun_image" >/dev/null
  printf 'made %s\n' "$bun_image"
fi
