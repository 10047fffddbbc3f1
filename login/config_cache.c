/* Configuration files by device, inode, size and times. */
#include <pthread.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/trusted_open.h"
#include "login/config_priv.h"

enum { FILE_BYTES_MAX = 256 * 1024, CACHE_PLACES = 8 };

static const struct cs_trust file_trust = {.owner = 0, .forbidden = 0027};

enum cs_err cs_config_open(const char *path, int *ret_fd, struct cs_error *error)
{
    enum cs_err result = cs_open_trusted(path, &file_trust, ret_fd, error);

    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: there is no configuration; '{}' in a file of mode 0640 is one", path);
    return result;
}

struct place {
    struct stat status;
    struct cs_config *config;
};

struct cs_config_cache {
    pthread_mutex_t mutex;
    struct place places[CACHE_PLACES];
    size_t next; /* to be replaced */
};

struct cs_config_cache *cs_config_cache_new(void)
{
    struct cs_config_cache *cache = calloc(1, sizeof *cache);

    if (cache != NULL)
        pthread_mutex_init(&cache->mutex, NULL);
    return cache;
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

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

static struct cs_config *find_cached(struct cs_config_cache *cache, const struct stat *status)
{
    for (size_t i = 0; i < CACHE_PLACES; i++) {
        struct place *place = &cache->places[i];

        if (place->config != NULL && same_file(&place->status, status)) {
            atomic_fetch_add(&place->config->references, 1);
            return place->config;
        }
    }
    return NULL;
}

static void remember(struct cs_config_cache *cache, const struct stat *status,
                     struct cs_config *config)
{
    struct place *place = &cache->places[cache->next];

    cache->next = (cache->next + 1) % CACHE_PLACES;
    cs_config_release(&place->config);
    atomic_fetch_add(&config->references, 1);
    *place = (struct place){*status, config};
}

enum cs_err cs_config_load(struct cs_config_cache *cache, int fd, const char *name,
                           struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct stat status;
    enum cs_err result = cs_check_trusted(fd, name, &file_trust, &status, error);

    if (result != CS_OK)
        return result;
    pthread_mutex_lock(&cache->mutex);
    *ret_config = find_cached(cache, &status);
    pthread_mutex_unlock(&cache->mutex);
    if (*ret_config != NULL)
        return CS_OK;
    result = cs_read_all(fd, name, FILE_BYTES_MAX, &text, error);
    if (result == CS_OK)
        result = cs_config_parse(name, text.data, text.length, ret_config, error);
    if (result != CS_OK)
        return result;
    pthread_mutex_lock(&cache->mutex);
    remember(cache, &status, *ret_config);
    pthread_mutex_unlock(&cache->mutex);
    return CS_OK;
}
