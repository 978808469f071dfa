#!/usr/bin/env bash
# The main job from end to end: a simulated Windows guest on a pseudo-terminal, and emsctl on the other side of the line.
#   demo.sh EMSCTL [--profile P]
set -euo pipefail
emsctl=$1
shift
profile=windows-11
if [ "${1:-}" = --profile ]; then
    profile=${2:?--profile needs a name}
    shift 2
fi
[ $# -eq 0 ] || { echo "demo: unknown argument '$1'" >&2; exit 2; }

work=$(mktemp -d)
guest=
stop() {
    [ -z "$guest" ] || { kill "$guest" 2>/dev/null && wait "$guest" 2>/dev/null; } || true
    rm -rf "$work"
}
trap stop EXIT

export XDG_STATE_HOME=$work/state
export EMS_PASSWORD='Passw0rd!'
journal=$work/rdp.journal

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || step() { printf '\n%s\n' "$*"; }

# expect STATUS COMMAND...: shows the command, runs it, and insists on its exit status. Its output stays in $work/said.
expect() {
    local wanted=$1 status=0
    shift
    step "\$ emsctl ${*/#$work/...}"
    "$emsctl" "$@" >"$work/said" || status=$?
    cat "$work/said"
    printf '(exit status %s)\n' "$status"
    [ "$status" -eq "$wanted" ] || { printf 'demo: expected exit status %s\n' "$wanted" >&2; exit 1; }
}

step "\$ emsctl simulate --scenario rdp-internal-error --profile $profile --listen pty &"
mkfifo "$work/ready"
"$emsctl" simulate --scenario rdp-internal-error --profile "$profile" --listen pty --log "$work/guest.log" >"$work/ready" &
guest=$!
read -r announced <"$work/ready"
echo "$announced"
line=${announced##* }
account=(--user Administrator --password-env EMS_PASSWORD)

expect 1 run rdp-internal-error "$line" "${account[@]}"
# Two things only a person may decide: which service may be stopped (its name, as the look above says it), and a restart.
service=$(tr -s ' \n' ' ' <"$work/said" | sed -n 's/.*stop_other_service = \([[:alnum:]_-]*\).*/\1/p')
expect 0 run rdp-internal-error "$line" "${account[@]}" --apply --yes --journal "$journal" \
    --var "stop_other_service=$service" --var restart_now=yes
expect 0 run rdp-internal-error "$line" "${account[@]}"
# The TLS settings are back in the registry and wait for a restart: status 8.
expect 8 undo "$journal"

step "What the guest's own log says its shells ran: $(wc -l <"$work/guest.log") lines, the last ones:"
tail -n 3 "$work/guest.log"
