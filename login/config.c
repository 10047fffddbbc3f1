/* SPDX-License-Identifier: Apache-2.0 */
#include "login/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "conversation/template.h"
#include "i18n/language.h"
#include "login/config_priv.h"

struct assignment {
    const struct cs_option *option;
    char *value;
    char *service;                    /* NULL: every service */
    struct cs_text_variant *variants; /* of a text that differs by language; NULL otherwise */
    size_t variants_count;
};

/* A new row; NULL when memory ran out. */
static struct assignment *add_assignment(struct cs_config *config, const struct cs_option *option,
                                         const char *service)
{
    struct assignment *grown =
        reallocarray(config->assignments, config->count + 1, sizeof *config->assignments);

    if (grown == NULL)
        return NULL;
    config->assignments = grown;
    grown += config->count;
    *grown = (struct assignment){.option = option, .service = service ? strdup(service) : NULL};
    config->count++;
    return service == NULL || grown->service != NULL ? grown : NULL;
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
    case CS_OPTION_ORIGINS:
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
    static const char *const names[] = {[CS_OPTION_FLAG] = "true or false",
                                        [CS_OPTION_NUMBER] = "a number",
                                        [CS_OPTION_CHOICE] = "a string",
                                        [CS_OPTION_NAME] = "a string",
                                        [CS_OPTION_GROUPS] = "a string or a list of strings",
                                        [CS_OPTION_TEXT] = "a string",
                                        [CS_OPTION_LANG] = "a string",
                                        [CS_OPTION_PATH] = "a string",
                                        [CS_OPTION_STRING] = "a string",
                                        [CS_OPTION_NAME_OF_VARIABLE] = "a string",
                                        [CS_OPTION_APP_ID] = "a string",
                                        [CS_OPTION_ORIGINS] = "a string or a list of strings"};

    return names[option->type];
}

static bool is_assigned(const struct cs_config *config, const struct cs_option *option,
                        const char *service)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct assignment *item = &config->assignments[i];

        if (item->option == option &&
            (service ? item->service && strcmp(item->service, service) == 0 : !item->service))
            return true;
    }
    return false;
}

/* ---- texts: one for every language, or an object of languages ---- */

static enum cs_err add_variant(struct assignment *assignment, const struct cs_json *document,
                               const struct cs_json_value *value, const char *language,
                               struct cs_error *error)
{
    enum cs_text key = (enum cs_text)assignment->option->offset;
    const char *text = cs_json_string(value, NULL);
    struct cs_error inner = {0};
    struct cs_text_variant *added = &assignment->variants[assignment->variants_count];

    if (text == NULL)
        return cs_json_fail(error, CS_ERR_CONFIG, document, value,
                            "%s: a string expected, found %s", assignment->option->name,
                            cs_json_type_name(cs_json_type(value)));
    if (!cs_language_parse(language, added->language) && language[0] != '\0')
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, value,
                                "'%s' is no language such as fr or pt_BR", language);
    for (size_t i = 0; i < assignment->variants_count; i++) {
        if (strcmp(assignment->variants[i].language, added->language) == 0)
            return cs_json_fail_key(error, CS_ERR_CONFIG, document, value,
                                    "'%s' is there twice, under two spellings", language);
    }
    if (cs_template_check(key, text, &inner) != CS_OK ||
        cs_template_check_letters(key, text, &inner) != CS_OK)
        return cs_json_fail(error, CS_ERR_CONFIG, document, value, "%s: %s",
                            assignment->option->name, inner.text);
    added->text = strdup(text);
    assignment->variants_count += added->text != NULL;
    return added->text ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err read_text(struct cs_config *config, const struct cs_option *option,
                             const struct cs_json *document, const struct cs_json_value *value,
                             const char *service, struct cs_error *error)
{
    bool by_language = cs_json_type(value) == CS_JSON_OBJECT;
    size_t count = by_language ? cs_json_count(value) : 1;
    struct assignment *assignment = add_assignment(config, option, service);
    enum cs_err result = CS_OK;

    if (assignment == NULL)
        return cs_fail_nomem(error);
    assignment->variants = calloc(count ? count : 1, sizeof *assignment->variants);
    if (assignment->variants == NULL)
        return cs_fail_nomem(error);
    if (!by_language)
        return add_variant(assignment, document, value, "", error);
    for (const struct cs_json_value *item = cs_json_first(value); item && result == CS_OK;
         item = cs_json_next(item))
        result = add_variant(assignment, document, item, cs_json_key(item), error);
    return result;
}

static enum cs_err read_option(struct cs_config *config, const struct cs_json *document,
                               const struct cs_json_value *member, const char *service,
                               struct cs_error *error)
{
    const char *key = cs_json_key(member);
    bool inverted = false;
    const struct cs_option *option = cs_option_find(key, strlen(key), &inverted);
    CS_AUTO(cs_buffer_free) struct cs_buffer value = {0};
    struct cs_error inner = {0};
    struct assignment *assignment;
    struct cs_options scratch;

    if (option == NULL || inverted || (option->where & CS_FROM_FILE) == 0)
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "there is no option '%s' for this file; see 'countersign options'",
                                key);
    if (is_assigned(config, option, service))
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "'%s' is set twice, under two spellings", option->name);
    if (service != NULL && option->scope != CS_SCOPE_LOGIN)
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "'%s' is no setting of a login and cannot differ by service", key);
    if (option->type == CS_OPTION_TEXT)
        return read_text(config, option, document, member, service, error);
    if (!write_value(option, member, &value))
        return cs_json_fail(error, CS_ERR_CONFIG, document, member, "%s: %s expected, found %s",
                            key, expected_type(option), cs_json_type_name(cs_json_type(member)));
    cs_buffer_text(&value, "");
    if (value.failed)
        return cs_fail_nomem(error);
    if (cs_option_set(option, value.text, &scratch, &inner) != CS_OK)
        return cs_json_fail(error, CS_ERR_CONFIG, document, member, "%s", inner.text);
    assignment = add_assignment(config, option, service);
    if (assignment != NULL)
        assignment->value = cs_buffer_take(&value);
    return assignment != NULL && assignment->value != NULL ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err read_members(struct cs_config *config, const struct cs_json *document,
                                const struct cs_json_value *object, const char *service,
                                struct cs_error *error);

static enum cs_err read_services(struct cs_config *config, const struct cs_json *document,
                                 const struct cs_json_value *services, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    if (cs_json_type(services) != CS_JSON_OBJECT)
        return cs_json_fail(error, CS_ERR_CONFIG, document, services,
                            "services: an object of PAM service names expected, found %s",
                            cs_json_type_name(cs_json_type(services)));
    for (const struct cs_json_value *member = cs_json_first(services); member && result == CS_OK;
         member = cs_json_next(member)) {
        const char *name = cs_json_key(member);

        if (cs_json_type(member) != CS_JSON_OBJECT)
            return cs_json_fail(error, CS_ERR_CONFIG, document, member,
                                "service '%s': an object of options expected, found %s", name,
                                cs_json_type_name(cs_json_type(member)));
        result = cs_strlist_add(&config->services, name, strlen(name)) == CS_OK
                     ? read_members(config, document, member, name, error)
                     : cs_fail_nomem(error);
    }
    return result;
}

static enum cs_err read_members(struct cs_config *config, const struct cs_json *document,
                                const struct cs_json_value *object, const char *service,
                                struct cs_error *error)
{
    static const struct {
        const char *name;
        enum cs_err (*read)(struct cs_config *, const struct cs_json *,
                            const struct cs_json_value *, struct cs_error *);
    } sections[] = {{"services", read_services},
                    {"verify", cs_config_read_verify},
                    {"ibm_auth_config", cs_config_read_ibm_path}};
    enum cs_err result = CS_OK;

    for (const struct cs_json_value *member = cs_json_first(object); member && result == CS_OK;
         member = cs_json_next(member)) {
        size_t i = service == NULL ? 0 : CS_ARRAY_SIZE(sections);

        while (i < CS_ARRAY_SIZE(sections) && strcmp(sections[i].name, cs_json_key(member)) != 0)
            i++;
        result = i < CS_ARRAY_SIZE(sections)
                     ? sections[i].read(config, document, member, error)
                     : read_option(config, document, member, service, error);
    }
    if (result == CS_OK && config->ibm_path != NULL && config->verify.given)
        return cs_json_fail(error, CS_ERR_CONFIG, document, object,
                            "verify and ibm_auth_config are both there; one of them expected");
    return result;
}

static void apply_for(const struct cs_config *config, const char *service,
                      struct cs_options *options)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct assignment *item = &config->assignments[i];
        bool matches = service ? item->service != NULL && strcmp(item->service, service) == 0
                               : item->service == NULL;

        if (matches && item->option->type == CS_OPTION_TEXT)
            options->texts[item->option->offset] =
                (struct cs_text_setting){item->variants, item->variants_count};
        /* Cannot fail: the value was set once when the file was loaded. */
        else if (matches && cs_option_set(item->option, item->value, options, NULL) != CS_OK)
            continue;
    }
}

enum cs_err cs_config_parse(const char *name, const char *text, size_t length,
                            struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = cs_config_new();
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result;

    if (config == NULL)
        return cs_fail_nomem(error);
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
    cs_options_defaults(config->profile, &config->base);
    apply_for(config, NULL, &config->base);
    *ret_config = config;
    config = NULL;
    return CS_OK;
}

/* ---- lifetime and use ---- */

struct cs_config *cs_config_new(void)
{
    struct cs_config *config = calloc(1, sizeof *config);

    if (config != NULL)
        config->references = 1;
    return config;
}

static void free_assignment(struct assignment *assignment)
{
    for (size_t i = 0; i < assignment->variants_count; i++)
        free(assignment->variants[i].text);
    free(assignment->variants);
    free(assignment->value);
    free(assignment->service);
}

void cs_config_release(struct cs_config **config)
{
    struct cs_config *old = *config;

    *config = NULL;
    if (old == NULL || atomic_fetch_sub(&old->references, 1) > 1)
        return;
    for (size_t i = 0; i < old->count; i++)
        free_assignment(&old->assignments[i]);
    free(old->assignments);
    cs_config_free_instances(old);
    cs_verify_settings_clear(&old->verify);
    for (size_t i = 0; i < old->beside_count; i++)
        free(old->beside[i].path);
    cs_strlist_free(&old->services);
    cs_strlist_free(&old->warnings);
    free(old->secret_file);
    free(old->ibm_path);
    cs_config_release(&old->own);
    cs_config_release(&old->ibm);
    free(old);
}

const struct cs_verify_settings *cs_config_verify(const struct cs_config *config)
{
    return config->ibm ? &config->ibm->verify : &config->verify;
}

const char *cs_config_ibm_path(const struct cs_config *config)
{
    return config->own ? config->own->ibm_path : config->ibm_path;
}

const struct cs_strlist *cs_config_services(const struct cs_config *config)
{
    return config->own ? &config->own->services : &config->services;
}

const struct cs_strlist *cs_config_warnings(const struct cs_config *config)
{
    return config->ibm ? &config->ibm->warnings : &config->warnings;
}

void cs_config_options(const struct cs_config *config, const char *service, const char *id,
                       struct cs_options *ret_options)
{
    const struct cs_config *own = config->own ? config->own : config;
    const struct cs_config *first = config->ibm ? config->ibm : config;

    *ret_options = first->base;
    cs_config_apply_instance(first, id ? id : CS_IBM_DEFAULT_ID, ret_options);
    if (config->own != NULL)
        apply_for(own, NULL, ret_options);
    apply_for(own, service, ret_options);
}

enum cs_err cs_config_line(const struct cs_config *config, const char *service,
                           const struct cs_strlist *arguments, struct cs_options *ret_options,
                           struct cs_strlist *ret_warnings, struct cs_error *error)
{
    const char *of_file;
    enum cs_err result;

    cs_config_options(config, service, cs_options_line_value(arguments, "id"), ret_options);
    of_file = ret_options->user_env;
    result = cs_options_from_arguments(arguments, ret_options, ret_warnings, error);
    if (result == CS_OK && ret_options->user_env == of_file)
        result = cs_config_check_user_env(of_file, error);
    /* Arguments that only together make sense; they refuse like any bad value. */
    if (result == CS_OK)
        result = cs_mapping_check(&ret_options->mapping, error);
    return result;
}
