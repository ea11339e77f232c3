#!/usr/bin/env bash
# Makes stand-ins for the base images that the Dockerfiles name, from Debian's packages and npm's
# Bun, for machines that cannot reach Docker Hub. They are cached: a second run takes a second. They
# have the names of the real images and what our Dockerfiles rely on, but not their sizes.
# shellcheck source-path=SCRIPTDIR source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

# A Debian root file system, with the settings of the official images: no documentation, no waiting
# for the disk, no other languages' lists.
make_debian() {
  local work="$1" log="$cache/debootstrap.log"
  debootstrap --variant=minbase trixie "$work" >"$log" 2>&1 || {
    tail -5 "$log" >&2
    return 1
  }
  (cd "$work" && rm -rf usr/share/{doc,man,info,locale}/* var/lib/apt/lists/* var/cache/apt/archives/*.deb var/cache/apt/*.bin {dev,proc,sys}/*)
  printf '%s\n' force-unsafe-io path-exclude=/usr/share/{doc,man,info,locale}/\* >"$work/etc/dpkg/dpkg.cfg.d/docker"
  printf '%s\n' 'APT::Keep-Downloaded-Packages "false";' 'Acquire::Languages "none";' >"$work/etc/apt/apt.conf.d/docker"
}

# finish_image CONTAINER NAME
finish_image() {
  run_buildah commit --quiet --rm "$1" "$2" >/dev/null
  printf 'made %s (%d s)\n' "$2" "$SECONDS"
}

bun_image="docker.io/oven/bun:$bun_version-slim"

debian="docker.io/library/$debian_image"
elixir="docker.io/library/$elixir_image"

if ! has_image "$debian"; then
  work="$(mktemp -d "$cache/debootstrap.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  make_debian "$work"
  container="$(run_buildah from scratch)"
  run_buildah add --quiet "$container" "$work" / >/dev/null
  run_buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd bash "$container"
  finish_image "$container" "$debian"
  rm -rf "$work"
fi
if ! has_image "$elixir"; then
  container="$(run_buildah from "$debian")"
  run_buildah run --isolation chroot "${mounts[@]}" --env DEBIAN_FRONTEND=noninteractive "$container" sh -c 'apt-get update -qq &&
    apt-get install -y -qq --no-install-recommends elixir erlang-dev erlang-ssl erlang-inets erlang-crypto erlang-public-key erlang-tools &&
    rm -rf /var/lib/apt/lists/*' >"$cache/apt.log" 2>&1 || { tail -5 "$cache/apt.log" >&2 && exit 1; }
  run_buildah config --env LANG=C.UTF-8 "$container"
  finish_image "$container" "$elixir"
fi
if ! has_image "$bun_image"; then
  # As the real image: the program, its user (uid 1000), its working directory and an entrypoint
  # that puts `bun` before a bare script.
  bun="$(readlink -f "$root/node_modules/.bin/bun")"
  [ "$("$bun" --version)" = "$bun_version" ] || { echo "node_modules has not Bun $bun_version" >&2; exit 1; }
  container="$(run_buildah from "$debian")"
  run_buildah copy --quiet --chmod 755 "$container" "$bun" /usr/local/bin/bun >/dev/null
  # shellcheck disable=SC2016 # the script that is written expands them
  run_buildah run --isolation chroot "$container" sh -c 'groupadd bun --gid 1000 && useradd bun --uid 1000 --gid bun --shell /bin/sh --create-home &&
    printf "%s\n" "#!/bin/sh" "set -e" "if [ \"\${1#-}\" != \"\$1\" ] || [ -f \"\$1\" ]; then set -- /usr/local/bin/bun \"\$@\"; fi" "exec \"\$@\"" > /usr/local/bin/docker-entrypoint.sh &&
    chmod 755 /usr/local/bin/docker-entrypoint.sh && mkdir -p /home/bun/app'
  run_buildah config --workingdir /home/bun/app --entrypoint '["/usr/local/bin/docker-entrypoint.sh"]' --cmd /usr/local/bin/bun "$container"
  finish_image "$container" "$bun_image"
fi
