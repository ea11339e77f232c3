#!/usr/bin/env bash
# Tests elixir/ai_client and elixir/web against the server on Bun, which the tests start themselves:
# format, warnings, tests.
#
# With TEST_ELIXIR_CURRENT=1, or if that was done before, everything runs once more on a current
# Elixir (1.20 on OTP 29, from Debian forky), which debootstrap installs into the cache folder. That
# needs root and Debian; if it is not possible, the script says so and skips it.
#
# The last line counts the tests: N passed, N failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD
export LC_ALL=C.UTF-8

suite=forky
root="${XDG_CACHE_HOME:-$HOME/.cache}/ai-server-elixir/$suite"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0

# Mix's last line: `22 doctests, 188 tests, 0 failures, 5 excluded, 1 invalid, 1 skipped`, whose
# first numbers count all tests; since Elixir 1.20 `Result: 205/206 passed (22/22 doctests, 183/184
# tests), 5 excluded`.
count() { { grep -oE "[0-9]+ ($1)\b" <<<"$summary" || true; } | awk '{ sum += $1 } END { print sum + 0 }'; }

# run WHERE FOLDER COMMAND…: one step. If it fails without reporting failures, it counts as one.
run() {
  local where=$1 folder=$2
  shift 2
  printf '\n== %s on %s: %s\n' "$folder" "$where" "$*"
  local status=0 summary failures=0
  "on_$where" "$folder" "$@" >"$log" 2>&1 || status=$?
  cat "$log"
  summary=$(grep -E '^(Result: |([0-9]+ (doctests?|properties), )*[0-9]+ tests?, )' "$log" | tail -n 1 || true)
  failures=$(count 'failures?|failed|invalid')
  if [[ "$summary" =~ ^Result:\ ([0-9]+)(/([0-9]+))?\ passed ]]; then
    # With failures: `Result: 258/264 passed`.
    failures=$((${BASH_REMATCH[3]:-${BASH_REMATCH[1]}} - BASH_REMATCH[1]))
    passed=$((passed + BASH_REMATCH[1]))
  else
    passed=$((passed + $(count 'doctests?|properties|tests?') - failures - $(count 'excluded|skipped')))
  fi
  if [ "$status" -ne 0 ] && [ "$failures" -eq 0 ]; then failures=1; fi
  failed=$((failed + failures))
}

test_on() {
  local folder
  for folder in elixir/ai_client elixir/web; do
    run "$1" "$folder" mix format --check-formatted
    run "$1" "$folder" mix compile --force --warnings-as-errors
    run "$1" "$folder" mix test --warnings-as-errors
  done
}

# --- the installed Elixir

on_this_machine() { (cd "$1" && shift && "$@"); }

# --- a current Elixir, in a folder of its own

# In a mount namespace, so that the mounts end with the command.
on_current_elixir() {
  local folder=$1
  shift
  # The variables are those of the inner shell.
  # shellcheck disable=SC2016
  root=$root repository=$repository folder=$folder shared=$(dirname "$repository")/shared unshare --mount bash -c '
    set -euo pipefail
    bind() { mkdir -p "$root$1" && mount --rbind "$1" "$root$1"; }
    bind "$repository"
    if [ -d "$shared" ]; then bind "$shared"; fi
    bind /dev
    mount -t proc proc "$root/proc"
    touch "$root/etc/hosts" && mount --bind /etc/hosts "$root/etc/hosts"
    exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 \
      MIX_BUILD_PATH="/var/cache/mix/$folder" sh -c "cd \"\$0\" && exec \"\$@\"" "$repository/$folder" "$@"' current "$@"
}

make_current_elixir() {
  mkdir -p "$(dirname "$root")"
  local unfinished
  unfinished=$(mktemp -d "$root.XXXXXX")
  local scripts=/usr/share/debootstrap/scripts
  local script=$scripts/$suite
  # An older debootstrap does not know the suite; all newer suites are installed like sid.
  [ -e "$script" ] || script=$scripts/sid
  # debootstrap takes a script only behind a mirror: the one that this machine uses.
  local mirror
  # shellcheck disable=SC2016 # apt-get expands it
  mirror=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | head -n 1)
  if debootstrap --variant=minbase --include=elixir,erlang-ssl,ca-certificates "$suite" "$unfinished" \
    "$mirror" "$script" >"$log" 2>&1; then
    mv "$unfinished" "$root"
  else
    tail -n 5 "$log"
    rm -rf "$unfinished"
    return 1
  fi
}

why_no_current_elixir() {
  if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
    echo "needs root, for a folder of its own"
  elif [ ! -d "$root" ] && ! command -v debootstrap >/dev/null; then
    echo "needs debootstrap: apt-get install debootstrap"
  elif [ ! -d "$root" ] && ! make_current_elixir >&2; then
    echo "debootstrap failed"
  fi
}

# ---

if ! command -v mix >/dev/null; then
  cat >&2 <<'END'
Elixir is not installed (mix is not on the PATH). To install 1.14 or later:
  Debian, Ubuntu   apt-get install --no-install-recommends elixir erlang-ssl
  macOS            brew install elixir
  elsewhere        https://elixir-lang.org/install.html
END
  exit 1
fi

node scripts/dev/ensure-installed.mjs
test_on this_machine

if [ "${TEST_ELIXIR_CURRENT:-}" = 1 ] || [ -d "$root" ]; then
  reason=$(why_no_current_elixir)
  if [ -z "$reason" ]; then
    test_on current_elixir
  else
    printf '\nskipped: a current Elixir (%s)\n' "$reason"
  fi
else
  printf '\nskipped: a current Elixir (set TEST_ELIXIR_CURRENT=1)\n'
fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
