/* SPDX-License-Identifier: Apache-2.0 */
#include "login/ibm_misplaced.h"

#include <string.h>

#include "login/config.h"
#include "settings/suggest.h"

/* Whether the key is the name, or looks like it with a slip of the keyboard. */
static bool means(const struct cs_json_value *member, const char *name)
{
    const char *key = cs_json_key(member);
    struct cs_suggestion suggestion = cs_suggest_start(key, strlen(key));

    cs_suggest_consider(&suggestion, name);
    return cs_suggest_result(&suggestion) != NULL;
}

bool cs_ibm_means_arguments(const struct cs_json_value *member)
{
    return means(member, CS_IBM_ARGUMENTS);
}

static bool has_arguments(const struct cs_json_value *object)
{
    for (const struct cs_json_value *member = cs_json_first(object); member;
         member = cs_json_next(member)) {
        if (cs_ibm_means_arguments(member))
            return true;
    }
    return false;
}

/* An instance has arguments, and a section has instances. */
static bool is_instance_or_section(const struct cs_json_value *object)
{
    if (cs_json_type(object) != CS_JSON_OBJECT)
        return false;
    if (means(object, CS_IBM_DEFAULT_ID) || has_arguments(object))
        return true;
    for (const struct cs_json_value *member = cs_json_first(object); member;
         member = cs_json_next(member)) {
        if (cs_json_type(member) == CS_JSON_OBJECT && has_arguments(member))
            return true;
    }
    return false;
}

enum cs_err cs_ibm_refuse_misplaced(const struct cs_json *document,
                                    const struct cs_json_value *member, struct cs_error *error)
{
    if (cs_ibm_means_arguments(member))
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "'%s' means nothing here; write \"" CS_IBM_ARGUMENTS
                                "\" inside an instance, as in \"pam\": {\"" CS_IBM_DEFAULT_ID
                                "\": {\"" CS_IBM_ARGUMENTS "\": [...]}}",
                                cs_json_key(member));
    if (is_instance_or_section(member))
        return cs_json_fail_key(error, CS_ERR_CONFIG, document, member,
                                "'%s' means nothing here: an instance, with its " CS_IBM_ARGUMENTS
                                ", belongs inside \"pam\"",
                                cs_json_key(member));
    return CS_OK;
}
