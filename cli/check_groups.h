/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` says of exempt_group and 2fa_group. */
#ifndef CS_CLI_CHECK_GROUPS_H
#define CS_CLI_CHECK_GROUPS_H

#include "login/options.h"

/* Adds a warning for each group that does not exist, unless it has been said. For each name the
 * name services have half a second. */
enum cs_err cs_check_group_names(const struct cs_options *options,
                                 struct cs_strlist *warnings) CS_MUST_USE;

#endif
