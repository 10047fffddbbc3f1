#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The sources are as clang-format leaves them. usage: check_format.sh SOURCE
# Each version formats a little differently: 14 is Debian 12's.
case $(clang-format --version 2>/dev/null) in
*version\ 14.*) ;;
*) echo 'clang-format 14 is not installed'; exit 77 ;;
esac
cd "$1" || exit 1
find . -path ./build -prune -o -path ./.git -prune -o -name '*.[ch]' -print0 |
    xargs -0 -P2 -n8 clang-format --dry-run -Werror
