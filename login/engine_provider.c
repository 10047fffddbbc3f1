/* SPDX-License-Identifier: Apache-2.0 */
/* Providers, each opened by the first login that needs it. */
#include "login/engine_priv.h"
#include "login/key_credential.h"

static bool is_opened(const struct cs_opened *opened, const struct cs_provider_kind *kind,
                      const union cs_provider_settings *settings)
{
    return opened->provider != NULL && opened->kind == kind &&
           cs_settings_equal(kind->rows, &opened->settings, settings);
}

void cs_opened_close(struct cs_opened *opened)
{
    if (opened->provider != NULL)
        cs_provider_close(&opened->provider);
    if (opened->kind != NULL)
        cs_settings_clear(opened->kind->rows, &opened->settings, sizeof opened->settings);
    *opened = (struct cs_opened){0};
}

/* Without memory it goes unmeasured. */
static void measure_provider(struct cs_metrics *metrics, size_t row, struct cs_opened *opened)
{
    struct cs_provider *measured =
        metrics != NULL ? cs_metrics_wrap(metrics, (unsigned)row, opened->provider) : NULL;

    if (measured != NULL)
        opened->provider = measured;
}

static enum cs_err open_provider(struct cs_opened *opened, const struct cs_provider_kind *kind,
                                 const union cs_provider_settings *settings,
                                 const struct cs_log *log, struct cs_error *error)
{
    enum cs_err result;

    cs_opened_close(opened);
    opened->kind = kind;
    result = cs_settings_copy(kind->rows, settings, &opened->settings, sizeof opened->settings)
                 ? kind->open(&opened->settings, log, &opened->provider, error)
                 : cs_fail_nomem(error);
    if (result != CS_OK)
        cs_opened_close(opened);
    return result;
}

/* Nothing may reach the provider past what is around it. */
static enum cs_err wrap_provider(const struct cs_engine *engine, struct cs_opened *opened,
                                 struct cs_error *error)
{
    struct cs_provider *wrapped = engine->wrap(engine->wrap_context, opened->provider);

    if (wrapped == NULL) {
        cs_opened_close(opened);
        return cs_fail_nomem(error);
    }
    opened->provider = wrapped;
    return CS_OK;
}

static enum cs_err open_measured(struct cs_engine *engine, size_t row,
                                 const union cs_provider_settings *settings,
                                 struct cs_opened *opened, struct cs_error *error)
{
    enum cs_err result = open_provider(opened, cs_provider_kind(row), settings, engine->log, error);

    if (result == CS_OK)
        measure_provider(engine->metrics, row, opened);
    return result == CS_OK && engine->wrap != NULL ? wrap_provider(engine, opened, error) : result;
}

/* The place of the open provider, or one to open it in; NULL: all are in use. */
static struct cs_opened *find_opened(struct cs_engine *engine, const struct cs_provider_kind *kind,
                                     const union cs_provider_settings *settings)
{
    struct cs_opened *unused = NULL;

    for (size_t i = 0; i < CS_ENGINE_PROVIDERS_MAX; i++) {
        struct cs_opened *opened = &engine->opened[i];

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
    struct cs_opened *opened;
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
                         CS_ENGINE_PROVIDERS_MAX);
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
    for (size_t i = 0; i < CS_ENGINE_PROVIDERS_MAX; i++) {
        if (engine->opened[i].provider == *provider)
            engine->opened[i].users--;
    }
    pthread_mutex_unlock(&engine->mutex);
    *provider = NULL;
}
