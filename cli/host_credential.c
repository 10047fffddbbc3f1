/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_credential.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitise.h"
#include "base/strlist.h"
#include "base/trusted_open.h"
#include "providers/openid/host.h"

enum { SECRET_BYTES_MAX = 4000, FILE_BYTES_MAX = 64 * 1024, MODE = 0640 };

/* ---- reading ---- */

/* As the broker will, for which the file is. */
static const struct cs_trust own = {.owner = 0, .forbidden = 0027},
                             given = {.owner = 0, .forbidden = 0077};

static enum cs_err read_file(const char *path, const struct cs_trust *trust,
                             struct cs_secret *ret_text, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_open_trusted(path, trust, &fd, error);

    return result == CS_OK ? cs_read_all(fd, path, FILE_BYTES_MAX, ret_text, error) : result;
}

static void drop_line_end(struct cs_secret *text)
{
    while (text->length > 0 &&
           (text->data[text->length - 1] == '\n' || text->data[text->length - 1] == '\r'))
        text->data[--text->length] = '\0';
}

enum cs_err cs_host_check_secret(const char *where, const struct cs_secret *secret,
                                 struct cs_error *error)
{
    return secret->length > 0 && secret->length <= SECRET_BYTES_MAX &&
                   cs_is_clean(secret->data, secret->length)
               ? CS_OK
               : cs_fail(error, CS_ERR_INPUT,
                         "%s: the client's secret on one line expected, with 1 to %d bytes", where,
                         SECRET_BYTES_MAX);
}

enum cs_err cs_host_read_secret(const char *path, struct cs_secret *ret_secret,
                                struct cs_error *error)
{
    enum cs_err result = read_file(path, &given, ret_secret, error);

    if (result != CS_OK)
        return result;
    drop_line_end(ret_secret);
    return cs_host_check_secret(path, ret_secret, error);
}

/* `value` stays empty if there is no file. */
static enum cs_err start(const char *config_path, const char *name,
                         struct cs_host_credential *credential, struct cs_error *error)
{
    const char *slash = strrchr(config_path, '/');
    enum cs_err result;

    *credential = (struct cs_host_credential){0};
    if (config_path[0] != '/')
        return cs_fail(error, CS_ERR_INPUT, "%s: not an absolute path", config_path);
    if (asprintf(&credential->path, "%.*s/%s", (int)(slash - config_path), config_path, name) < 0) {
        credential->path = NULL;
        return cs_fail_nomem(error);
    }
    result = read_file(credential->path, &own, &credential->value, error);
    credential->exists = result == CS_OK;
    return result == CS_ERR_NOT_FOUND ? CS_OK : result;
}

enum cs_err cs_host_credential_key(const char *config_path, const char *name, bool replace,
                                   struct cs_host_credential *ret_credential,
                                   struct cs_error *error)
{
    enum cs_err result = start(config_path, name, ret_credential, error);

    ret_credential->fresh = replace || !ret_credential->exists;
    if (result == CS_OK && ret_credential->fresh)
        result = cs_openid_host_make_key(&ret_credential->value, error);
    return result == CS_OK ? cs_openid_host_public_key(ret_credential->path, &ret_credential->value,
                                                       &ret_credential->jwk, error)
                           : result;
}

static bool is_same(struct cs_secret *text, const struct cs_secret *secret)
{
    drop_line_end(text);
    return text->length == secret->length && text->length > 0 &&
           cs_equal_ct(text->data, secret->data, secret->length);
}

enum cs_err cs_host_credential_secret(const char *config_path, const char *name,
                                      const struct cs_secret *secret,
                                      struct cs_host_credential *ret_credential,
                                      struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = start(config_path, name, ret_credential, error);

    if (result != CS_OK)
        return result;
    ret_credential->fresh = !is_same(&ret_credential->value, secret);
    cs_buffer_add(&line, secret->data, secret->length);
    cs_buffer_text(&line, "\n");
    return !line.failed && cs_secret_set(&ret_credential->value, line.text, line.length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

/* ---- writing ---- */

enum cs_err cs_host_credential_write(struct cs_host_credential *credential, gid_t group,
                                     struct cs_error *error)
{
    const char *path = credential->path;

    if (credential->fresh)
        return (credential->exists ? cs_replace_file : cs_create_file)(
            path, MODE, group, credential->value.data, credential->value.length, error);
    if (lchown(path, (uid_t)-1, group) != 0 || chmod(path, MODE) != 0)
        return cs_fail_errno(error, "%s: cannot set the group", path);
    return CS_OK;
}

void cs_host_credential_clear(struct cs_host_credential *credential)
{
    cs_secret_free(&credential->value);
    cs_secret_free(&credential->jwk);
    cs_string_free(&credential->path);
}
