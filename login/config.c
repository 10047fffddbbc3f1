#include "login/config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/trusted_open.h"
#include "login/config_priv.h"
#include "json/json.h"

enum { FILE_BYTES_MAX = 256 * 1024, CACHE_PLACES = 8 };

static const struct cs_trust file_trust = {.owner = 0, .forbidden = 0027};

struct assignment {
    const struct cs_option *option;
    char *value;
    char *service; /* NULL: every service */
};

struct cs_config {
    atomic_uint references;
    struct assignment *assignments;
    size_t count;
};

enum cs_err cs_config_open(const char *path, int *ret_fd, struct cs_error *error)
{
    enum cs_err result = cs_open_trusted(path, &file_trust, ret_fd, error);

    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: there is no configuration; '{}' in a file of mode 0640 is one", path);
    return result;
}

/* ---- reading ---- */

static enum cs_err add_assignment(struct cs_config *config, const struct cs_option *option,
                                  const char *service, struct cs_buffer *value)
{
    struct assignment *grown =
        reallocarray(config->assignments, config->count + 1, sizeof *config->assignments);
    struct assignment *added;

    if (grown == NULL)
        return CS_ERR_NOMEM;
    config->assignments = grown;
    added = &grown[config->count++];
    added->option = option;
    added->value = cs_buffer_take(value);
    added->service = service ? strdup(service) : NULL;
    return added->value == NULL || (service != NULL && added->service == NULL) ? CS_ERR_NOMEM
                                                                               : CS_OK;
}

/* A list of names becomes the comma-separated form that a PAM line has. */
static bool join_strings(const struct cs_json_value *array, struct cs_buffer *out)
{
    for (const struct cs_json_value *item = cs_json_first(array); item; item = cs_json_next(item)) {
        const char *text = cs_json_string(item, NULL);

        if (text == NULL || text[0] == '\0' || strchr(text, ',') != NULL)
            return false;
        cs_buffer_printf(out, "%s%s", out->length ? "," : "", text);
    }
    return true;
}

/* The written form of a value, when its JSON type is the option's. */
static bool write_value(const struct cs_option *option, const struct cs_json_value *value,
                        struct cs_buffer *out)
{
    enum cs_json_type type = cs_json_type(value);
    int64_t number = 0;
    bool flag = false;

    switch (option->type) {
    case CS_OPTION_FLAG:
        if (!cs_json_bool(value, &flag))
            return false;
        cs_buffer_text(out, flag ? "yes" : "no");
        return true;
    case CS_OPTION_NUMBER:
        if (!cs_json_integer(value, &number))
            return false;
        cs_buffer_printf(out, "%lld", (long long)number);
        return true;
    case CS_OPTION_GROUPS:
        if (type == CS_JSON_ARRAY)
            return join_strings(value, out);
        break;
    default:
        break;
    }
    if (type != CS_JSON_STRING)
        return false;
    cs_buffer_text(out, cs_json_string(value, NULL));
    return true;
}

static const char *expected_type(const struct cs_option *option)
{
    static const char *const names[] = {
        [CS_OPTION_FLAG] = "true or false", [CS_OPTION_NUMBER] = "a number",
        [CS_OPTION_CHOICE] = "a string",    [CS_OPTION_GROUPS] = "a string or a list of strings",
        [CS_OPTION_TEXT] = "a string",      [CS_OPTION_PATH] = "a string"};

    return names[option->type];
}

static enum cs_err read_option(struct cs_config *config, const struct cs_json *document,
                               const struct cs_json_value *member, const char *service,
                               struct cs_error *error)
{
    const char *key = cs_json_key(member);
    const struct cs_option *option = cs_option_find(key, strlen(key));
    CS_AUTO(cs_buffer_free) struct cs_buffer value = {0};
    struct cs_error inner = {0};
    struct cs_options scratch;

    if (option == NULL || (option->where & CS_FROM_FILE) == 0)
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "there is no option '%s' for this file; see 'countersign options'",
                                key);
    if (service != NULL && option->scope != CS_SCOPE_LOGIN)
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "'%s' holds for the whole broker and cannot differ by service",
                                key);
    if (!write_value(option, member, &value))
        return cs_json_fail(error, CS_ERR_CONFIG, document, member, "%s: %s expected, found %s",
                            key, expected_type(option), cs_json_type_name(cs_json_type(member)));
    cs_buffer_text(&value, "");
    if (value.failed)
        return cs_fail_nomem(error);
    if (cs_option_set(option, value.text, &scratch, &inner) != CS_OK)
        return cs_json_fail(error, CS_ERR_CONFIG, document, member, "%s", inner.text);
    return add_assignment(config, option, service, &value) == CS_OK ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err read_members(struct cs_config *config, const struct cs_json *document,
                                const struct cs_json_value *object, const char *service,
                                struct cs_error *error);

static enum cs_err read_services(struct cs_config *config, const struct cs_json *document,
                                 const struct cs_json_value *services, struct cs_error *error)
{
    if (cs_json_type(services) != CS_JSON_OBJECT)
        return cs_json_fail(error, CS_ERR_CONFIG, document, services,
                            "services: an object of PAM service names expected, found %s",
                            cs_json_type_name(cs_json_type(services)));
    for (const struct cs_json_value *member = cs_json_first(services); member;
         member = cs_json_next(member)) {
        enum cs_err result;

        if (cs_json_type(member) != CS_JSON_OBJECT)
            return cs_json_fail(error, CS_ERR_CONFIG, document, member,
                                "service '%s': an object of options expected, found %s",
                                cs_json_key(member), cs_json_type_name(cs_json_type(member)));
        result = read_members(config, document, member, cs_json_key(member), error);
        if (result != CS_OK)
            return result;
    }
    return CS_OK;
}

static enum cs_err read_members(struct cs_config *config, const struct cs_json *document,
                                const struct cs_json_value *object, const char *service,
                                struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (const struct cs_json_value *member = cs_json_first(object); member && result == CS_OK;
         member = cs_json_next(member)) {
        if (service == NULL && strcmp(cs_json_key(member), "services") == 0)
            result = read_services(config, document, member, error);
        else
            result = read_option(config, document, member, service, error);
    }
    return result;
}

enum cs_err cs_config_parse(const char *name, const char *text, size_t length,
                            struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = calloc(1, sizeof *config);
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result;

    if (config == NULL)
        return cs_fail_nomem(error);
    config->references = 1;
    result = cs_json_parse(name, text, length, CS_JSON_TOLERANT, &document, error);
    if (result != CS_OK)
        return result;
    if (cs_json_type(cs_json_root(document)) != CS_JSON_OBJECT)
        return cs_json_fail(error, CS_ERR_CONFIG, document, cs_json_root(document),
                            "an object of options expected, found %s",
                            cs_json_type_name(cs_json_type(cs_json_root(document))));
    result = read_members(config, document, cs_json_root(document), NULL, error);
    if (result != CS_OK)
        return result;
    *ret_config = config;
    config = NULL;
    return CS_OK;
}

void cs_config_release(struct cs_config **config)
{
    struct cs_config *old = *config;

    *config = NULL;
    if (old == NULL || atomic_fetch_sub(&old->references, 1) > 1)
        return;
    for (size_t i = 0; i < old->count; i++) {
        free(old->assignments[i].value);
        free(old->assignments[i].service);
    }
    free(old->assignments);
    free(old);
}

static void apply_for(const struct cs_config *config, const char *service,
                      struct cs_options *options)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct assignment *item = &config->assignments[i];
        bool matches = service ? item->service != NULL && strcmp(item->service, service) == 0
                               : item->service == NULL;

        /* Cannot fail: the value was set once when the file was loaded. */
        if (matches && cs_option_set(item->option, item->value, options, NULL) != CS_OK)
            continue;
    }
}

void cs_config_apply(const struct cs_config *config, const char *service,
                     struct cs_options *options)
{
    apply_for(config, NULL, options);
    apply_for(config, service, options);
}

/* ---- cache ---- */

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
