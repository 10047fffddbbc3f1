/* SPDX-License-Identifier: Apache-2.0 */
/* What our own file says of IBM Verify: how the tenant is reached, or which file of IBM's gateway
 * does. */
#include <stdlib.h>
#include <string.h>

#include "login/config_priv.h"
#include "login/verify_section.h"
#include "wire/messages.h"

static void release_section(struct cs_verify_section *section)
{
    cs_verify_section_clear(section);
}

/* The members of `ibm-auth-api` and those of the trace, under a name of our own. */
enum cs_err cs_config_read_verify(struct cs_config *config, const struct cs_json *document,
                                  const struct cs_json_value *object, struct cs_error *error)
{
    CS_AUTO(release_section) struct cs_verify_section section = {0};
    enum cs_err result = CS_OK;
    bool known;

    if (cs_json_type(object) != CS_JSON_OBJECT)
        return cs_json_fail(error, CS_ERR_CONFIG, document, object,
                            "verify: an object expected, found %s",
                            cs_json_type_name(cs_json_type(object)));
    for (const struct cs_json_value *member = cs_json_first(object); member && result == CS_OK;
         member = cs_json_next(member)) {
        result = cs_verify_read_member(&section, document, member, CS_VERIFY_OWN, &known,
                                       &config->warnings, error);
        if (result == CS_OK && !known)
            return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                    "verify: there is no setting '%s'", cs_json_key(member));
    }
    if (result == CS_OK)
        result = cs_verify_complete(&section, document, object, &config->warnings, error);
    if (result == CS_OK)
        cs_config_take_section(config, &section);
    return result;
}

enum cs_err cs_config_read_ibm_path(struct cs_config *config, const struct cs_json *document,
                                    const struct cs_json_value *value, struct cs_error *error)
{
    const char *path = cs_json_string(value, NULL);

    if (path == NULL || path[0] != '/')
        return cs_json_fail(error, CS_ERR_CONFIG, document, value,
                            "ibm_auth_config: an absolute path expected");
    config->ibm_path = strdup(path);
    return config->ibm_path ? CS_OK : cs_fail_nomem(error);
}

void cs_config_take_section(struct cs_config *config, struct cs_verify_section *section)
{
    config->verify = section->settings;
    config->secret_file = section->secret_file;
    config->holds_secret =
        section->settings.client_secret.data != NULL ||
        section->settings.access_token.data != NULL ||
        (section->settings.proxy != NULL && strchr(section->settings.proxy, '@') != NULL);
    section->settings = (struct cs_verify_settings){0};
    section->secret_file = NULL;
}

enum cs_err cs_config_check_user_env(const char *from_file, struct cs_error *error)
{
    if (from_file == NULL ||
        strncmp(from_file, CS_VARIABLE_PREFIX, sizeof CS_VARIABLE_PREFIX - 1) == 0)
        return CS_OK;
    return cs_fail(error, CS_ERR_CONFIG,
                   "user_env: in a file only a name that begins with " CS_VARIABLE_PREFIX
                   "; write user_env=%s on the PAM line",
                   from_file);
}
