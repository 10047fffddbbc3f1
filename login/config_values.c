/* SPDX-License-Identifier: Apache-2.0 */
/* The values in a file, as they were written. */
#include <stdlib.h>
#include <string.h>

#include "login/config_priv.h"
#include "login/option_checks.h"

struct cs_assignment *cs_config_add(struct cs_config *config, const struct cs_option *option,
                                    enum cs_level level, const char *service)
{
    struct cs_assignment *grown =
        reallocarray(config->assignments, config->count + 1, sizeof *config->assignments);

    if (grown == NULL)
        return NULL;
    config->assignments = grown;
    grown += config->count;
    *grown = (struct cs_assignment){
        .option = *option, .level = level, .service = service ? strdup(service) : NULL};
    config->count++;
    return service == NULL || grown->service != NULL ? grown : NULL;
}

static bool stands_at(const struct cs_assignment *item, enum cs_level level, const char *service)
{
    return item->level == level &&
           (level != CS_LEVEL_SERVICE || strcmp(item->service, service) == 0);
}

bool cs_config_assigns(const struct cs_config *config, const struct cs_option *option,
                       enum cs_level level, const char *service)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct cs_assignment *item = &config->assignments[i];

        if (item->option.row == option->row && stands_at(item, level, service))
            return true;
    }
    return false;
}

void cs_config_apply(const struct cs_config *config, enum cs_level level, const char *service,
                     struct cs_options *options)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct cs_assignment *item = &config->assignments[i];
        enum cs_text key;

        if (!stands_at(item, level, service))
            continue;
        if (cs_option_is_text(item->option.row, &key))
            options->texts[key] = (struct cs_text_setting){item->variants, item->texts.count};
        else /* cannot fail: it was tried when the file was read */
            cs_ignore(cs_option_set(&item->option, item->value, options, NULL));
    }
    if (level == CS_LEVEL_SECTION)
        options->sections |= config->sections;
}

static const struct cs_assignment *find_value(const struct cs_config *config, const char *option,
                                              enum cs_level level, const char *service)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct cs_assignment *item = &config->assignments[i];

        if (stands_at(item, level, service) && strcmp(item->option.row->name, option) == 0)
            return item;
    }
    return NULL;
}

const struct cs_assignment *cs_config_find(const struct cs_config *config, const char *option,
                                           const char *service)
{
    const struct cs_assignment *item =
        service != NULL ? find_value(config, option, CS_LEVEL_SERVICE, service) : NULL;

    return item != NULL ? item : find_value(config, option, CS_LEVEL_FILE, NULL);
}

bool cs_config_locate(const struct cs_config *config, const char *service, const char *option,
                      struct cs_buffer *out)
{
    const struct cs_config *own = config->own ? config->own : config;
    const struct cs_assignment *item = cs_config_find(own, option, service);

    if (item == NULL || own->name == NULL)
        return false;
    cs_buffer_printf(out, "%s:%u:%u", own->name, item->line, item->column);
    return true;
}

void cs_config_free_values(struct cs_config *config)
{
    for (size_t i = 0; i < config->count; i++) {
        struct cs_assignment *item = &config->assignments[i];

        cs_wipe_string(&item->value);
        free(item->service);
        free(item->variants);
        cs_strlist_free(&item->texts);
    }
    free(config->assignments);
}
