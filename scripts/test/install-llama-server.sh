#!/usr/bin/env bash
# Installs llama.cpp's llama-server for test/llama: from Debian's newest suite, into a folder of its own under ~/.cache (about 500 MB), since
# its libraries are newer than those of a released Debian. Needs root and apt. Does nothing if it is there already.
set -euo pipefail

root="${XDG_CACHE_HOME:-$HOME/.cache}/ai-server/llama-server"
suite=forky
server="$root/usr/bin/llama-server"
if [ -x "$server" ]; then
  echo "llama-server is at $server"
  exit 0
fi

fail() {
  echo "llama-server cannot be installed: $1" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] || fail "debootstrap needs root"
command -v apt-get >/dev/null || fail "there is no apt"
command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null || fail "apt has no debootstrap"

# The mirror that this machine uses already.
# shellcheck disable=SC2016 # apt fills these in
mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && !/security/ { print $2; exit }')
[ -n "$mirror" ] || fail "apt knows no mirror of Debian"

mkdir -p "$(dirname "$root")"
log=$(mktemp)
rm -rf "$root.new"
trap 'rm -rf "$log" "$root.new"' EXIT
# The script of sid serves every suite; an older debootstrap does not know the newest names.
if ! debootstrap --variant=minbase --include=llama.cpp-tools "$suite" "$root.new" "$mirror" /usr/share/debootstrap/scripts/sid >"$log" 2>&1; then
  tail -n 3 "$log" >&2
  fail "debootstrap failed"
fi
rm -rf "$root.new"/var/cache/apt/archives/*.deb "$root"
mv "$root.new" "$root"
echo "llama-server is at $server"
