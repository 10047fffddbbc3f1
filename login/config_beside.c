/* SPDX-License-Identifier: Apache-2.0 */
/* Files that a configuration is made with besides its own: the client secret in a file of its own,
 * and the certificates where IBM's gateway looks for them. They are looked at again with each
 * login, so that a secret can be replaced alone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitise.h"
#include "base/trusted_open.h"
#include "login/config_priv.h"
#include "paths.h"

enum { SECRET_BYTES_MAX = 4096 };

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool cs_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

/* Remembers how the file looks before it is read, so that a change meanwhile is noticed. */
static enum cs_err remember(struct cs_config *config, const char *path, bool *ret_found,
                            struct cs_error *error)
{
    struct cs_beside *beside = &config->beside[config->beside_count];

    beside->path = strdup(path);
    if (beside->path == NULL)
        return cs_fail_nomem(error);
    config->beside_count++;
    beside->found = stat(path, &beside->status) == 0;
    *ret_found = beside->found;
    return CS_OK;
}

bool cs_config_beside_same(const struct cs_config *config)
{
    for (size_t i = 0; i < config->beside_count; i++) {
        const struct cs_beside *beside = &config->beside[i];
        struct stat now;
        bool found = stat(beside->path, &now) == 0;

        if (found != beside->found || (found && !cs_same_file(&now, &beside->status)))
            return false;
    }
    return true;
}

static enum cs_err read_secret(struct cs_config *config, struct cs_error *error)
{
    /* As the store's key: root's or the broker's own, for its group to read at most. */
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0027};
    const char *path = config->secret_file;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    bool found;
    enum cs_err result = remember(config, path, &found, error);

    if (result == CS_OK)
        result = cs_open_trusted(path, &trust, &fd, error);
    if (result == CS_OK)
        result = cs_read_all(fd, path, SECRET_BYTES_MAX, &text, error);
    if (result != CS_OK)
        return result == CS_ERR_NOT_FOUND ? CS_ERR_CONFIG : result;
    while (text.length > 0 &&
           (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == '\r'))
        text.length--;
    if (text.length == 0 || !cs_is_clean(text.data, text.length))
        return cs_fail(error, CS_ERR_CONFIG, "%s: the client secret on one line expected", path);
    return cs_secret_set(&config->verify.client_secret, text.data, text.length) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

/* What libcurl would say late and less clearly. */
static enum cs_err check_certificates(const char *path, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};
    CS_AUTO(cs_fd_close) int fd = -1;

    return cs_open_trusted(path, &trust, &fd, error);
}

/* IBM's fixed name comes first where it exists, then ca-path, a file or a folder. */
static enum cs_err find_certificates(struct cs_config *config, struct cs_error *error)
{
    struct cs_verify_settings *settings = &config->verify;
    enum cs_err result = CS_OK;
    struct stat status;
    bool found = false;

    if (config->profile == CS_PROFILE_IBM)
        result = remember(config, CS_IBM_CA_FILE, &found, error);
    if (result == CS_OK && found) {
        free(settings->ca_path);
        settings->ca_path = NULL;
        settings->ca_file = strdup(CS_IBM_CA_FILE);
        return settings->ca_file ? check_certificates(CS_IBM_CA_FILE, error) : cs_fail_nomem(error);
    }
    if (result != CS_OK || settings->ca_path == NULL)
        return result;
    if (stat(settings->ca_path, &status) != 0) {
        (void)cs_fail_errno(error, "ca-path: %s", settings->ca_path);
        return CS_ERR_CONFIG;
    }
    if (S_ISDIR(status.st_mode))
        return CS_OK;
    settings->ca_file = settings->ca_path;
    settings->ca_path = NULL;
    return check_certificates(settings->ca_file, error);
}

enum cs_err cs_config_read_beside(struct cs_config *config, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    if (config->secret_file != NULL)
        result = read_secret(config, error);
    if (result == CS_OK && config->verify.given)
        result = find_certificates(config, error);
    return result;
}

enum cs_err cs_config_check_beside(const struct cs_config *config, struct cs_error *error)
{
    const struct cs_config *of_tenant = config->ibm ? config->ibm : config;
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0027};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = CS_OK;

    if (of_tenant->secret_file != NULL)
        result = cs_open_trusted(of_tenant->secret_file, &trust, &fd, error);
    if (result == CS_OK && of_tenant->verify.ca_file != NULL)
        result = check_certificates(of_tenant->verify.ca_file, error);
    return result;
}
