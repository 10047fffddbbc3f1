#!/bin/sh
# Each header compiles alone. usage: check_headers.sh COMPILER SOURCE BUILD
set -u
cd "$2" || exit 1
find base json wire mapping store conversation providers methods login pam broker cli i18n tests -name '*.h' \
    2>/dev/null |
    xargs -P2 -I{} "$1" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I. -I"$3/generated" -x c {}
