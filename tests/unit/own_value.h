/* SPDX-License-Identifier: Apache-2.0 */
/* Values for settings that do not take just any of their type. */
#ifndef CS_TESTS_UNIT_OWN_VALUE_H
#define CS_TESTS_UNIT_OWN_VALUE_H

#include <string.h>

#include "settings/setting.h"

/* One that is not the default; NULL: any of its type will do. */
static inline const char *own_value(const struct cs_setting *row)
{
    static const struct {
        const char *name, *value;
    } values[] = {
        {"enrol_by", "2027-01-31"},
        {"mail_server", "smtps://mail.example.com"},
        {"mail_from", "security@example.com"},
        {"mail_to", "%u@example.com"},
        {"issuer", "https://login.example.com/"},
        {"login-hint", "{\"name\":\"%a\"}"},
        {"scope", "openid profile"},
        {"id-token-algorithms", "ES256"},
        {"quiet-parameter", "notify=none"},
        {"server-url", "werbot.example.com:8443"},
        {"server_url", "werbot.example.com:8443"},
        {"insecure_skip_verify", "no"},
        {"server", "https://secsign.example.com"},
        {"fallback", "https://secsign2.example.com"},
        {"email", "%u@example.com"},
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strcmp(values[i].name, row->name) == 0 && row->check != NULL)
            return values[i].value;
    }
    return NULL;
}

#endif
