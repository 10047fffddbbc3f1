/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/said.h"
#include "base/trusted_open.h"
#include "pam/module.h"
#include "paths.h"

/* Longest SSH_AUTH_INFO_0 to pass on. A longer one is left out; nothing then counts as proven,
 * which is safe. */
enum { AUTH_INFO_MAX = 32768 };

static enum cs_err copy_text(const char *text, size_t limit, char **ret_copy)
{
    if (text == NULL || text[0] == '\0' || strlen(text) > limit)
        return CS_OK;
    *ret_copy = strdup(text);
    return *ret_copy ? CS_OK : CS_ERR_NOMEM;
}

static enum cs_err copy_item(pam_handle_t *pamh, int item, char **ret_copy)
{
    const void *value = NULL;

    if (pam_get_item(pamh, item, &value) != PAM_SUCCESS)
        return CS_OK;
    return copy_text(value, SIZE_MAX, ret_copy);
}

static enum cs_err copy_items(pam_handle_t *pamh, struct cs_request *request)
{
    const struct {
        int item;
        char **copy;
    } items[] = {
        {PAM_SERVICE, &request->service}, {PAM_USER, &request->user},
        {PAM_RHOST, &request->rhost},     {PAM_TTY, &request->tty},
        {PAM_RUSER, &request->ruser},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(items); i++) {
        if (copy_item(pamh, items[i].item, items[i].copy) != CS_OK)
            return CS_ERR_NOMEM;
    }
    if (copy_text(pam_getenv(pamh, "SSH_CONNECTION"), AUTH_INFO_MAX, &request->ssh_connection) !=
            CS_OK ||
        copy_text(pam_getenv(pamh, "SSH_AUTH_INFO_0"), AUTH_INFO_MAX, &request->ssh_auth_info) !=
            CS_OK ||
        copy_text(CS_VERSION, SIZE_MAX, &request->client) != CS_OK)
        return CS_ERR_NOMEM;
    return CS_OK;
}

/* A setuid program may name nobody: its real user is who asks, from whichever terminal. */
static enum cs_err name_caller(struct cs_request *request)
{
    uid_t caller = getuid();

    if (request->ruser != NULL || caller == 0)
        return CS_OK;
    if (asprintf(&request->ruser, "uid %u", (unsigned)caller) >= 0)
        return CS_OK;
    request->ruser = NULL;
    return CS_ERR_NOMEM;
}

/* If the PAM line names no file and ours does not exist or says nothing, passes the IBM gateway's
 * file under the argument that would name it, so that the broker never guesses what it reads. */
static enum cs_err add_default(const struct cs_module_arguments *arguments,
                               struct cs_request *request, const char **path)
{
    static const char argument[] = "ibm_auth_config=" CS_IBM_CONFIG_FILE;

    if (arguments->config != NULL || *path != NULL ||
        !cs_said_by_other(CS_CONFIG_FILE, CS_IBM_CONFIG_FILE))
        return CS_OK;
    *path = CS_IBM_CONFIG_FILE;
    request->flags |= CS_REQUEST_IBM_FOUND;
    return cs_strlist_add(&request->arguments, argument, sizeof argument - 1);
}

/* Only root may vouch for a file; the broker would not trust anybody else's. */
static enum cs_err open_config(const struct cs_module_arguments *arguments,
                               struct cs_request *request, struct cs_error *error)
{
    const char *ibm = arguments->ibm_auth_config;
    /* Who may read IBM's file depends on its content, so the broker checks that. */
    struct cs_trust trust = {.owner = 0, .forbidden = 0027};
    enum cs_err result;

    if (arguments->config != NULL && ibm != NULL)
        return cs_fail(error, CS_ERR_CONFIG,
                       "config= and ibm_auth_config= are both given; give only one");
    if (geteuid() != 0)
        return CS_OK;
    if (add_default(arguments, request, &ibm) != CS_OK)
        return cs_fail_nomem(error);
    if (arguments->config == NULL && ibm == NULL)
        return CS_OK;
    if (ibm != NULL)
        trust.forbidden = 0022;
    result = cs_open_trusted(ibm ? ibm : arguments->config, &trust, &request->config_fd, error);
    if (result != CS_OK)
        return CS_ERR_CONFIG;
    request->flags |= CS_REQUEST_CONFIG_FILE;
    return CS_OK;
}

enum cs_err cs_module_collect(pam_handle_t *pamh, int flags, int argc, const char **argv,
                              const struct cs_module_arguments *arguments,
                              struct cs_request *request, struct cs_error *error)
{
    const char *user = NULL;

    if (request->phase == CS_PHASE_AUTHENTICATE &&
        (pam_get_user(pamh, &user, NULL) != PAM_SUCCESS || user == NULL || user[0] == '\0'))
        return cs_fail(error, CS_ERR_CANCELLED, "the application gave no user name");
    if (copy_items(pamh, request) != CS_OK || name_caller(request) != CS_OK)
        return cs_fail_nomem(error);
    if (request->service == NULL || request->user == NULL)
        return cs_fail(error, CS_ERR_INPUT, "the application gave no service or user name");
    if (((unsigned)flags & PAM_SILENT) != 0)
        request->flags |= CS_REQUEST_SILENT;
    for (int i = 0; i < argc; i++) {
        if (cs_strlist_add(&request->arguments, argv[i], strlen(argv[i])) != CS_OK)
            return cs_fail_nomem(error);
    }
    return open_config(arguments, request, error);
}
