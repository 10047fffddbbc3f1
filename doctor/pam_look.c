/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_look.h"

#include "doctor/pam_module.h"

struct cs_place cs_pam_place(const struct cs_pam_entry *entry)
{
    return (struct cs_place){entry->path, entry->line};
}

bool cs_pam_asks_us(const struct cs_pam_look *look)
{
    for (size_t i = 0; i < look->auth.count; i++) {
        if (cs_pam_is_ours(look->auth.items[i]))
            return true;
    }
    return false;
}

bool cs_pam_names_us(const struct cs_pam_look *look)
{
    for (size_t i = 0; i < look->service.count; i++) {
        if (cs_pam_is_ours(&look->service.items[i]) && !look->service.items[i].other)
            return true;
    }
    return cs_pam_asks_us(look);
}

void cs_pam_line_options(struct cs_pam_look *look, const struct cs_pam_entry *entry)
{
    const struct cs_strlist *arguments = &entry->arguments;
    bool own_file = cs_options_line_value(arguments, "config") == NULL &&
                    cs_options_line_value(arguments, "ibm_auth_config") == NULL;
    enum cs_err result;

    if (look->doctor->config != NULL && own_file) {
        result =
            cs_config_line(look->doctor->config, look->name, arguments, &look->options, NULL, NULL);
    } else {
        cs_options_defaults(CS_PROFILE_OWN, &look->options);
        result = cs_options_from_arguments(arguments, &look->options, NULL, NULL);
    }
    cs_ignore(result); /* mistakes are told by pam_words.c, and by who looks at the settings */
}
