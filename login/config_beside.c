/* SPDX-License-Identifier: Apache-2.0 */
/* The files that options of a provider's section name: secrets, certificates, keys. Each login
 * checks them again, so that a secret can be replaced on its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitise.h"
#include "base/trusted_open.h"
#include "login/config_priv.h"
#include "providers/registry.h"

enum { SECRET_BYTES_MAX = 4096 };

/* ---- whether they have changed ---- */

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool cs_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

/* Call it before the file is read, so that a change in between is noticed. NULL after an error. */
static struct cs_beside *remember(struct cs_config *config, const struct cs_option *option,
                                  const char *path, struct cs_error *error)
{
    struct cs_beside *beside = &config->beside[config->beside_count];

    if (config->beside_count == CS_BESIDE_MAX) {
        (void)cs_fail(error, CS_ERR_CONFIG, "%s: more than %d files are named", path,
                      CS_BESIDE_MAX);
        return NULL;
    }
    *beside = (struct cs_beside){.path = strdup(path), .option = *option};
    if (beside->path == NULL) {
        (void)cs_fail_nomem(error);
        return NULL;
    }
    config->beside_count++;
    beside->found = stat(path, &beside->status) == 0;
    return beside;
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

/* ---- their content ---- */

/* Like the store's key: owned by root or by the broker, readable at most by its group. */
static enum cs_err open_secret(const char *path, int *ret_fd, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0027};

    return cs_open_trusted(path, &trust, ret_fd, error);
}

static enum cs_err read_secret(struct cs_beside *beside, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = open_secret(beside->path, &fd, error);

    if (result == CS_OK)
        result = cs_read_all(fd, beside->path, SECRET_BYTES_MAX, &text, error);
    if (result != CS_OK)
        return result == CS_ERR_NOT_FOUND ? CS_ERR_CONFIG : result;
    while (text.length > 0 &&
           (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == '\r'))
        text.length--;
    if (text.length == 0 || !cs_is_clean(text.data, text.length))
        return cs_fail(error, CS_ERR_CONFIG, "%s: the secret on one line expected", beside->path);
    return cs_secret_set(&beside->secret, text.data, text.length) == CS_OK ? CS_OK
                                                                           : cs_fail_nomem(error);
}

/* libcurl would report this later and less clearly. */
static enum cs_err check_trusted(const struct cs_beside *beside, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};
    CS_AUTO(cs_fd_close) int fd = -1;

    if (S_ISDIR(beside->status.st_mode))
        return CS_OK;
    return cs_open_trusted(beside->path, &trust, &fd, error);
}

/* ---- the options that name them ---- */

/* In profile ibm another file may take precedence over the named one. */
static enum cs_err read_trusted(struct cs_config *config, const struct cs_option *option,
                                const char *named, struct cs_error *error)
{
    const char *instead = config->profile == CS_PROFILE_IBM ? option->row->ibm_instead : NULL;
    struct cs_beside *beside = NULL;

    if (instead != NULL) {
        beside = remember(config, option, instead, error);
        if (beside == NULL)
            return error->code;
        beside->instead = beside->found;
        if (beside->found)
            return check_trusted(beside, error);
    }
    if (named == NULL)
        return CS_OK;
    beside = remember(config, option, named, error);
    if (beside == NULL)
        return error->code;
    if (!beside->found) {
        (void)cs_fail_errno(error, "%s: %s", option->row->name, named);
        return CS_ERR_CONFIG;
    }
    return check_trusted(beside, error);
}

static enum cs_err read_one(struct cs_config *config, const struct cs_option *option,
                            struct cs_error *error)
{
    const char *path =
        cs_setting_text(option->row, cs_options_provider(&config->base, option->kind_row));
    struct cs_beside *beside;

    if (option->row->beside == CS_BESIDE_TRUSTED)
        return read_trusted(config, option, path, error);
    if (path == NULL)
        return CS_OK;
    beside = remember(config, option, path, error);
    return beside != NULL ? read_secret(beside, error) : error->code;
}

enum cs_err cs_config_read_beside(struct cs_config *config, struct cs_error *error)
{
    struct cs_error own = {0};
    enum cs_err result = CS_OK;
    struct cs_option option;

    error = error ? error : &own;
    for (size_t place = 0; cs_option_at(place, &option) && result == CS_OK; place++) {
        if (option.row->beside != CS_BESIDE_NONE && option.kind != NULL &&
            (config->sections & (1U << option.kind_row)) != 0)
            result = read_one(config, &option, error);
    }
    if (result == CS_OK)
        cs_config_apply_beside(config, &config->base);
    return result;
}

void cs_config_apply_beside(const struct cs_config *config, struct cs_options *options)
{
    for (size_t i = 0; i < config->beside_count; i++) {
        const struct cs_beside *beside = &config->beside[i];
        const struct cs_setting *row = beside->option.row;
        unsigned char *target = options->providers[beside->option.kind_row].bytes;

        if (row->beside == CS_BESIDE_SECRET)
            *(const char **)(void *)(target + row->content) = beside->secret.data;
        else if (beside->instead)
            *(const char **)(void *)(target + row->offset) = beside->path;
    }
}

static enum cs_err check_all(const struct cs_config *config, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < config->beside_count && result == CS_OK; i++) {
        const struct cs_beside *beside = &config->beside[i];
        CS_AUTO(cs_fd_close) int fd = -1;

        if (!beside->found)
            continue;
        result = beside->option.row->beside == CS_BESIDE_SECRET
                     ? open_secret(beside->path, &fd, error)
                     : check_trusted(beside, error);
    }
    return result;
}

enum cs_err cs_config_check_beside(const struct cs_config *config, struct cs_error *error)
{
    enum cs_err result = check_all(config->own ? config->own : config, error);

    return result == CS_OK && config->ibm != NULL ? check_all(config->ibm, error) : result;
}
