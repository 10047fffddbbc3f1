#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# OpenSSH 9.2p1: `AuthenticationMethods any` in a Match block, where the file's first part has a list of methods.
#
# Predicted: sshd_config(5) calls "any" the default, and a Match block overrides the first part of the file for those
# whom it matches; so "any" there takes the list away for them, as "publickey" in its place replaces it.
# Seen: sshd does not start: "\"any\" must appear alone in AuthenticationMethods", although it does. The check looks at
# the list that was read before, not at the line. With the block first, and the list behind `Match all`, the same
# settings are accepted. "publickey" in the block is accepted in either order.
#
# So robots who are to get past a list of methods need a list of their own; "any" would lock everybody out at the next
# restart of sshd.
set -euo pipefail

version=1:9.2p1-2+deb12u10
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

apt-get -q download "openssh-server=$version" libwrap0 >/dev/null 2>&1
for package in ./*.deb; do
    dpkg-deb -x "$package" root
done
LD_LIBRARY_PATH=$(dirname "$(find "$folder/root" -name 'libwrap.so.0' | head -n 1)")
export LD_LIBRARY_PATH
mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f key

status=0
expect() # EXIT-STATUS LINES...
{
    local wanted=$1 got=0
    shift
    printf '%s\n' "HostKey $folder/key" "$@" >config
    "$folder/root/usr/sbin/sshd" -t -f "$folder/config" 2>error || got=$?
    printf '%s; ' "$@"
    echo "sshd -t: $got $(sed "s|$folder/||" error)"
    [[ $got == "$wanted" ]] || { echo "expected: $wanted" && status=1; }
}
list='AuthenticationMethods publickey,keyboard-interactive'
echo "OpenSSH $version"
expect 255 "$list" 'Match User robot' 'AuthenticationMethods any'
expect 0 "$list" 'Match User robot' 'AuthenticationMethods publickey'
expect 0 'Match User robot' 'AuthenticationMethods any' 'Match all' "$list"
expect 0 'Match User robot' 'AuthenticationMethods any'
exit "$status"
