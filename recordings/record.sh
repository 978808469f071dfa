#!/usr/bin/env bash
# Makes the recordings of this folder anew: whole sessions of emsctl with the simulated guest, in virtual time.
#   record.sh EMSCTL
set -euo pipefail
emsctl=$(realpath "$1")
cd "$(dirname "$0")"
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export XDG_STATE_HOME=$state EMS_PASSWORD='Passw0rd!'
account=(--seed 7 --user Administrator --password-env EMS_PASSWORD)

# record NAME STATUS VERB ARGUMENTS...: a session that must end with this status
record() {
    local name=$1 status=0
    rm -f "$name"
    "$emsctl" "$3" "${account[@]}" --record "$name" "${@:4}" >"$state/account" 2>"$state/progress" || status=$?
    [ "$status" -eq "$2" ] || { cat "$state/progress" "$state/account"; exit 1; }
    printf '%4s KiB  %s\n' "$(du -k "$name" | cut -f 1)" "$name"
}

for profile in windows-11 2019; do
    record "repair-$profile.cast" 0 run rdp-internal-error "sim:rdp-internal-error?profile=$profile" --apply --yes \
        --var stop_other_service=ContosoRelay --var restart_now=yes --journal "$state/$profile.journal"
done
record look-2008r2-healthy.cast 0 run rdp-internal-error "sim:healthy?profile=2008r2"
record look-2012r2-machinekeys-acl.cast 1 run rdp-internal-error "sim:machinekeys-acl?profile=2012r2"
record look-2016-rdp-cert-expired.cast 1 run rdp-internal-error "sim:rdp-cert-expired?profile=2016"
record look-2022-rdp-port-conflict.cast 1 run rdp-internal-error "sim:rdp-port-conflict?profile=2022"
record look-2025-tls12-off.cast 1 run rdp-internal-error "sim:tls12-off?profile=2025"
record exec-winpe-healthy.cast 0 exec "sim:healthy?profile=winpe" -- ver
