#!/usr/bin/env bash
# Makes the recordings of this folder anew: whole sessions of emsctl with the simulated guest, in virtual time.
#   record.sh EMSCTL
set -euo pipefail
emsctl=$(realpath "$1")
cd "$(dirname "$0")"
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export XDG_STATE_HOME=$state EMS_PASSWORD='Passw0rd!'
for profile in windows-11 2019; do
    name=rdp-internal-error-$profile.cast
    rm -f "$name"
    "$emsctl" run rdp-internal-error "sim:rdp-internal-error?profile=$profile" --seed 7 --user Administrator \
        --password-env EMS_PASSWORD --apply --yes --var stop_other_service=ContosoRelay --var restart_now=yes --journal "$state/$profile.journal" --record "$name" >"$state/account" 2>"$state/progress" ||
        { cat "$state/progress" "$state/account"; exit 1; }
    tail -n 1 "$state/account"
    du -h "$name"
done
