#!/usr/bin/env bash
# Runs Dialyzer (Debian's erlang-dialyzer) on elixir/ai_client and elixir/web, with its default
# warnings; without dialyxir, which would need Hex. What it knows of OTP and Elixir is computed once
# (a minute) and kept in the cache folder.
set -euo pipefail
cd "$(dirname "$0")/../../elixir"

# Where Dialyzer finds Elixir's own modules.
ERL_LIBS=$(elixir -e 'IO.puts(Path.expand("../../..", :code.which(String)))')
export ERL_LIBS MIX_ENV=prod
version=$(elixir -e 'IO.puts("#{System.version()}-otp#{System.otp_release()}")')
plt=${XDG_CACHE_HOME:-$HOME/.cache}/ai-server-elixir/$version.plt
builds=$(mktemp -d)
trap 'rm -rf "$builds"' EXIT

if [ ! -f "$plt" ]; then
  mkdir -p "$(dirname "$plt")"
  # It names what OTP itself lacks: not ours to mend.
  dialyzer --quiet --build_plt --output_plt "$plt" \
    --apps erts kernel stdlib compiler crypto asn1 public_key ssl \
    -r "$ERL_LIBS"/{elixir,logger,mix}/ebin || [ -f "$plt" ]
fi

for folder in ai_client web; do
  (cd "$folder" && MIX_BUILD_PATH=$builds/$folder mix compile)
done
dialyzer --plt "$plt" -r "$builds"/ai_client/lib/oneshot_ai/ebin "$builds"/web/lib/oneshot/ebin
