/* SPDX-License-Identifier: Apache-2.0 */
/* The servers of an OpenID provider: its endpoints may stand on several. */
#ifndef CS_PROVIDERS_OPENID_SERVERS_H
#define CS_PROVIDERS_OPENID_SERVERS_H

#include "net/http.h"

enum { CS_OPENID_SERVERS_MAX = 4 };

struct cs_openid_servers;

/* `settings` is kept, with all that it borrows, and must outlive this; its base_url is not used.
 * NULL if memory ran out. */
struct cs_openid_servers *
cs_openid_servers_new(const struct cs_http_settings *settings) CS_MUST_USE;

/* No call may be in progress. Accepts NULL and sets the pointer to NULL. */
void cs_openid_servers_free(struct cs_openid_servers **servers);

/* cs_http_perform at the server of `url`; the request's target is set from it. CS_ERR_LIMIT: the
 * provider names more than CS_OPENID_SERVERS_MAX servers. */
enum cs_err cs_openid_servers_perform(struct cs_openid_servers *servers, const char *url,
                                      const struct cs_http_call *call,
                                      struct cs_http_request *request,
                                      struct cs_http_response *ret_response,
                                      struct cs_error *error) CS_MUST_USE;

#endif
