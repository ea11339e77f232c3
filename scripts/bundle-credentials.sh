#!/usr/bin/env bash
# Writes the provider credentials of the current user to a file of NAME=value lines, for `flyctl
# secrets import`, `bun --env-file` and `grep NAME file | cut -d= -f2`; all three read the same
# values, because JSON is written as base64url without padding and nothing else is in the file.
#
#   scripts/bundle-credentials.sh [FILE]      FILE is .env.fly in the project's folder when left out
#
# Lines of other names that FILE already has (JWT_SECRET, OPENAI_API_KEY, …) are kept, and so is
# what a former run found and this one does not. Prints what was found and where, never a value.
# Runs on Linux and macOS (bash 3.2).
set -euo pipefail
umask 077
unset CDPATH
# Treat input as bytes: BSD's tr and sed reject invalid UTF-8.
export LC_ALL=C

case "${1:-}" in
  -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p;}' "$0" && exit 0 ;;
  -*) printf 'usage: %s [FILE]\n' "$0" >&2 && exit 2 ;;
esac
out="${1:-$(cd "$(dirname "$0")/.." && pwd)/.env.fly}"

fail() {
  printf 'bundle-credentials: %s\n' "$*" >&2
  exit 1
}

# --- where the file may be

folder="$(dirname "$out")"
[ -d "$folder" ] || fail "the folder $folder does not exist"
[ ! -d "$out" ] || fail "$out is a folder"
if [ -e "$out" ] && [ ! -r "$out" ]; then fail "$out is there and cannot be read, and its other lines would be lost"; fi
out="$(cd "$folder" && pwd)/$(basename "$out")"
if command -v git >/dev/null && git -C "$folder" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  if git -C "$folder" ls-files --error-unmatch -- "$out" >/dev/null 2>&1; then
    fail "$out is tracked by git; take another name, or git rm --cached it first"
  fi
  git -C "$folder" check-ignore -q -- "$out" ||
    fail "git would commit $out; ignore it first: echo '$(basename "$out")' >> $(git -C "$folder" rev-parse --show-toplevel)/.gitignore"
fi

part="$(mktemp "$out.XXXXXX")"
trap 'rm -f "$part"' EXIT

# --- what goes into it

if [ -f "$out" ]; then
  grep -vE '^(GOOGLE_APPLICATION_CREDENTIALS_JSON|CLAUDE_ACCESS_TOKEN|CURSOR_AUTH_JSON|GH_TOKEN)=' "$out" >"$part" || true
fi

found=0
# `flyctl secrets import` loses everything from a line of 64 KB on, without a word.
max_length=60000

note() { printf '         %s\n' "$*"; }
report_missing() {
  printf 'missing  %s: %s\n' "$1" "$2"
  if [ -f "$out" ] && grep "^$1=" "$out" >>"$part"; then note "$out has one from before, which stays"; fi
}
# Whether a file can be read whole.
has_file() { [ -r "$1" ] && [ ! -d "$1" ]; }

# add NAME VALUE SOURCE: a value that each of the three readers takes as it is.
add() {
  if [ "${#2}" -gt "$max_length" ]; then
    report_missing "$1" "the one from $3 is longer than $max_length characters, which flyctl does not read"
    return 0
  fi
  printf '%s=%s\n' "$1" "$2" >>"$part"
  printf 'found    %s (%s)\n' "$1" "$3"
  found=$((found + 1))
}

# add_token NAME VALUE SOURCE
add_token() {
  case "$2" in
    *[!A-Za-z0-9._~+/-]*) report_missing "$1" "the one from $3 has characters that no token has; set it by hand" ;;
    *) add "$1" "$2" "$3" ;;
  esac
}

# add_json NAME JSON SOURCE
add_json() {
  local trimmed
  trimmed="$(printf '%s' "$2" | tr -d ' \t\r\n')"
  case "$trimmed" in
    '{'*'}') add "$1" "$(printf '%s' "$2" | base64 | tr -d '\n=' | tr '/+' '_-')" "$3" ;;
    *) report_missing "$1" "$3 is not a JSON object" ;;
  esac
}

# The text of a member of a JSON object that is read from standard input; enough for the flat
# objects that these tools write.
read_member() { tr -d '\r\n' | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\{0,1\}\([^",}]*\).*/\1/p'; }

# A generic password of the macOS keychain.
read_keychain() { command -v security >/dev/null && security find-generic-password -s "$1" -w 2>/dev/null; }

bundle_google() {
  local name=GOOGLE_APPLICATION_CREDENTIALS_JSON json
  local file="${GOOGLE_APPLICATION_CREDENTIALS:-${CLOUDSDK_CONFIG:-$HOME/.config/gcloud}/application_default_credentials.json}"
  if ! has_file "$file"; then
    report_missing "$name" "no $file; run: gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS to a key's path"
    return
  fi
  json="$(cat "$file")"
  add_json "$name" "$json" "$file"
  case "$(printf '%s' "$json" | read_member type)" in
    authorized_user) note "this is your own login, which ends when your organization says so; a server wants a service account's key" ;;
  esac
}

bundle_claude() {
  local name=CLAUDE_ACCESS_TOKEN json="" file="${CLAUDE_CONFIG_DIR:-$HOME/.claude}/.credentials.json" source token expires seconds
  if [ -n "${CLAUDE_ACCESS_TOKEN:-${CLAUDE_CODE_OAUTH_TOKEN:-}}" ]; then
    add_token "$name" "${CLAUDE_ACCESS_TOKEN:-$CLAUDE_CODE_OAUTH_TOKEN}" "environment"
    return
  fi
  if has_file "$file"; then
    json="$(cat "$file")" source="$file"
  elif json="$(read_keychain "Claude Code-credentials")"; then
    source="keychain, Claude Code-credentials"
  else
    report_missing "$name" "no login of Claude Code; run: claude setup-token, and set CLAUDE_ACCESS_TOKEN to what it prints"
    return
  fi
  # The file may hold other services' logins too.
  json="$(printf '%s' "$json" | tr -d '\r\n' | sed -n 's/.*"claudeAiOauth"//p' | sed 's/}.*//')"
  token="$(printf '%s' "$json" | read_member accessToken)"
  if [ -z "$token" ]; then
    report_missing "$name" "no claudeAiOauth.accessToken in $source"
    return
  fi
  add_token "$name" "$token" "$source"
  expires="$(printf '%s' "$json" | read_member expiresAt)"
  case "$expires" in
    '' | *[!0-9]*) ;;
    *)
      seconds=$((expires / 1000 - $(date +%s)))
      if [ "$seconds" -le 0 ]; then
        note "this token has ended; log in again, or better:"
      else
        note "this token ends in $((seconds / 3600)) h $((seconds % 3600 / 60)) min, and a server cannot renew it; better:"
      fi
      note "run claude setup-token (a token for a year), and set CLAUDE_ACCESS_TOKEN to it before this script"
      ;;
  esac
}

bundle_cursor() {
  local name=CURSOR_AUTH_JSON file access refresh
  if [ -n "${CURSOR_API_KEY:-}" ]; then
    case "$CURSOR_API_KEY" in
      *[!A-Za-z0-9._~+/=-]*) report_missing "$name" "CURSOR_API_KEY has characters that no key has" ;;
      *) add_json "$name" "{\"apiKey\":\"$CURSOR_API_KEY\"}" "CURSOR_API_KEY of the environment" ;;
    esac
    return
  fi
  for file in "${XDG_CONFIG_HOME:-$HOME/.config}/cursor/auth.json" "$HOME/.cursor/auth.json"; do
    has_file "$file" || continue
    add_json "$name" "$(cat "$file")" "$file"
    [ -n "$(read_member apiKey <"$file")" ] || note_cursor_session
    return
  done
  if access="$(read_keychain cursor-access-token)"; then
    refresh="$(read_keychain cursor-refresh-token || true)"
    add_json "$name" "{\"accessToken\":\"$access\",\"refreshToken\":\"$refresh\"}" "keychain, cursor-access-token"
    note_cursor_session
    return
  fi
  report_missing "$name" "no login of Cursor; make an API key in Cursor's dashboard, and set CURSOR_API_KEY before this script"
}

note_cursor_session() {
  note "this is a login of the Cursor program, which the server cannot use: Cursor's API takes API keys alone;"
  note "make one in Cursor's dashboard, and set CURSOR_API_KEY before this script"
}

bundle_github() {
  local name=GH_TOKEN token="" source
  if command -v gh >/dev/null && token="$(gh auth token --hostname github.com 2>/dev/null)" && [ -n "$token" ]; then
    source="gh auth token"
  else
    token="${GH_TOKEN:-${GITHUB_TOKEN:-}}" source="environment"
  fi
  if [ -z "$token" ]; then
    report_missing "$name" "no login of GitHub; run: gh auth login, or set GH_TOKEN before this script"
    return
  fi
  add_token "$name" "$token" "$source"
  case "$token" in
    ghp_*) note "Copilot refuses classic tokens (ghp_); use gh auth login, or a fine-grained one that may make Copilot requests" ;;
    ghu_* | ghs_*) note "tokens that begin like this one live for hours; gh auth login gives one that stays" ;;
  esac
}

bundle_google
bundle_claude
bundle_cursor
bundle_github

[ "$found" -gt 0 ] || fail "nothing found, so nothing is written"
mv -f "$part" "$out"
trap - EXIT
printf 'wrote %s (%d of 4, readable by you alone)\n' "$out" "$found"
