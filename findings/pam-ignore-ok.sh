#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Linux-PAM 1.5.2: what an application gets from a stack in which a module answers PAM_IGNORE and its control says
# "ignore=ok".
#
# Predicted: "ok" makes the module count as if it had succeeded, so the stack gives PAM_SUCCESS, by itself and with
# modules after it that succeed.
# Seen: pam_authenticate and pam_acct_mgmt return PAM_IGNORE (25) to the application, a code that is meant for modules,
# and that programs which compare with PAM_SUCCESS take for a refusal. A later module cannot mend it: after
# `required pam_permit.so` or `optional pam_permit.so` it is still 25, since a positive result other than PAM_SUCCESS
# is never replaced by a later success. With `sufficient pam_permit.so` (success=done) it is 25, too. For comparison,
# without "ignore=ok" the module alone gives PAM_PERM_DENIED (6), and with a module after it that succeeds PAM_SUCCESS.
#
# So "ignore=ok" is no way to let a module that has nothing to say pass.
set -euo pipefail

version=1.5.2-6+deb12u3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in libpam0g libpam0g-dev libpam-modules; do
    apt-get -q download "$package=$version" >/dev/null 2>&1
    dpkg-deb -x "$package"_*.deb root
done

cat >ask.c <<'C'
#include <security/pam_appl.h>
#include <stdio.h>

static int converse(int count, const struct pam_message **message, struct pam_response **response, void *data)
{
    (void)count;
    (void)message;
    (void)response;
    (void)data;
    return PAM_CONV_ERR;
}

int main(int argc, char **argv)
{
    struct pam_conv conversation = {converse, NULL};
    pam_handle_t *handle = NULL;

    if (argc != 3 || pam_start_confdir(argv[2], "root", &conversation, argv[1], &handle) != PAM_SUCCESS)
        return 1;
    printf("authenticate %d", pam_authenticate(handle, 0));
    printf(" account %d\n", pam_acct_mgmt(handle, 0));
    return pam_end(handle, PAM_SUCCESS) != PAM_SUCCESS;
}
C
library=$(dirname "$(find "$folder/root" -name 'libpam.so.0' | head -n 1)")
modules=$(dirname "$(find "$folder/root" -name 'pam_debug.so' | head -n 1)")
cc -I"$folder/root/usr/include" -o ask ask.c -L"$library" -l:libpam.so.0 -Wl,--allow-shlib-undefined

mkdir pam.d
stack() # NAME CONTROL [CONTROL AND MODULE OF A SECOND LINE]
{
    for type in auth account; do
        echo "$type $2 $modules/pam_debug.so auth=ignore acct=ignore"
        [[ -z ${3:-} ]] || echo "$type ${3% *} $modules/${3##* }"
    done >"pam.d/$1"
}
stack alone required
stack usual required 'required pam_permit.so'
stack ok '[default=ignore ignore=ok]'
stack ok-optional '[default=ignore ignore=ok]' 'optional pam_permit.so'
stack ok-required '[default=ignore ignore=ok]' 'required pam_permit.so'
stack ok-sufficient '[default=ignore ignore=ok]' 'sufficient pam_permit.so'

status=0
expect() # NAME OUTPUT
{
    local got
    got=$(LD_LIBRARY_PATH=$library ./ask "$folder/pam.d" "$1")
    echo "$1: $got"
    [[ $got == "$2" ]] || { echo "expected: $2" && status=1; }
}
echo "Linux-PAM $version"
expect alone 'authenticate 6 account 6'
expect usual 'authenticate 0 account 0'
expect ok 'authenticate 25 account 25'
expect ok-optional 'authenticate 25 account 25'
expect ok-required 'authenticate 25 account 25'
expect ok-sufficient 'authenticate 25 account 25'
exit "$status"
