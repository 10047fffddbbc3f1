#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each header compiles alone. usage: check_headers.sh COMPILER SOURCE BUILD
set -u
compiler=$1 build=$3 failed=0
cd "$2" || exit 1

# From a source that includes nothing else, so that functions of headers may be unused.
for header in $(find -- */ -name build -prune -o -name '*.h' -print); do
    printf '#include "%s"\n' "$header" |
        "$compiler" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I. -I"$build/generated" \
            -x c - || failed=1
done
exit $failed
