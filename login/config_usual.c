/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the two files at their usual places a login reads if its PAM line names none. */
#include <string.h>

#include "base/file.h"
#include "base/said.h"
#include "login/config_priv.h"
#include "paths.h"

bool cs_config_is_ibm(const char *own)
{
    return cs_said_by_other(own, CS_IBM_CONFIG_FILE);
}

static enum cs_err load_ibm(struct cs_config_cache *cache, struct cs_config **ret_config,
                            struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_config_open_ibm(CS_IBM_CONFIG_FILE, &fd, error);

    return result == CS_OK ? cs_config_load_ibm(cache, fd, CS_IBM_CONFIG_FILE, ret_config, error)
                           : result;
}

static enum cs_err refuse_two(const char *own, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_CONFIG,
                   "%s and %s both have settings, and nothing says which one counts; write "
                   "config=%s or ibm_auth_config=%s on the PAM line, or name the latter in the "
                   "former (\"ibm_auth_config\")",
                   own, CS_IBM_CONFIG_FILE, own, CS_IBM_CONFIG_FILE);
}

enum cs_err cs_config_load_usual(struct cs_config_cache *cache, const char *own,
                                 struct cs_config **ret_config, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_said ibm = cs_said_by(CS_IBM_CONFIG_FILE);
    enum cs_err result;

    if (ibm != CS_SAID_ABSENT && cs_said_by(own) != CS_SAID_SETTINGS)
        return load_ibm(cache, ret_config, error);
    result = cs_config_open(own, &fd, error);
    if (result == CS_OK)
        result = cs_config_load(cache, fd, own, &config, error);
    /* If ours names a file of IBM's gateway, it has said which one counts. */
    if (result == CS_OK && ibm == CS_SAID_SETTINGS && config->ibm_path == NULL)
        result = refuse_two(own, error);
    if (result != CS_OK)
        return result;
    *ret_config = config;
    config = NULL;
    return CS_OK;
}
