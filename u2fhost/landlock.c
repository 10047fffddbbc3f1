/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock, through its system calls, because Debian 12's C library has no functions for it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "u2fhost/sandbox_priv.h"

/* Every right that the kernel's version of Landlock knows; whatever is not allowed below is
 * denied. */
static uint64_t known_rights(long version)
{
    uint64_t rights = ((uint64_t)LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

    if (version >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
#ifdef LANDLOCK_ACCESS_FS_TRUNCATE
    if (version >= 3)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
#endif
    return rights;
}

static enum cs_err allow(int ruleset, const char *path, uint64_t rights, struct cs_error *error)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    CS_AUTO(cs_fd_close) int fd = open(path, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return CS_OK; /* a missing path needs no rule */
    rule.parent_fd = fd;
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        return cs_fail_errno(error, "landlock: %s", path);
    return CS_OK;
}

enum cs_err cs_u2fhost_restrict_files(struct cs_error *error)
{
    static const uint64_t read_only = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    static const struct {
        const char *path;
        uint64_t rights;
    } places[] = {
        {"/dev", read_only | LANDLOCK_ACCESS_FS_WRITE_FILE},
        {"/sys", read_only},
        {"/run/udev", read_only},
    };
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct landlock_ruleset_attr attributes = {.handled_access_fs = known_rights(version)};
    CS_AUTO(cs_fd_close) int ruleset = -1;

    if (version < 1)
        return cs_fail(error, CS_ERR_UNAVAILABLE, "this kernel has no Landlock");
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0)
        return cs_fail_errno(error, "landlock");
    for (size_t i = 0; i < CS_ARRAY_SIZE(places); i++) {
        enum cs_err result = allow(ruleset, places[i].path, places[i].rights, error);

        if (result != CS_OK)
            return result;
    }
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return cs_fail_errno(error, "landlock");
    return CS_OK;
}
