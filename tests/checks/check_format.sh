#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The sources are as clang-format leaves them. usage: check_format.sh SOURCE
command -v clang-format >/dev/null || { echo 'clang-format is not installed'; exit 77; }
cd "$1" || exit 1
find . -path ./build -prune -o -path ./.git -prune -o -name '*.[ch]' -print0 |
    xargs -0 -P2 -n8 clang-format --dry-run -Werror
