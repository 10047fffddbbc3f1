/* SPDX-License-Identifier: Apache-2.0 */
/* A file of IBM's gateway: how to reach the tenant, where the trace goes, and module arguments
 * moved out of the PAM line. Unknown members are warnings, as in the product. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "base/sanitise.h"
#include "login/config_priv.h"
#include "login/ibm_misplaced.h"
#include "providers/registry.h"

/* The file while it is being read. */
struct ibm_file {
    const char *name;
    const struct cs_json *document;
    struct cs_config *config;
    size_t kind_row;                 /* the provider's row in the registry */
    const struct cs_json_value *api; /* the section ibm-auth-api, or NULL */
    struct cs_error *error;
};

static enum cs_err warn_at(struct ibm_file *file, const struct cs_json_value *member,
                           const char *format, ...) CS_PRINTF(3, 4);

/* A warning points at the key, as an error would. */
static enum cs_err warn_at(struct ibm_file *file, const struct cs_json_value *member,
                           const char *format, ...)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    unsigned line, column;
    char text[512];
    va_list arguments;
    int length;

    cs_json_key_position(file->document, member, &line, &column);
    length = snprintf(text, sizeof text, "%.200s:%u:%u: ", file->name, line, column);
    va_start(arguments, format);
    (void)vsnprintf(text + length, sizeof text - (size_t)length, format, arguments);
    va_end(arguments);
    cs_sanitise(&clean, text, strlen(text));
    if (clean.failed || cs_strlist_add(&file->config->warnings, clean.text, clean.length) != CS_OK)
        return cs_fail_nomem(file->error);
    return CS_OK;
}

/* `where`, which may be "", ends in ": ". */
static enum cs_err warn_unknown(struct ibm_file *file, const struct cs_json_value *member,
                                const char *where, const char *what)
{
    enum cs_err result = cs_ibm_refuse_misplaced(file->document, member, file->error);

    return result == CS_OK ? warn_at(file, member, "%sunknown %s '%s' is ignored", where, what,
                                     cs_json_key(member))
                           : result;
}

static enum cs_err expect_object(struct ibm_file *file, const struct cs_json_value *member)
{
    if (cs_json_type(member) == CS_JSON_OBJECT)
        return CS_OK;
    return cs_json_fail(file->error, CS_ERR_CONFIG, file->document, member,
                        "%s: an object expected, found %s", cs_json_key(member),
                        cs_json_type_name(cs_json_type(member)));
}

/* Members of the section, and the trace's members of `pam`. Sets *ret_known. */
static enum cs_err read_setting(struct ibm_file *file, const struct cs_json_value *member,
                                unsigned where, bool *ret_known)
{
    const struct cs_section section = {file->config, file->document, file->kind_row, where};
    const struct cs_setting *row = NULL;
    enum cs_err result = cs_section_read_member(&section, member, &row, file->error);

    *ret_known = row != NULL;
    if (result == CS_OK && row != NULL && row->no_effect != NULL)
        result = warn_at(file, member, "'%s' has no effect: %s", row->name, row->no_effect);
    return result;
}

static enum cs_err read_api(struct ibm_file *file, const struct cs_json_value *section)
{
    enum cs_err result = expect_object(file, section);
    bool known;

    file->api = section;
    for (const struct cs_json_value *member = cs_json_first(section); member && result == CS_OK;
         member = cs_json_next(member)) {
        result = read_setting(file, member, CS_FROM_IBM_API, &known);
        if (result == CS_OK && !known)
            result = warn_unknown(file, member, "ibm-auth-api: ", "key");
    }
    return result;
}

/* ---- additional-args ---- */

/* Reads one argument as a PAM line would, so that a mistake has its place. */
static enum cs_err check_argument(struct ibm_file *file, const struct cs_json_value *member,
                                  const char *argument)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist one = {0};
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    struct cs_options scratch = {0};
    struct cs_error inner = {0};
    struct cs_option option;
    enum cs_err result = CS_OK;

    if (cs_option_find(argument, strcspn(argument, "="), &option, NULL) &&
        option.row->scope == CS_SCOPE_MODULE)
        return warn_at(file, member, "additional-args: '%s' has an effect on the PAM line only",
                       option.row->name);
    if (cs_strlist_add(&one, argument, strlen(argument)) != CS_OK)
        return cs_fail_nomem(file->error);
    result = cs_options_from_arguments(&one, &scratch, &warnings, &inner);
    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(file->error);
    if (result == CS_OK)
        result = cs_config_check_user_env(scratch.user_env, &inner);
    if (result != CS_OK)
        return cs_json_fail(file->error, CS_ERR_CONFIG, file->document, member,
                            "additional-args: %s", inner.text);
    for (size_t i = 0; i < warnings.count && result == CS_OK; i++)
        result = warn_at(file, member, "additional-args: %s", warnings.items[i]);
    return result;
}

static enum cs_err add_argument(struct ibm_file *file, const struct cs_json_value *member,
                                struct cs_strlist *arguments, const char *argument)
{
    enum cs_err result = check_argument(file, member, argument);

    if (result == CS_OK && cs_strlist_add(arguments, argument, strlen(argument)) != CS_OK)
        result = cs_fail_nomem(file->error);
    return result;
}

/* "retry=1", "debug" */
static enum cs_err read_list(struct ibm_file *file, const struct cs_json_value *list,
                             struct cs_strlist *arguments)
{
    enum cs_err result = CS_OK;

    for (const struct cs_json_value *item = cs_json_first(list); item && result == CS_OK;
         item = cs_json_next(item)) {
        const char *text = cs_json_string(item, NULL);

        if (text == NULL)
            return cs_json_fail(file->error, CS_ERR_CONFIG, file->document, item,
                                "additional-args: a string such as \"retry=1\" expected, found %s",
                                cs_json_type_name(cs_json_type(item)));
        result = add_argument(file, item, arguments, text);
    }
    return result;
}

/* "retry": 1, "debug": true */
static enum cs_err read_pair(struct ibm_file *file, const struct cs_json_value *member,
                             struct cs_strlist *arguments)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer argument = {0};
    const char *key = cs_json_key(member), *text = cs_json_string(member, NULL);
    int64_t number = 0;
    bool flag = false;

    if (strchr(key, '=') != NULL)
        return cs_json_fail_key(file->error, CS_ERR_CONFIG, file->document, member,
                                "additional-args: a name without '=' expected");
    if (text != NULL)
        cs_buffer_printf(&argument, "%s=%s", key, text);
    else if (cs_json_bool(member, &flag))
        cs_buffer_printf(&argument, "%s=%s", key, flag ? "true" : "false");
    else if (cs_json_integer(member, &number))
        cs_buffer_printf(&argument, "%s=%lld", key, (long long)number);
    else
        return cs_json_fail(file->error, CS_ERR_CONFIG, file->document, member,
                            "%s: a string, a whole number, true or false expected, found %s", key,
                            cs_json_type_name(cs_json_type(member)));
    if (argument.failed)
        return cs_fail_nomem(file->error);
    return add_argument(file, member, arguments, argument.text);
}

static enum cs_err read_arguments(struct ibm_file *file, const struct cs_json_value *value,
                                  struct cs_strlist *arguments)
{
    enum cs_err result = CS_OK;

    if (cs_json_type(value) == CS_JSON_ARRAY)
        return read_list(file, value, arguments);
    if (cs_json_type(value) != CS_JSON_OBJECT)
        return cs_json_fail(file->error, CS_ERR_CONFIG, file->document, value,
                            "additional-args: a list of strings or an object expected, found %s",
                            cs_json_type_name(cs_json_type(value)));
    for (const struct cs_json_value *member = cs_json_first(value); member && result == CS_OK;
         member = cs_json_next(member))
        result = read_pair(file, member, arguments);
    return result;
}

static enum cs_err read_instance(struct ibm_file *file, const struct cs_json_value *object)
{
    struct cs_config *config = file->config;
    const char *id = cs_json_key(object);
    CS_AUTO(cs_buffer_free) struct cs_buffer where = {0};
    enum cs_err result = CS_OK;
    struct cs_instance *grown;

    if (cs_config_instance(config, id) != NULL)
        return cs_json_fail_key(file->error, CS_ERR_CONFIG, file->document, object,
                                "'%s' is given twice, under two spellings", id);
    cs_buffer_printf(&where, "%s: ", id);
    grown = where.failed
                ? NULL
                : reallocarray(config->instances, config->instances_count + 1, sizeof *grown);
    if (grown == NULL)
        return cs_fail_nomem(file->error);
    config->instances = grown;
    grown += config->instances_count;
    *grown = (struct cs_instance){.id = strdup(id)};
    if (grown->id == NULL)
        return cs_fail_nomem(file->error);
    config->instances_count++;
    for (const struct cs_json_value *member = cs_json_first(object); member && result == CS_OK;
         member = cs_json_next(member)) {
        result = strcmp(cs_json_key(member), CS_IBM_ARGUMENTS) == 0
                     ? read_arguments(file, member, &grown->arguments)
                     : warn_unknown(file, member, where.text, "key");
    }
    return result;
}

static enum cs_err read_pam(struct ibm_file *file, const struct cs_json_value *section)
{
    enum cs_err result = expect_object(file, section);

    for (const struct cs_json_value *member = cs_json_first(section); member && result == CS_OK;
         member = cs_json_next(member)) {
        bool known = false;

        result = read_setting(file, member, CS_FROM_IBM_PAM, &known);
        if (result != CS_OK || known)
            continue;
        if (cs_json_type(member) == CS_JSON_OBJECT && !cs_ibm_means_arguments(member))
            result = read_instance(file, member);
        else if (cs_same_name(cs_json_key(member), CS_IBM_DEFAULT_ID, sizeof CS_IBM_DEFAULT_ID - 1))
            result = expect_object(file, member);
        else
            result = warn_unknown(file, member, "pam: ", "key");
    }
    return result;
}

static enum cs_err read_daemon(struct ibm_file *file, const struct cs_json_value *section)
{
    return warn_at(file, section, "'%s' has no effect: IBM's daemon is not used",
                   cs_json_key(section));
}

/* ---- the whole file ---- */

static enum cs_err read_sections(struct ibm_file *file)
{
    static const struct {
        const char *name;
        enum cs_err (*read)(struct ibm_file *, const struct cs_json_value *);
    } sections[] = {
        {"ibm-auth-api", read_api},
        {"pam", read_pam},
        {"ibm-authd", read_daemon},
    };
    enum cs_err result = CS_OK;

    for (const struct cs_json_value *member = cs_json_first(cs_json_root(file->document));
         member && result == CS_OK; member = cs_json_next(member)) {
        size_t i = 0;

        while (i < CS_ARRAY_SIZE(sections) && strcmp(sections[i].name, cs_json_key(member)) != 0)
            i++;
        result = i < CS_ARRAY_SIZE(sections) ? sections[i].read(file, member)
                                             : warn_unknown(file, member, "", "section");
    }
    return result;
}

/* Warnings that come with it have no place of their own, so they get the section's. */
static enum cs_err complete(struct ibm_file *file)
{
    const struct cs_section section = {file->config, file->document, file->kind_row, 0};
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};
    enum cs_err result;

    if (file->api == NULL)
        return cs_json_fail(file->error, CS_ERR_CONFIG, file->document,
                            cs_json_root(file->document),
                            "the section 'ibm-auth-api' is missing; is this a file of IBM's "
                            "gateway?");
    result = cs_section_complete(&section, file->api, &warnings, file->error);
    for (size_t i = 0; i < warnings.count && result == CS_OK; i++)
        result = warn_at(file, file->api, "%s", warnings.items[i]);
    return result;
}

static enum cs_err read_file(struct ibm_file *file)
{
    const struct cs_json_value *root = cs_json_root(file->document);
    enum cs_err result;

    if (!cs_provider_find(CS_IBM_PROVIDER, &file->kind_row))
        return cs_fail(file->error, CS_ERR_CONFIG, "there is no provider '%s'", CS_IBM_PROVIDER);
    if (cs_json_type(root) != CS_JSON_OBJECT)
        return cs_json_fail(file->error, CS_ERR_CONFIG, file->document, root,
                            "an object of sections expected, found %s",
                            cs_json_type_name(cs_json_type(root)));
    result = read_sections(file);
    return result == CS_OK ? complete(file) : result;
}

enum cs_err cs_config_parse_ibm(const char *name, const char *text, size_t length,
                                struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = cs_config_new();
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    struct ibm_file file = {.name = name, .config = config, .error = error};
    enum cs_err result;

    if (config == NULL || (config->name = strdup(name)) == NULL)
        return cs_fail_nomem(error);
    config->profile = CS_PROFILE_IBM;
    result = cs_json_parse(name, text, length, CS_JSON_TOLERANT, &document, error);
    file.document = document;
    if (result == CS_OK)
        result = read_file(&file);
    if (result != CS_OK)
        return result;
    cs_options_defaults(CS_PROFILE_IBM, &config->base);
    cs_config_apply(config, CS_LEVEL_SECTION, NULL, &config->base);
    *ret_config = config;
    config = NULL;
    return CS_OK;
}
