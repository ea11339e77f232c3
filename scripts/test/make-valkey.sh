#!/usr/bin/env bash
# scripts/test/make-valkey.sh FOLDER — puts Valkey from a newer Debian into FOLDER (by debootstrap, as
# root; about a minute) and prints the command that starts it. Nothing is installed on the machine.
set -euo pipefail

folder=$(realpath -m "${1:?the folder to make}")
# shellcheck disable=SC2016 # apt fills it in.
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep '/debian/\?$' | sort -u | head -n 1) || true
debootstrap --variant=minbase --include=valkey-server "${VALKEY_SUITE:-trixie}" "$folder/root" ${mirror:+"$mirror"} >&2

libraries=$(dirname "$(find "$folder/root/usr/lib" -name libc.so.6 -print -quit)")
loader=$(find "$folder/root/usr/lib" -name 'ld-linux-*.so.*' -print -quit)
# With its own C library, but outside of a chroot: the tests give it folders of this machine.
cat >"$folder/valkey-server" <<END
#!/bin/sh
exec "$loader" --library-path "$libraries" "$folder/root/usr/bin/valkey-server" "\$@"
END
chmod +x "$folder/valkey-server"
echo "$folder/valkey-server"
