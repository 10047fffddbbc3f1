/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files by device, inode, size and times. */
#include <pthread.h>
#include <stdlib.h>
#include <syslog.h>

#include "base/file.h"
#include "base/said.h"
#include "base/trusted_open.h"
#include "login/config_priv.h"
#include "paths.h"

enum { FILE_BYTES_MAX = 256 * 1024, CACHE_PLACES = 8, STRANGERS = 0007 };

static const struct cs_trust file_trust[] = {
    [CS_CONFIG_OWN] = {.owner = 0, .forbidden = 0027},
    /* Who may read the file depends on its content. */
    [CS_CONFIG_IBM] = {.owner = 0, .forbidden = 0022},
};

/* A hint must not lead anybody to replace settings that are in use. */
static enum cs_err refuse_absent(const char *path, struct cs_error *error)
{
    if (cs_said_by(CS_IBM_CONFIG_FILE) != CS_SAID_ABSENT)
        return cs_fail(
            error, CS_ERR_CONFIG,
            "%s: there is no configuration of our own; logins whose PAM line names no file use %s",
            path, CS_IBM_CONFIG_FILE);
    return cs_fail(
        error, CS_ERR_CONFIG,
        "%s: there is no configuration; countersign.json(5) says what goes into that file, with "
        "mode 0640; {} in it means every default, with the users in this machine's own store",
        path);
}

enum cs_err cs_config_open(const char *path, int *ret_fd, struct cs_error *error)
{
    enum cs_err result = cs_open_trusted(path, &file_trust[CS_CONFIG_OWN], ret_fd, error);

    if (result == CS_ERR_NOT_FOUND)
        return refuse_absent(path, error);
    return result;
}

enum cs_err cs_config_open_ibm(const char *path, int *ret_fd, struct cs_error *error)
{
    enum cs_err result = cs_open_trusted(path, &file_trust[CS_CONFIG_IBM], ret_fd, error);

    return result == CS_ERR_NOT_FOUND ? CS_ERR_CONFIG : result;
}

struct place {
    struct stat status;
    enum cs_config_kind kind;
    struct cs_config *config;
};

struct cs_config_cache {
    pthread_mutex_t mutex;
    struct place places[CACHE_PLACES];
    size_t next; /* the place to replace next */
    const struct cs_log *log;
};

struct cs_config_cache *cs_config_cache_new(void)
{
    struct cs_config_cache *cache = calloc(1, sizeof *cache);

    if (cache != NULL)
        pthread_mutex_init(&cache->mutex, NULL);
    return cache;
}

void cs_config_cache_set_log(struct cs_config_cache *cache, const struct cs_log *log)
{
    cache->log = log;
}

void cs_config_cache_free(struct cs_config_cache **cache)
{
    if (*cache == NULL)
        return;
    for (size_t i = 0; i < CACHE_PLACES; i++)
        cs_config_release(&(*cache)->places[i].config);
    pthread_mutex_destroy(&(*cache)->mutex);
    free(*cache);
    *cache = NULL;
}

static struct cs_config *find_cached(struct cs_config_cache *cache, const struct stat *status,
                                     enum cs_config_kind kind)
{
    for (size_t i = 0; i < CACHE_PLACES; i++) {
        struct place *place = &cache->places[i];

        if (place->config == NULL || place->kind != kind || !cs_same_file(&place->status, status))
            continue;
        if (!cs_config_extra_files_same(place->config)) {
            cs_config_release(&place->config);
            continue;
        }
        atomic_fetch_add(&place->config->references, 1);
        return place->config;
    }
    return NULL;
}

static void remember(struct cs_config_cache *cache, const struct stat *status,
                     enum cs_config_kind kind, struct cs_config *config)
{
    struct place *place = &cache->places[cache->next];

    cache->next = (cache->next + 1) % CACHE_PLACES;
    cs_config_release(&place->config);
    atomic_fetch_add(&config->references, 1);
    *place = (struct place){*status, kind, config};
}

static enum cs_err read_file(int fd, const char *name, enum cs_config_kind kind,
                             const struct stat *status, struct cs_config **ret_config,
                             struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    enum cs_err result = cs_read_all(fd, name, FILE_BYTES_MAX, &text, error);

    if (result == CS_OK)
        result = kind == CS_CONFIG_IBM
                     ? cs_config_parse_ibm(name, text.data, text.length, &config, error)
                     : cs_config_parse(name, text.data, text.length, &config, error);
    if (result == CS_OK && config->holds_secret && (status->st_mode & STRANGERS) != 0)
        return cs_fail(
            error, CS_ERR_TRUST,
            "%s: holds a secret, and mode %04o lets everybody read it; run chmod 0600 on it", name,
            (unsigned)status->st_mode & 07777);
    if (result == CS_OK)
        result = cs_config_read_extra_files(config, error);
    if (result != CS_OK)
        return result;
    *ret_config = config;
    config = NULL;
    return CS_OK;
}

static enum cs_err load(struct cs_config_cache *cache, int fd, const char *name,
                        enum cs_config_kind kind, struct cs_config **ret_config,
                        struct cs_error *error)
{
    struct stat status;
    enum cs_err result = cs_check_trusted(fd, name, &file_trust[kind], &status, error);

    if (result != CS_OK)
        return result;
    pthread_mutex_lock(&cache->mutex);
    *ret_config = find_cached(cache, &status, kind);
    pthread_mutex_unlock(&cache->mutex);
    if (*ret_config != NULL)
        return CS_OK;
    result = read_file(fd, name, kind, &status, ret_config, error);
    if (result != CS_OK)
        return result;
    for (size_t i = 0; i < (*ret_config)->warnings.count && cache->log != NULL; i++)
        cs_log(cache->log, LOG_WARNING, "%s", (*ret_config)->warnings.items[i]);
    pthread_mutex_lock(&cache->mutex);
    remember(cache, &status, kind, *ret_config);
    pthread_mutex_unlock(&cache->mutex);
    return CS_OK;
}

enum cs_err cs_config_load(struct cs_config_cache *cache, int fd, const char *name,
                           struct cs_config **ret_config, struct cs_error *error)
{
    return load(cache, fd, name, CS_CONFIG_OWN, ret_config, error);
}

enum cs_err cs_config_load_ibm(struct cs_config_cache *cache, int fd, const char *name,
                               struct cs_config **ret_config, struct cs_error *error)
{
    return load(cache, fd, name, CS_CONFIG_IBM, ret_config, error);
}

enum cs_err cs_config_follow(struct cs_config_cache *cache, struct cs_config **config,
                             struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *pair = NULL;
    CS_AUTO(cs_fd_close) int fd = -1;
    const char *path = (*config)->ibm_path;
    enum cs_err result;

    if (path == NULL)
        return CS_OK;
    pair = cs_config_new();
    if (pair == NULL)
        return cs_fail_nomem(error);
    result = cs_config_open_ibm(path, &fd, error);
    if (result == CS_OK)
        result = cs_config_load_ibm(cache, fd, path, &pair->ibm, error);
    if (result != CS_OK)
        return result;
    pair->profile = CS_PROFILE_IBM;
    pair->own = *config;
    *config = pair;
    pair = NULL;
    return CS_OK;
}
