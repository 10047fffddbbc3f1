/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of Werbot. The server and this machine's service stand in the section `werbot` of
 * our file, or as the arguments of Werbot's own module on a PAM line, which take precedence. */
#ifndef CS_PROVIDERS_WERBOT_SETTINGS_H
#define CS_PROVIDERS_WERBOT_SETTINGS_H

#include "base/strlist.h"
#include "providers/server/connection.h"

/* NULL if not set */
struct cs_werbot_settings {
    const char *server_url; /* host or host:port */
    const char *service_id, *service_key;
    const char *key_file, *key_of_file; /* its path, and its content */
    unsigned approval_timeout;          /* seconds */
    struct cs_connection connection;

    /* Set for each login. */
    const char *line_server_url, *line_service_id, *line_service_key;
};

/* What a login uses. Borrowed. */
struct cs_werbot_service {
    const char *server, *id, *key;
};

extern const struct cs_setting cs_werbot_rows[];

/* The slot `check` of the kind. */
enum cs_err cs_werbot_check_settings(const void *settings, struct cs_strlist *warnings,
                                     struct cs_error *error) CS_MUST_USE;

/* The service of a login: its own settings over those that the provider was opened with. */
struct cs_werbot_service cs_werbot_service_of(const struct cs_werbot_settings *opened,
                                              const struct cs_werbot_settings *login);

#endif
