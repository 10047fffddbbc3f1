/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_open.h"

#include <errno.h>
#include <sys/stat.h>

#include "doctor/root.h"

static bool is_folder(const struct cs_pam_source *source, const char *path)
{
    struct stat status;

    return cs_root_stat(source->root, path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool cs_pam_has_etc(const struct cs_pam_source *source)
{
    return is_folder(source, CS_PAM_ETC);
}

bool cs_pam_has_folders(const struct cs_pam_source *source)
{
    return source->folder != NULL || is_folder(source, CS_PAM_ETC) ||
           is_folder(source, CS_PAM_VENDOR);
}

/* fopen() opens a folder as well, and then there is nothing to read in it. */
enum cs_err cs_pam_read(const struct cs_pam_source *source, const char *path,
                        struct cs_secret *content)
{
    struct stat status;

    if (cs_root_stat(source->root, path, &status) != 0)
        return errno == ENOMEM ? CS_ERR_NOMEM : CS_ERR_NOT_FOUND;
    if (!S_ISREG(status.st_mode))
        return S_ISDIR(status.st_mode) ? cs_secret_set(content, "", 0) : CS_ERR_NOT_FOUND;
    return cs_root_read(source->root, path, content, NULL);
}

enum cs_err cs_pam_open(const struct cs_pam_source *source, const char *name,
                        struct cs_buffer *path, struct cs_secret *content)
{
    const char *const usual[] = {CS_PAM_ETC, CS_PAM_VENDOR};
    const char *const *folders = source->folder != NULL ? &source->folder : usual;
    size_t count = source->folder != NULL ? 1 : CS_ARRAY_SIZE(usual);
    enum cs_err result = CS_ERR_NOT_FOUND;

    if (name[0] == '/') {
        cs_buffer_text(path, name);
        return path->failed ? CS_ERR_NOMEM : cs_pam_read(source, name, content);
    }
    for (size_t i = 0; i < count && result != CS_OK && result != CS_ERR_NOMEM; i++) {
        cs_buffer_free(path);
        cs_buffer_printf(path, "%s/%s", folders[i], name);
        result = path->failed ? CS_ERR_NOMEM : cs_pam_read(source, path->text, content);
    }
    return result;
}
