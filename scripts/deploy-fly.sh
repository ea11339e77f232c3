#!/usr/bin/env bash
# Deploys to Fly: the AI server as an app of its own, or with --integrated the Elixir app and the AI
# server in one.
#
#   scripts/deploy-fly.sh [--integrated] [--dry-run] [APP]
#
# APP is oneshot-ai-providers, or oneshot with --integrated, when left out. The app and its volume
# are created when they are missing; the secrets of .env.fly (or SECRETS_FILE) go in by standard
# input, never by an argument; then comes one deployment, and the wait until
# https://APP.fly.dev/health answers. A second run creates nothing. --dry-run prints the commands
# and runs none.
set -euo pipefail
unset CDPATH
root="$(cd "$(dirname "$0")/.." && pwd)"

fail() {
  printf 'deploy-fly: %s\n' "$*" >&2
  exit 1
}
say() { printf 'deploy-fly: %s\n' "$*"; }

config=fly.toml app="" dry_run=""
for argument in "$@"; do
  case "$argument" in
    --integrated) config=fly-integrated.toml ;;
    --dry-run) dry_run=1 ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p;}' "$0" && exit 0 ;;
    -*) fail "unknown option $argument (see --help)" ;;
    *) [ -z "$app" ] || fail "two apps named: $app and $argument" && app="$argument" ;;
  esac
done

secrets="${SECRETS_FILE:-$root/.env.fly}"
case "$secrets" in /*) ;; *) secrets="$PWD/$secrets" ;; esac
cd "$root"
read_setting() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" "$config" | head -n 1; }
app="${app:-$(read_setting app)}"
region="$(read_setting primary_region)"
volume="$(read_setting source)"

create_app=(flyctl apps create "$app")
create_volume=(flyctl volumes create "$volume" --size 1 --region "$region" --app "$app" --yes)
import_secrets=(flyctl secrets import --stage --app "$app")
deploy=(flyctl deploy --config "$config" --app "$app")
health="https://$app.fly.dev/health"

if [ -n "$dry_run" ]; then
  printf '%s   # when there is no such app\n' "${create_app[*]}"
  [ -z "$volume" ] || printf '%s   # when there is no such volume\n' "${create_volume[*]}"
  printf '%s < %q\n' "${import_secrets[*]}" "${secrets#"$root/"}"
  printf '%s\ncurl --fail %s\n' "${deploy[*]}" "$health"
  exit 0
fi

command -v flyctl >/dev/null || fail "flyctl is not installed: see https://fly.io/docs/flyctl/install/"
flyctl auth whoami >/dev/null 2>&1 || fail "flyctl is not logged in: run flyctl auth login, or set FLY_API_TOKEN"
command -v curl >/dev/null || fail "curl is not installed, by which the wait for /health asks"
{ [ -r "$secrets" ] && [ ! -d "$secrets" ]; } || fail "there is no $secrets: run scripts/bundle-credentials.sh"
[ -s "$secrets" ] || fail "there is nothing in $secrets: run scripts/bundle-credentials.sh"
# What flyctl would lose without a word.
lost="$(LC_ALL=C awk '
  length($0) > 65000 { print "line " NR " is longer than flyctl reads; it would stop there"; exit }
  /^[[:space:]]*export[[:space:]]/ { print "line " NR " begins with export, which flyctl takes for a part of the name"; exit }
  /^[A-Za-z_][A-Za-z0-9_]*=[^"[:space:]]*#/ { print "line " NR " has a #, from which on flyctl drops it; quote the value with \""; exit }
' "$secrets")"
[ -z "$lost" ] || fail "$secrets: $lost"

# Whether a table on standard input has the name in one of its columns.
has_name() { awk -v name="$1" '{ for (i = 1; i <= NF; i++) if ($i == name) found = 1 } END { exit !found }'; }

apps="$(flyctl apps list --quiet)" || fail "flyctl cannot list your apps"
if has_name "$app" <<<"$apps"; then
  say "the app $app is there"
else
  "${create_app[@]}"
  say "created the app $app"
fi

if [ -n "$volume" ]; then
  volumes="$(flyctl volumes list --app "$app")" || fail "flyctl cannot list the volumes of $app"
  if has_name "$volume" <<<"$volumes"; then
    say "the volume $volume is there"
  else
    "${create_volume[@]}"
    say "created the volume $volume (1 GB, $region)"
  fi
fi

# The integrated image makes a key for its two processes at start. An AI server alone needs the one
# that its callers have.
if [ "$config" = fly.toml ] && ! grep -qE '^JWT_(SECRET|PUBLIC_KEY)=' "$secrets"; then
  names="$(flyctl secrets list --app "$app")" || fail "flyctl cannot list the secrets of $app"
  if ! has_name JWT_SECRET <<<"$names" && ! has_name JWT_PUBLIC_KEY <<<"$names"; then
    [ -z "$(tail -c 1 "$secrets")" ] || printf '\n' >>"$secrets"
    printf 'JWT_SECRET=%s\n' "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" >>"$secrets"
    say "made a JWT_SECRET in $secrets; the Elixir app needs the same one:"
    say "  grep ^JWT_SECRET= .env.fly | flyctl secrets import --app oneshot"
  fi
fi

"${import_secrets[@]}" <"$secrets"
# A line of a value that goes over several lines may hold a "=" too, and is not to be seen.
say "staged the secrets of $secrets: $(sed -n 's/^\([A-Z][A-Z0-9_]*\)=.*/\1/p' "$secrets" | paste -sd ' ' -)"
"${deploy[@]}"

for _ in $(seq "${HEALTH_TRIES:-60}"); do
  if curl --silent --fail --max-time 5 --output /dev/null "$health"; then
    say "$health answers; done"
    exit 0
  fi
  sleep "${HEALTH_PAUSE:-2}"
done
fail "$app is deployed, but $health does not answer; see flyctl logs --app $app"
