#include "login/engine.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/file.h"
#include "providers/registry.h"

struct cs_engine {
    const char *config_path, *key_path;
    const struct cs_log *log;
    struct cs_config_cache *cache;
    pthread_mutex_t mutex; /* guards `provider` */
    struct cs_provider *provider;
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
    if (engine->cache == NULL)
        cs_engine_free(&engine);
    return engine;
}

void cs_engine_free(struct cs_engine **engine)
{
    if (*engine == NULL)
        return;
    cs_provider_close(&(*engine)->provider);
    cs_config_cache_free(&(*engine)->cache);
    pthread_mutex_destroy(&(*engine)->mutex);
    free(*engine);
    *engine = NULL;
}

const struct cs_log *cs_engine_log(const struct cs_engine *engine)
{
    return engine->log;
}

enum cs_err cs_engine_config(struct cs_engine *engine, int config_fd, struct cs_config **ret_config,
                             struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int opened = -1;
    enum cs_err result = CS_OK;

    if (config_fd >= 0)
        return cs_config_load(engine->cache, config_fd, "the file named by config=", ret_config,
                              error);
    result = cs_config_open(engine->config_path, &opened, error);
    return result == CS_OK
               ? cs_config_load(engine->cache, opened, engine->config_path, ret_config, error)
               : result;
}

enum cs_err cs_engine_provider(struct cs_engine *engine, const struct cs_options *options,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    const struct cs_provider_settings settings = {
        options->store, engine->key_path ? engine->key_path : options->key_file};
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&engine->mutex);
    if (engine->provider == NULL)
        result = cs_provider_open(options->provider, &settings, &engine->provider, error);
    *ret_provider = engine->provider;
    pthread_mutex_unlock(&engine->mutex);
    return result;
}
