/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/said.h"
#include "login/engine_priv.h"
#include "paths.h"

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
    cs_self_places_init(&engine->self_places);
    engine->cache = cs_config_cache_new();
    engine->catalogues = cs_catalogues_new(CS_LOCALE_DIR, log);
    engine->delivery_limit = cs_delivery_limit_new();
    engine->accepted_codes = cs_accepted_codes_new();
    engine->refusal_pace = cs_refusal_pace_new();
    engine->pending_queue = cs_pending_queue_new();
    engine->mailer = cs_mailer_new(log, NULL);
    engine->directory = cs_directory_new();
    if (engine->cache == NULL || engine->catalogues == NULL || engine->delivery_limit == NULL ||
        engine->accepted_codes == NULL || engine->refusal_pace == NULL ||
        engine->pending_queue == NULL || engine->mailer == NULL || engine->directory == NULL ||
        cs_record_ids_init(&engine->record_ids, NULL) != CS_OK || uname(&engine->names) != 0)
        cs_engine_free(&engine);
    else
        cs_config_cache_set_log(engine->cache, log);
    return engine;
}

void cs_engine_free(struct cs_engine **engine)
{
    if (*engine == NULL)
        return;
    for (size_t i = 0; i < CS_ENGINE_PROVIDERS_MAX; i++)
        cs_opened_close(&(*engine)->opened[i]);
    cs_mailer_free(&(*engine)->mailer);
    cs_running_free(&(*engine)->running);
    cs_metrics_free(&(*engine)->metrics);
    cs_delivery_limit_free(&(*engine)->delivery_limit);
    cs_accepted_codes_free(&(*engine)->accepted_codes);
    cs_refusal_pace_free(&(*engine)->refusal_pace);
    cs_pending_queue_free(&(*engine)->pending_queue);
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

const char *cs_engine_key_path(const struct cs_engine *engine)
{
    return engine->key_path;
}

const char *cs_engine_host(const struct cs_engine *engine)
{
    return engine->names.nodename;
}

const struct cs_log *cs_engine_log(const struct cs_engine *engine)
{
    return engine->log;
}

/* The module looks for IBM's file beside our usual one. If the broker was given another file of
 * ours with settings, that one counts, or competes with IBM's. */
static bool found_beside_another(const struct cs_engine *engine,
                                 const struct cs_config_source *source)
{
    return source->found && strcmp(engine->config_path, CS_CONFIG_FILE) != 0 &&
           cs_said_by(engine->config_path) == CS_SAID_SETTINGS;
}

enum cs_err cs_engine_config(struct cs_engine *engine, const struct cs_config_source *source,
                             struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    enum cs_err result;

    if (source == NULL || source->fd < 0 || found_beside_another(engine, source))
        result = cs_config_load_usual(engine->cache, engine->config_path, &config, error);
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

struct cs_delivery_limit *cs_engine_delivery_limit(struct cs_engine *engine)
{
    return engine->delivery_limit;
}

struct cs_self_places *cs_engine_self_places(struct cs_engine *engine)
{
    return &engine->self_places;
}

struct cs_record_ids *cs_engine_record_ids(struct cs_engine *engine)
{
    return &engine->record_ids;
}

bool cs_engine_measure(struct cs_engine *engine)
{
    engine->metrics = cs_metrics_new();
    return engine->metrics != NULL;
}

void cs_engine_wrap_providers(struct cs_engine *engine, cs_engine_wrap *wrap, void *context)
{
    engine->wrap = wrap;
    engine->wrap_context = context;
}

struct cs_metrics *cs_engine_metrics(struct cs_engine *engine)
{
    return engine->metrics;
}

void cs_engine_measures(struct cs_engine *engine, struct cs_measures *ret_measures)
{
    *ret_measures = (struct cs_measures){0};
    pthread_mutex_lock(&engine->mutex);
    for (size_t i = 0; i < CS_ENGINE_PROVIDERS_MAX; i++) {
        const struct cs_provider *provider = engine->opened[i].provider;

        if (provider != NULL && provider->ops->measure != NULL)
            provider->ops->measure(provider, ret_measures);
    }
    pthread_mutex_unlock(&engine->mutex);
}

struct cs_running *cs_engine_running(struct cs_engine *engine, unsigned places)
{
    struct cs_running *running;

    pthread_mutex_lock(&engine->mutex);
    if (engine->running == NULL)
        engine->running = cs_running_new(CS_RUNNING_DIR, places);
    running = engine->running;
    pthread_mutex_unlock(&engine->mutex);
    return running;
}

struct cs_accepted_codes *cs_engine_accepted_codes(struct cs_engine *engine)
{
    return engine->accepted_codes;
}

struct cs_refusal_pace *cs_engine_refusal_pace(struct cs_engine *engine)
{
    return engine->refusal_pace;
}

struct cs_pending_queue *cs_engine_pending_queue(struct cs_engine *engine)
{
    return engine->pending_queue;
}

/* What rehearses a login wraps the providers, and changes nobody's factors. */
struct cs_mailer *cs_engine_mailer(struct cs_engine *engine)
{
    return engine->wrap == NULL ? engine->mailer : NULL;
}
