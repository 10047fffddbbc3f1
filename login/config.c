/* SPDX-License-Identifier: Apache-2.0 */
/* Our own file, and what a login takes from the files. */
#include "login/config.h"

#include <stdlib.h>
#include <string.h>

#include "login/config_priv.h"
#include "login/option_checks.h"
#include "login/other_modules.h"
#include "providers/registry.h"
#include "settings/member.h"
#include "settings/suggest.h"

/* ---- one option ---- */

static enum cs_err refuse_key(const struct cs_option *option, bool found,
                              const struct cs_json *document, const struct cs_json_value *member,
                              const char *service, struct cs_error *error)
{
    const char *key = cs_json_key(member);
    const struct cs_setting_mistake *other =
        cs_suggest_mistake(cs_other_module_words, key, strlen(key));

    if (!found)
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "there is no option '%s' for this file; %s%s", key,
                                other ? "other modules have it: " : "see 'countersign options'",
                                other ? other->meant : "");
    if (service != NULL && option->row->scope != CS_SCOPE_LOGIN)
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "'%s' is not a setting of a login and cannot differ by service",
                                key);
    return CS_OK;
}

static enum cs_err read_option(struct cs_config *config, const struct cs_json *document,
                               const struct cs_json_value *member, const char *service,
                               struct cs_error *error)
{
    enum cs_level level = service ? CS_LEVEL_SERVICE : CS_LEVEL_FILE;
    const char *key = cs_json_key(member);
    CS_AUTO(cs_buffer_free) struct cs_buffer value = {0};
    struct cs_assignment *assignment;
    struct cs_option option;
    bool inverted = false;
    bool found = cs_option_find(key, strlen(key), &option, &inverted) && !inverted &&
                 (option.row->where & CS_FROM_FILE) != 0;
    enum cs_err result = refuse_key(&option, found, document, member, service, error);
    enum cs_text text;

    if (result != CS_OK)
        return result;
    if (cs_config_assigns(config, &option, level, service))
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "'%s' is set twice, under two spellings", option.row->name);
    assignment = cs_config_add(config, &option, level, service);
    if (assignment == NULL)
        return cs_fail_nomem(error);
    cs_json_position(document, member, &assignment->line, &assignment->column);
    if (cs_option_is_text(option.row, &text))
        return cs_config_read_text(assignment, text, document, member, error);
    result = cs_setting_read(option.row, document, member, CS_MEMBER_STRICT, &value, error);
    if (result != CS_OK)
        return result;
    assignment->value = cs_buffer_take(&value);
    return assignment->value != NULL ? CS_OK : cs_fail_nomem(error);
}

/* ---- the whole file ---- */

static enum cs_err read_options(struct cs_config *config, const struct cs_json *document,
                                const struct cs_json_value *object, const char *service,
                                struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (const struct cs_json_value *member = cs_json_first(object); member && result == CS_OK;
         member = cs_json_next(member))
        result = read_option(config, document, member, service, error);
    return result;
}

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
                     ? read_options(config, document, member, name, error)
                     : cs_fail_nomem(error);
    }
    return result;
}

static enum cs_err read_ibm_path(struct cs_config *config, const struct cs_json *document,
                                 const struct cs_json_value *value, struct cs_error *error)
{
    const char *path = cs_json_string(value, NULL);

    if (path == NULL || path[0] != '/')
        return cs_json_fail(error, CS_ERR_CONFIG, document, value,
                            "ibm_auth_config: an absolute path expected");
    config->ibm_path = strdup(path);
    return config->ibm_path ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err read_member(struct cs_config *config, const struct cs_json *document,
                               const struct cs_json_value *member, struct cs_error *error)
{
    const char *key = cs_json_key(member);
    size_t kind_row = 0;

    if (strcmp(key, "services") == 0)
        return read_services(config, document, member, error);
    if (strcmp(key, "ibm_auth_config") == 0)
        return read_ibm_path(config, document, member, error);
    if (cs_config_find_section(key, &kind_row))
        return cs_config_read_section(config, document, member, kind_row, error);
    return read_option(config, document, member, NULL, error);
}

static enum cs_err read_file(struct cs_config *config, const struct cs_json *document,
                             struct cs_error *error)
{
    const struct cs_json_value *root = cs_json_root(document);
    enum cs_err result = CS_OK;

    if (cs_json_type(root) != CS_JSON_OBJECT)
        return cs_json_fail(error, CS_ERR_CONFIG, document, root,
                            "an object of options expected, found %s",
                            cs_json_type_name(cs_json_type(root)));
    for (const struct cs_json_value *member = cs_json_first(root); member && result == CS_OK;
         member = cs_json_next(member))
        result = read_member(config, document, member, error);
    if (result == CS_OK && config->ibm_path != NULL && cs_json_get(root, CS_IBM_PROVIDER) != NULL)
        return cs_json_fail(error, CS_ERR_CONFIG, document, root,
                            CS_IBM_PROVIDER " and ibm_auth_config are both given; give only one");
    return result;
}

enum cs_err cs_config_parse(const char *name, const char *text, size_t length,
                            struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = cs_config_new();
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result;

    if (config == NULL || (config->name = strdup(name)) == NULL)
        return cs_fail_nomem(error);
    result = cs_json_parse(name, text, length, CS_JSON_TOLERANT, &document, error);
    if (result == CS_OK)
        result = read_file(config, document, error);
    if (result != CS_OK)
        return result;
    cs_options_defaults(config->profile, &config->base);
    cs_config_apply(config, CS_LEVEL_SECTION, NULL, &config->base);
    cs_config_apply(config, CS_LEVEL_FILE, NULL, &config->base);
    *ret_config = config;
    config = NULL;
    return CS_OK;
}

/* ---- use ---- */

/* The one of a pair that has the ids. */
static const struct cs_config *ids_of(const struct cs_config *config)
{
    return config->ibm ? config->ibm : config;
}

static void apply_instance(const struct cs_config *config, const char *id,
                           struct cs_options *options)
{
    const struct cs_instance *instance = cs_config_instance(config, id);

    /* Cannot fail: each argument was tried when the file was read. */
    if (instance != NULL)
        cs_ignore(cs_options_from_arguments(&instance->arguments, options, NULL, NULL));
}

void cs_config_options(const struct cs_config *config, const char *service, const char *id,
                       struct cs_options *ret_options)
{
    const struct cs_config *own = config->own ? config->own : config;
    const struct cs_config *first = ids_of(config);

    *ret_options = first->base;
    if (config->own != NULL) {
        cs_config_apply(own, CS_LEVEL_SECTION, NULL, ret_options);
        cs_config_apply_extra_files(own, ret_options);
    }
    apply_instance(first, id, ret_options);
    if (config->own != NULL)
        cs_config_apply(own, CS_LEVEL_FILE, NULL, ret_options);
    cs_config_apply(own, CS_LEVEL_SERVICE, service, ret_options);
    cs_config_apply_map(own, ret_options);
}

/* An unknown id might have set a factor, so it is refused, never ignored: the line's own, and the
 * usual one (NULL) if the file has others. The error lists the known ids and the one that was
 * probably meant. */
static enum cs_err refuse_id(const struct cs_config *config, const char *id, struct cs_error *error)
{
    const struct cs_config *ibm = ids_of(config);
    const char *wanted = id ? id : CS_IBM_DEFAULT_ID;
    struct cs_suggestion suggestion = cs_suggest_start(wanted, strlen(wanted));
    CS_AUTO(cs_buffer_free) struct cs_buffer known = {0}, meant = {0};

    for (size_t i = 0; i < ibm->instances_count; i++) {
        cs_buffer_printf(&known, "%s'%s'", i > 0 ? ", " : "", ibm->instances[i].id);
        cs_suggest_consider(&suggestion, ibm->instances[i].id);
    }
    cs_suggest_print(&suggestion, &meant);
    if (known.failed || meant.failed)
        return cs_fail_nomem(error);
    if (ibm->profile != CS_PROFILE_IBM)
        return cs_fail(error, CS_ERR_CONFIG,
                       "id: there is no '%s' in %s, which has no ids: they belong to a file of "
                       "IBM's gateway",
                       id, config->name);
    if (id == NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "id: the PAM line has none, and there is no '" CS_IBM_DEFAULT_ID
                       "' in %s, which has %s; write id=NAME on the line, or correct the name in "
                       "the file",
                       ibm->name, known.text);
    return cs_fail(error, CS_ERR_CONFIG, "id: there is no '%s' in %s, which has %s%s", id,
                   ibm->name, known.length > 0 ? known.text : "none", meant.text ? meant.text : "");
}

/* A file without any needs none. */
static bool has_id(const struct cs_config *ibm, const char *id)
{
    return (id == NULL && ibm->instances_count == 0) || cs_config_instance(ibm, id) != NULL;
}

enum cs_err cs_config_line(const struct cs_config *config, const char *service,
                           const struct cs_strlist *arguments, struct cs_options *ret_options,
                           struct cs_strlist *ret_warnings, struct cs_error *error)
{
    const char *id = cs_options_line_value(arguments, "id"), *of_file;
    enum cs_err result;

    cs_config_options(config, service, id, ret_options);
    of_file = ret_options->user_env;
    result = cs_options_from_arguments(arguments, ret_options, ret_warnings, error);
    if (result == CS_OK && ret_options->user_env == of_file)
        result = cs_config_check_user_env(of_file, error);
    if (result == CS_OK && !has_id(ids_of(config), id))
        return refuse_id(config, id, error);
    /* Some arguments only make sense together; a bad combination is refused like a bad value. */
    if (result == CS_OK)
        result = cs_mapping_check(&ret_options->mapping, error);
    if (result == CS_OK)
        result = cs_options_expect_one_answer(ret_options, error);
    cs_options_prefer_enrol_by(ret_options);
    if (result == CS_OK)
        result = cs_options_check_self_enrol(ret_options, error);
    return result;
}
