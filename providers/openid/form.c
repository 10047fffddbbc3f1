/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/openid/form.h"

#include <string.h>

#include "base/percent.h"
#include "base/sanitise.h"

enum cs_err cs_openid_parameter_check(const char *text, struct cs_error *error)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    /* Ours, and those that would change what is asked for. */
    static const char *const taken[] = {"acr_values",      "auth_req_id",
                                        "binding_message", "client_assertion",
                                        "client_id",       "client_assertion_type",
                                        "client_secret",   "client_notification_token",
                                        "device_code",     "grant_type",
                                        "id_token_hint",   "login_hint",
                                        "request",         "login_hint_token",
                                        "request_uri",     "requested_expiry",
                                        "response_type",   "scope",
                                        "user_code"};
    size_t length = strspn(text, letters);

    if (length == 0 || text[length] != '=' || !cs_is_clean(text, strlen(text)))
        return cs_fail(error, CS_ERR_CONFIG, "NAME=VALUE expected");
    for (size_t i = 0; i < CS_ARRAY_SIZE(taken); i++) {
        if (strlen(taken[i]) == length && strncmp(taken[i], text, length) == 0)
            return cs_fail(error, CS_ERR_CONFIG, "'%s' cannot be set here", taken[i]);
    }
    return CS_OK;
}

void cs_form_add_parameter(struct cs_buffer *form, const char *text)
{
    const char *value = text != NULL ? strchr(text, '=') : NULL;

    if (value == NULL)
        return;
    cs_buffer_text(form, form->length > 0 ? "&" : "");
    cs_buffer_add(form, text, (size_t)(value + 1 - text));
    cs_percent_encode(form, value + 1, strlen(value + 1), "");
}
