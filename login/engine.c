#include "login/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "paths.h"
#include "providers/registry.h"

enum { PROVIDERS_MAX = 8 };

/* A provider, and what it was opened with. */
struct opened {
    char *name, *store_path, *key_path;
    struct cs_provider *provider;
};

static void close_provider(struct opened *opened);

struct cs_engine {
    const char *config_path, *key_path;
    const struct cs_log *log;
    struct cs_config_cache *cache;
    struct cs_catalogues *catalogues;
    struct utsname names;
    pthread_mutex_t mutex; /* guards `opened` */
    struct opened opened[PROVIDERS_MAX];
    size_t opened_count;
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
    if (engine->cache == NULL || engine->catalogues == NULL || uname(&engine->names) != 0)
        cs_engine_free(&engine);
    return engine;
}

void cs_engine_free(struct cs_engine **engine)
{
    if (*engine == NULL)
        return;
    for (size_t i = 0; i < (*engine)->opened_count; i++)
        close_provider(&(*engine)->opened[i]);
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

enum cs_err cs_engine_config(struct cs_engine *engine, int config_fd, const char *config_name,
                             struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int opened = -1;
    enum cs_err result = CS_OK;

    if (config_fd >= 0)
        return cs_config_load(engine->cache, config_fd, config_name, ret_config, error);
    result = cs_config_open(engine->config_path, &opened, error);
    return result == CS_OK
               ? cs_config_load(engine->cache, opened, engine->config_path, ret_config, error)
               : result;
}

static bool is_opened(const struct opened *opened, const char *name,
                      const struct cs_provider_settings *settings)
{
    return strcmp(opened->name, name) == 0 &&
           strcmp(opened->store_path, settings->store_path) == 0 &&
           strcmp(opened->key_path, settings->key_path) == 0;
}

static void close_provider(struct opened *opened)
{
    cs_provider_close(&opened->provider);
    free(opened->name);
    free(opened->store_path);
    free(opened->key_path);
}

static enum cs_err open_provider(struct cs_engine *engine, const char *name,
                                 const struct cs_provider_settings *settings,
                                 struct cs_error *error)
{
    struct opened *opened = &engine->opened[engine->opened_count];
    enum cs_err result;

    if (engine->opened_count == PROVIDERS_MAX)
        return cs_fail(error, CS_ERR_LIMIT,
                       "more than %d stores and keys in use; restart countersignd", PROVIDERS_MAX);
    *opened = (struct opened){.name = strdup(name),
                              .store_path = strdup(settings->store_path),
                              .key_path = strdup(settings->key_path)};
    result = opened->name && opened->store_path && opened->key_path
                 ? cs_provider_open(name, settings, &opened->provider, error)
                 : cs_fail_nomem(error);
    if (result == CS_OK)
        engine->opened_count++;
    else
        close_provider(opened);
    return result;
}

enum cs_err cs_engine_provider(struct cs_engine *engine, const struct cs_options *options,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    const struct cs_provider_settings settings = {
        options->store, engine->key_path ? engine->key_path : options->key_file};
    enum cs_err result = CS_OK;
    size_t i = 0;

    pthread_mutex_lock(&engine->mutex);
    while (i < engine->opened_count && !is_opened(&engine->opened[i], options->provider, &settings))
        i++;
    if (i == engine->opened_count)
        result = open_provider(engine, options->provider, &settings, error);
    *ret_provider = result == CS_OK ? engine->opened[i].provider : NULL;
    pthread_mutex_unlock(&engine->mutex);
    return result;
}
