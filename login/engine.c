/* SPDX-License-Identifier: Apache-2.0 */
#include "login/engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/said.h"
#include "login/key_credential.h"
#include "paths.h"
#include "providers/registry.h"

enum { PROVIDERS_MAX = 8 };

/* A provider and the settings it was opened with. It is replaced when nobody uses it and another is
 * needed: a changed configuration leaves the old one behind. */
struct opened {
    const struct cs_provider_kind *kind;
    union cs_provider_settings settings; /* owns its texts */
    struct cs_provider *provider;        /* NULL: a free place */
    unsigned users;
    uint64_t used; /* when it was last requested */
};

static void close_provider(struct opened *opened);

struct cs_engine {
    const char *config_path, *key_path;
    const struct cs_log *log;
    struct cs_config_cache *cache;
    struct cs_catalogues *catalogues;
    struct cs_delivery_limit *delivery_limit;
    struct cs_accepted_codes *accepted_codes;
    struct cs_refusal_pace *refusal_pace;
    struct cs_pending_queue *pending_queue;
    struct cs_directory *directory;
    struct cs_record_ids record_ids;
    struct cs_metrics *metrics; /* NULL: none */
    cs_engine_wrap *wrap;       /* NULL: none */
    void *wrap_context;
    struct utsname names;
    pthread_mutex_t mutex; /* guards the members below */
    struct opened opened[PROVIDERS_MAX];
    struct cs_running *running; /* NULL until a login needs it */
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
    engine->delivery_limit = cs_delivery_limit_new();
    engine->accepted_codes = cs_accepted_codes_new();
    engine->refusal_pace = cs_refusal_pace_new();
    engine->pending_queue = cs_pending_queue_new();
    engine->directory = cs_directory_new();
    if (engine->cache == NULL || engine->catalogues == NULL || engine->delivery_limit == NULL ||
        engine->accepted_codes == NULL || engine->refusal_pace == NULL ||
        engine->pending_queue == NULL || engine->directory == NULL ||
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
    for (size_t i = 0; i < PROVIDERS_MAX; i++)
        close_provider(&(*engine)->opened[i]);
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
    for (size_t i = 0; i < PROVIDERS_MAX; i++) {
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

static bool is_opened(const struct opened *opened, const struct cs_provider_kind *kind,
                      const union cs_provider_settings *settings)
{
    return opened->provider != NULL && opened->kind == kind &&
           cs_settings_equal(kind->rows, &opened->settings, settings);
}

static void close_provider(struct opened *opened)
{
    if (opened->provider != NULL)
        cs_provider_close(&opened->provider);
    if (opened->kind != NULL)
        cs_settings_clear(opened->kind->rows, &opened->settings, sizeof opened->settings);
    *opened = (struct opened){0};
}

/* Without memory it goes unmeasured. */
static void measure_provider(struct cs_metrics *metrics, size_t row, struct opened *opened)
{
    struct cs_provider *measured =
        metrics != NULL ? cs_metrics_wrap(metrics, (unsigned)row, opened->provider) : NULL;

    if (measured != NULL)
        opened->provider = measured;
}

static enum cs_err open_provider(struct opened *opened, const struct cs_provider_kind *kind,
                                 const union cs_provider_settings *settings,
                                 const struct cs_log *log, struct cs_error *error)
{
    enum cs_err result;

    close_provider(opened);
    opened->kind = kind;
    result = cs_settings_copy(kind->rows, settings, &opened->settings, sizeof opened->settings)
                 ? kind->open(&opened->settings, log, &opened->provider, error)
                 : cs_fail_nomem(error);
    if (result != CS_OK)
        close_provider(opened);
    return result;
}

/* Nothing may reach the provider past what is around it. */
static enum cs_err wrap_provider(const struct cs_engine *engine, struct opened *opened,
                                 struct cs_error *error)
{
    struct cs_provider *wrapped = engine->wrap(engine->wrap_context, opened->provider);

    if (wrapped == NULL) {
        close_provider(opened);
        return cs_fail_nomem(error);
    }
    opened->provider = wrapped;
    return CS_OK;
}

static enum cs_err open_measured(struct cs_engine *engine, size_t row,
                                 const union cs_provider_settings *settings, struct opened *opened,
                                 struct cs_error *error)
{
    enum cs_err result = open_provider(opened, cs_provider_kind(row), settings, engine->log, error);

    if (result == CS_OK)
        measure_provider(engine->metrics, row, opened);
    return result == CS_OK && engine->wrap != NULL ? wrap_provider(engine, opened, error) : result;
}

/* The place of the open provider, or one to open it in; NULL: all are in use. */
static struct opened *find_opened(struct cs_engine *engine, const struct cs_provider_kind *kind,
                                  const union cs_provider_settings *settings)
{
    struct opened *unused = NULL;

    for (size_t i = 0; i < PROVIDERS_MAX; i++) {
        struct opened *opened = &engine->opened[i];

        if (is_opened(opened, kind, settings))
            return opened;
        if (opened->users == 0 && (unused == NULL || opened->used < unused->used))
            unused = opened;
    }
    return unused;
}

enum cs_err cs_engine_provider(struct cs_engine *engine, const struct cs_options *options,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    const struct cs_provider_kind *kind;
    union cs_provider_settings settings;
    struct opened *opened;
    size_t row = 0;
    enum cs_err result = cs_options_check_provider(options, &row, error);

    if (result != CS_OK)
        return result;
    kind = cs_provider_kind(row);
    settings = options->providers[row];
    result = cs_key_credential_set(engine->key_path, kind, &settings, error);
    if (result != CS_OK)
        return result;
    pthread_mutex_lock(&engine->mutex);
    opened = find_opened(engine, kind, &settings);
    if (opened == NULL)
        result = cs_fail(error, CS_ERR_LIMIT, "more than %d configurations are in use at once",
                         PROVIDERS_MAX);
    else if (!is_opened(opened, kind, &settings))
        result = open_measured(engine, row, &settings, opened, error);
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
