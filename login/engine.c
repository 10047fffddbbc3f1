/* SPDX-License-Identifier: Apache-2.0 */
#include "login/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "paths.h"
#include "providers/registry.h"

enum { PROVIDERS_MAX = 8 };

/* A provider, and what it was opened with. Replaced when nobody uses it and another is needed: a
 * changed configuration leaves the old one behind. */
struct opened {
    char *name, *store_path, *key_path;
    struct cs_verify_settings verify;
    struct cs_provider *provider; /* NULL: a free place */
    unsigned users;
    uint64_t used; /* when it was last asked for */
};

static void close_provider(struct opened *opened);

struct cs_engine {
    const char *config_path, *key_path;
    const struct cs_log *log;
    struct cs_config_cache *cache;
    struct cs_catalogues *catalogues;
    struct cs_guard *guard;
    struct cs_directory *directory;
    struct utsname names;
    pthread_mutex_t mutex; /* guards what follows */
    struct opened opened[PROVIDERS_MAX];
    uint64_t turns;
};

struct cs_engine *cs_engine_new(const char *config_path, const char *key_path,
                                const struct cs_log *log)
{
    struct cs_engine *engine = calloc(1, sizeof *engine);

    if (engine == NULL)
        return NULL;
    engine->config_path = config_path;
    engine->key_path = key_path;
    engine->log = log;
    pthread_mutex_init(&engine->mutex, NULL);
    engine->cache = cs_config_cache_new();
    engine->catalogues = cs_catalogues_new(CS_LOCALE_DIR, log);
    engine->guard = cs_guard_new();
    engine->directory = cs_directory_new();
    if (engine->cache == NULL || engine->catalogues == NULL || engine->guard == NULL ||
        engine->directory == NULL || uname(&engine->names) != 0)
        cs_engine_free(&engine);
    else
        cs_config_cache_set_log(engine->cache, log);
    return engine;
}

void cs_engine_free(struct cs_engine **engine)
{
    if (*engine == NULL)
        return;
    for (size_t i = 0; i < PROVIDERS_MAX; i++)
        close_provider(&(*engine)->opened[i]);
    cs_guard_free(&(*engine)->guard);
    cs_directory_free(&(*engine)->directory);
    cs_config_cache_free(&(*engine)->cache);
    cs_catalogues_free(&(*engine)->catalogues);
    pthread_mutex_destroy(&(*engine)->mutex);
    free(*engine);
    *engine = NULL;
}

const struct cs_catalogue *cs_engine_catalogue(struct cs_engine *engine, const char *language)
{
    return cs_catalogues_get(engine->catalogues, language);
}

const char *cs_engine_host(const struct cs_engine *engine)
{
    return engine->names.nodename;
}

const struct cs_log *cs_engine_log(const struct cs_engine *engine)
{
    return engine->log;
}

static enum cs_err load_default(struct cs_engine *engine, struct cs_config **ret_config,
                                struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_config_open(engine->config_path, &fd, error);

    return result == CS_OK
               ? cs_config_load(engine->cache, fd, engine->config_path, ret_config, error)
               : result;
}

enum cs_err cs_engine_config(struct cs_engine *engine, const struct cs_config_source *source,
                             struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    enum cs_err result;

    if (source == NULL || source->fd < 0)
        result = load_default(engine, &config, error);
    else if (source->kind == CS_CONFIG_IBM)
        result = cs_config_load_ibm(engine->cache, source->fd, source->name, &config, error);
    else
        result = cs_config_load(engine->cache, source->fd, source->name, &config, error);
    if (result == CS_OK)
        result = cs_config_follow(engine->cache, &config, error);
    if (result != CS_OK)
        return result;
    *ret_config = config;
    config = NULL;
    return CS_OK;
}

struct cs_directory *cs_engine_directory(struct cs_engine *engine)
{
    return engine->directory;
}

struct cs_guard *cs_engine_guard(struct cs_engine *engine)
{
    return engine->guard;
}

static bool is_opened(const struct opened *opened, const char *name,
                      const struct cs_provider_settings *settings)
{
    return opened->provider != NULL && strcmp(opened->name, name) == 0 &&
           strcmp(opened->store_path, settings->store_path) == 0 &&
           strcmp(opened->key_path, settings->key_path) == 0 &&
           cs_verify_settings_equal(&opened->verify, settings->verify);
}

static void close_provider(struct opened *opened)
{
    if (opened->provider != NULL)
        cs_provider_close(&opened->provider);
    free(opened->name);
    free(opened->store_path);
    free(opened->key_path);
    cs_verify_settings_clear(&opened->verify);
    *opened = (struct opened){0};
}

static enum cs_err open_provider(struct opened *opened, const char *name,
                                 const struct cs_provider_settings *settings,
                                 struct cs_error *error)
{
    enum cs_err result;
    bool copied;

    close_provider(opened);
    opened->name = strdup(name);
    opened->store_path = strdup(settings->store_path);
    opened->key_path = strdup(settings->key_path);
    copied = cs_verify_settings_copy(settings->verify, &opened->verify);
    result = copied && opened->name && opened->store_path && opened->key_path
                 ? cs_provider_open(name, settings, &opened->provider, error)
                 : cs_fail_nomem(error);
    if (result != CS_OK)
        close_provider(opened);
    return result;
}

/* The provider's place: where it is open, else one to open it in; NULL: all are in use. */
static struct opened *find_opened(struct cs_engine *engine, const char *name,
                                  const struct cs_provider_settings *settings)
{
    struct opened *unused = NULL;

    for (size_t i = 0; i < PROVIDERS_MAX; i++) {
        struct opened *opened = &engine->opened[i];

        if (is_opened(opened, name, settings))
            return opened;
        if (opened->users == 0 && (unused == NULL || opened->used < unused->used))
            unused = opened;
    }
    return unused;
}

enum cs_err cs_engine_provider(struct cs_engine *engine, const struct cs_options *options,
                               const struct cs_verify_settings *verify,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    static const struct cs_verify_settings none = {0};
    const struct cs_provider_settings settings = {.store_path = options->store,
                                                  .key_path = engine->key_path ? engine->key_path
                                                                               : options->key_file,
                                                  .verify = verify ? verify : &none,
                                                  .log = engine->log};
    enum cs_err result = CS_OK;
    struct opened *opened;

    pthread_mutex_lock(&engine->mutex);
    opened = find_opened(engine, options->provider, &settings);
    if (opened == NULL)
        result = cs_fail(error, CS_ERR_LIMIT, "logins of more than %d configurations at once",
                         PROVIDERS_MAX);
    else if (!is_opened(opened, options->provider, &settings))
        result = open_provider(opened, options->provider, &settings, error);
    if (result == CS_OK) {
        opened->users++;
        opened->used = ++engine->turns;
        *ret_provider = opened->provider;
    }
    pthread_mutex_unlock(&engine->mutex);
    return result;
}

void cs_engine_release(struct cs_engine *engine, struct cs_provider **provider)
{
    if (*provider == NULL)
        return;
    pthread_mutex_lock(&engine->mutex);
    for (size_t i = 0; i < PROVIDERS_MAX; i++) {
        if (engine->opened[i].provider == *provider)
            engine->opened[i].users--;
    }
    pthread_mutex_unlock(&engine->mutex);
    *provider = NULL;
}
