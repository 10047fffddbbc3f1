#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the linker made. usage: check_binaries.sh MODULE PROGRAM...
set -uo pipefail
failed=0

expect()
{
    if [[ $2 != "$3" ]]; then
        printf '%s:\n  expected %s\n  found    %s\n' "$1" "$2" "$3"
        failed=1
    fi
}

needed()
{
    readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | xargs
}

hardened()
{
    expect "$1: RELRO" 1 "$(readelf -lW "$1" | grep -c GNU_RELRO)"
    expect "$1: NOW" yes "$(readelf -dW "$1" | grep -qE 'BIND_NOW|FLAGS.*NOW' && echo yes)"
    expect "$1: stack" 'RW' "$(readelf -lW "$1" | awk '/GNU_STACK/ { print $7 }')"
    expect "$1: no text relocations, no run path" '' "$(readelf -dW "$1" | grep -E 'TEXTREL|RPATH|RUNPATH')"
}

module=$1
shift
expect "$module: exports" 'pam_sm_acct_mgmt pam_sm_authenticate pam_sm_setcred' \
    "$(nm -D --defined-only "$module" | awk '{ print $3 }' | sort | xargs)"
expect "$module: needs" 'libc.so.6 libpam.so.0' "$(needed "$module")"
hardened "$module"
for program in "$@"; do
    expect "$program: type" DYN "$(readelf -hW "$program" | awk '/Type:/ { print $2 }')"
    expect "$program: PIE" yes "$(readelf -dW "$program" | grep -q 'FLAGS_1.*PIE' && echo yes)"
    hardened "$program"
    if [[ ${program##*/} =~ ^countersignd?$ ]]; then
        # Loaded when it is needed: packages learn of it by a note.
        expect "$program: libcurl and libssl" '' "$(needed "$program" | tr ' ' '\n' | grep -E '^lib(curl|ssl)' | xargs)"
        expect "$program: note" 1 "$(readelf -p .note.dlopen "$program" | grep -c '"soname":\["libcurl[^"]*\.so\.[0-9]*"\]')"
    fi
    if [[ ${program##*/} = countersign-touch ]]; then
        # It is installed alone, on machines with nothing of the server's: only what talks to keys.
        expect "$program: needs nothing of the server's libraries" '' \
            "$(needed "$program" | tr ' ' '\n' | grep -vE '^(libc|libcrypto|libu2f-host|libfido2)\.so\.' | xargs)"
    fi
done
exit $failed
