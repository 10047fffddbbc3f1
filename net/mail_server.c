/* SPDX-License-Identifier: Apache-2.0 */
/* What a mail server's address says, and whether one answers there. */
#include <string.h>

#include "base/address.h"
#include "base/buffer.h"
#include "net/mail.h"
#include "net/mail_priv.h"

enum cs_err cs_mail_server_check(const char *url, struct cs_error *error)
{
    CS_AUTO(cs_http_endpoint_free) struct cs_http_endpoint endpoint = {0};

    return cs_mail_endpoint(url, &endpoint, error);
}

char *cs_mail_server_domain(const char *url)
{
    CS_AUTO(cs_http_endpoint_free) struct cs_http_endpoint endpoint = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer domain = {0};

    if (cs_mail_endpoint(url, &endpoint, NULL) != CS_OK)
        return NULL;
    if (!endpoint.numeric)
        cs_buffer_text(&domain, endpoint.host);
    else
        cs_buffer_printf(&domain, strchr(endpoint.host, ':') != NULL ? "[IPv6:%s]" : "[%s]",
                         endpoint.host);
    return cs_buffer_take(&domain);
}

bool cs_mail_server_is_open(const struct cs_mail_server *server)
{
    CS_AUTO(cs_http_endpoint_free) struct cs_http_endpoint endpoint = {0};

    return !server->starttls && cs_mail_endpoint(server->url, &endpoint, NULL) == CS_OK &&
           strcmp(endpoint.scheme, "smtp") == 0 && !cs_is_loopback(endpoint.host);
}

enum cs_err cs_mail_probe(const struct cs_mail_server *server, struct cs_error *error)
{
    const struct cs_mail nothing = {.server = *server};
    struct cs_mail_line line = {.until = INT64_MAX};
    struct cs_mail_outcome outcome;
    enum cs_err result = cs_mail_line_open(&line, error);

    if (result != CS_OK)
        return result;
    outcome = cs_mail_try(&line, &nothing, error);
    cs_mail_line_close(&line);
    return outcome.result;
}
