/* SPDX-License-Identifier: Apache-2.0 */
/* What this module answered in the auth stack, for its line in the account stack: libpam keeps both
 * in one transaction, and sshd runs both in one process. An answer is kept under what it was about,
 * so a line never takes the answer about another user, service or provider for its own. */
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "pam/module.h"

/* Lengths keep the parts apart whatever is in them. */
static void add_part(struct cs_buffer *key, const char *text)
{
    cs_buffer_printf(key, " %zu:%s", text ? strlen(text) : 0, text ? text : "");
}

static enum cs_err make_key(pam_handle_t *pamh, const struct cs_module_arguments *arguments,
                            struct cs_buffer *key)
{
    static const int items[] = {PAM_SERVICE, PAM_USER};
    const char *const parts[] = {arguments->config, arguments->ibm_auth_config, arguments->id,
                                 arguments->provider};

    cs_buffer_text(key, "countersign_verdict");
    for (size_t i = 0; i < CS_ARRAY_SIZE(items); i++) {
        const void *value = NULL;

        if (pam_get_item(pamh, items[i], &value) != PAM_SUCCESS)
            value = NULL;
        add_part(key, value);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(parts); i++)
        add_part(key, parts[i]);
    return key->failed ? CS_ERR_NOMEM : CS_OK;
}

/* These alone are kept. libpam keeps pointers, and constants need no release. */
static const int kept[] = {PAM_SUCCESS, PAM_IGNORE};

enum cs_err cs_module_remember(pam_handle_t *pamh, const struct cs_module_arguments *arguments,
                               int code)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer key = {0};
    const void *data = NULL;
    void *fresh = NULL;

    if (make_key(pamh, arguments, &key) != CS_OK)
        return CS_ERR_NOMEM;
    for (size_t i = 0; i < CS_ARRAY_SIZE(kept); i++) {
        if (kept[i] == code)
            fresh = (void *)(uintptr_t)&kept[i];
    }
    /* Forgetting what is there takes no memory, and so cannot fail. */
    if (fresh == NULL && (pam_get_data(pamh, key.text, &data) != PAM_SUCCESS || data == NULL))
        return CS_OK;
    return pam_set_data(pamh, key.text, fresh, NULL) == PAM_SUCCESS ? CS_OK : CS_ERR_NOMEM;
}

bool cs_module_recall(pam_handle_t *pamh, const struct cs_module_arguments *arguments,
                      int *ret_code)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer key = {0};
    const void *data = NULL;

    if (make_key(pamh, arguments, &key) != CS_OK ||
        pam_get_data(pamh, key.text, &data) != PAM_SUCCESS || data == NULL)
        return false;
    *ret_code = *(const int *)data;
    return true;
}
