import type { StandInTools } from "./stand-in-tools.ts";

/**
 * A flyctl that keeps apps, volumes and secrets' names in files, and answers as the real one does
 * as far as the scripts look: tables on standard output, exit 1 if an app is missing, or at the
 * command that `failsAt` names. What it is given on standard input is kept in `.imported`.
 */
export function addFlyctl(tools: StandInTools, { failsAt = "nothing" } = {}): void {
  tools.add(
    "flyctl",
    `state='${tools.folder}/.fly'
mkdir -p "$state"
touch "$state/apps" "$state/volumes" "$state/secrets"
app=$(sed -n 's/.*--app \\([^ ]*\\).*/\\1/p' <<<"$*")
case "$1 $2" in
  "${failsAt}") echo "Error: canned" >&2; exit 1 ;;
  "auth whoami") [ ! -e "$state/logged-out" ] || { echo "Error: No access token available" >&2; exit 1; } ;;
  "apps list") sed 's/$/   /' "$state/apps" ;;
  "apps create")
    ! grep -qx "$3" "$state/apps" || { echo "Error: Name has already been taken" >&2; exit 1; }
    echo "$3" >>"$state/apps" ;;
  "volumes list") printf 'ID\\tSTATE\\tNAME\\n'; sed "s/^/vol_1 created /" "$state/volumes" ;;
  "volumes create") echo "$3" >>"$state/volumes" ;;
  "secrets list") printf 'NAME\\tDIGEST\\n'; sed 's/$/ abc123/' "$state/secrets" ;;
  "secrets import") tee '${tools.folder}/.imported' | sed -n 's/=.*//p' >>"$state/secrets" ;;
  "secrets set") for pair in "\${@:3}"; do case "$pair" in *=*) echo "\${pair%%=*}" >>"$state/secrets" ;; esac; done ;;
  "deploy "*) [ -z "$app" ] || grep -qx "$app" "$state/apps" || { echo "Error: app not found" >&2; exit 1; }
    [ ! -e "$state/broken" ] || { echo "Error: failed to deploy" >&2; exit 1; } ;;
esac`,
  );
}
