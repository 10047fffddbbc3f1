/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded configuration: its lifetime, and what it says besides options. */
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "login/config_priv.h"
#include "providers/registry.h"
#include "wire/messages.h"

struct cs_config *cs_config_new(void)
{
    struct cs_config *config = calloc(1, sizeof *config);

    if (config != NULL)
        config->references = 1;
    return config;
}

static void free_extra_files(struct cs_config *config)
{
    for (size_t i = 0; i < config->extra_file_count; i++) {
        free(config->extra_files[i].path);
        cs_secret_free(&config->extra_files[i].secret);
        cs_map_file_free(&config->extra_files[i].map);
    }
}

static void free_instances(struct cs_config *config)
{
    for (size_t i = 0; i < config->instances_count; i++) {
        free(config->instances[i].id);
        cs_strlist_free(&config->instances[i].arguments);
    }
    free(config->instances);
}

void cs_config_release(struct cs_config **config)
{
    struct cs_config *old = *config;

    *config = NULL;
    if (old == NULL || atomic_fetch_sub(&old->references, 1) > 1)
        return;
    cs_config_free_values(old);
    free_instances(old);
    free_extra_files(old);
    cs_strlist_free(&old->services);
    cs_strlist_free(&old->warnings);
    free(old->ibm_path);
    free(old->name);
    cs_config_release(&old->own);
    cs_config_release(&old->ibm);
    free(old);
}

const struct cs_instance *cs_config_instance(const struct cs_config *config, const char *id)
{
    const char *wanted = id ? id : CS_IBM_DEFAULT_ID;

    for (size_t i = 0; i < config->instances_count; i++) {
        if (cs_same_name(config->instances[i].id, wanted, strlen(wanted)))
            return &config->instances[i];
    }
    return NULL;
}

void cs_config_describe(const struct cs_config *config, struct cs_buffer *out)
{
    const struct cs_config *own = config->own ? config->own : config;

    if (own->profile == CS_PROFILE_IBM)
        cs_buffer_printf(out, "%s, a file of IBM's gateway", own->name);
    else if (config->ibm != NULL)
        cs_buffer_printf(out, "%s with %s, a file of IBM's gateway", own->name, own->ibm_path);
    else
        cs_buffer_text(out, own->name);
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
