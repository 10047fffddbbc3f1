/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` says of exempt_group, 2fa_group and enrol_by_group. */
#ifndef CS_CLI_CHECK_GROUPS_H
#define CS_CLI_CHECK_GROUPS_H

#include "login/directory.h"
#include "login/options.h"

/* Zero at first. Services mostly have the same groups, and each is looked up once. */
struct cs_group_check {
    struct cs_directory *directory;
    struct cs_strlist seen; /* OPTION=GROUP of each */
};

void cs_group_check_clear(struct cs_group_check *check);

/* Adds a warning for each group that does not exist. For each name the name services have half a
 * second. CS_ERR_NOMEM only, as far as the lists were read before. */
enum cs_err cs_group_check_run(struct cs_group_check *check, const struct cs_options *options,
                               struct cs_strlist *warnings) CS_MUST_USE;

#endif
