/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_version.h"

#include <string.h>

#include "doctor/root.h"

/* Messages of libpam/pam_handlers.c. */
static const char old_words[] = "maximum level of substacks reached";
static const char new_words[] = "maximum level of inclusions reached";

static bool has(const struct cs_secret *content, const char *words)
{
    return memmem(content->data, content->length, words, strlen(words)) != NULL;
}

enum cs_err cs_pam_version_of(const char *root, enum cs_pam_version *ret_version)
{
    static const char *const patterns[] = {"/usr/lib/*-*/libpam.so.0", "/lib/*-*/libpam.so.0",
                                           "/usr/lib64/libpam.so.0", "/lib64/libpam.so.0"};
    CS_AUTO(cs_strlist_free) struct cs_strlist paths = {0};
    enum cs_err result = CS_OK;

    *ret_version = CS_PAM_VERSION_UNKNOWN;
    for (size_t i = 0; i < CS_ARRAY_SIZE(patterns) && result == CS_OK; i++)
        result = cs_root_glob(root, patterns[i], &paths);
    for (size_t i = 0; i < paths.count && *ret_version == CS_PAM_VERSION_UNKNOWN; i++) {
        CS_AUTO(cs_secret_free) struct cs_secret content = {0};

        if (cs_root_read(root, paths.items[i], &content, NULL) != CS_OK)
            continue;
        if (has(&content, new_words))
            *ret_version = CS_PAM_FROM_1_6;
        else if (has(&content, old_words))
            *ret_version = CS_PAM_BEFORE_1_6;
    }
    return result;
}
