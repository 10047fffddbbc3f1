#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# OpenSSH 9.2p1: `sshd -T`, which writes down the settings that are in force, and a configuration with a
# `Match LocalPort` block.
#
# Predicted: without -C no connection is described, so no Match block applies: the settings of the file's first part
# are written.
# Seen: that is so with `Match User` and with `Match LocalAddress`. With `Match LocalPort`, sshd -t approves of the file,
# but sshd -T writes nothing and ends with 255: "'Match LocalPort' in configuration but 'lport' not in connection test
# specification." It does so with and without -C user=..., host=..., addr=...; only lport= helps.
#
# So a program that looks at a machine's sshd by sshd -T must name a port, even where it asks about nobody.
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
expect() # WHAT-MATCHES EXIT-STATUS WORDS...
{
    local matches=$1 wanted=$2 got=0
    shift 2
    printf 'HostKey %s/key\nPermitTTY yes\nMatch %s\n    PermitTTY no\n' "$folder" "$matches" >config
    "$folder/root/usr/sbin/sshd" -f "$folder/config" "$@" >output 2>error || got=$?
    echo "Match $matches, sshd $*: $got $(grep -i '^permittty' output || true)$(cat error)"
    [[ $got == "$wanted" ]] || { echo "expected: $wanted" && status=1; }
}
echo "OpenSSH $version"
expect 'User alice' 0 -t
expect 'User alice' 0 -T
expect 'LocalPort 2222' 0 -t
expect 'LocalPort 2222' 255 -T
expect 'LocalPort 2222' 255 -T -C user=alice,host=a.example,addr=192.0.2.1
expect 'LocalPort 2222' 0 -T -C lport=2222
expect 'LocalAddress 192.0.2.9' 0 -t
expect 'LocalAddress 192.0.2.9' 0 -T
exit "$status"
