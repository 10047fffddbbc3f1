/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP clients for the servers of one provider: its endpoints may stand on several. */
#ifndef CS_PROVIDERS_SERVER_POOL_H
#define CS_PROVIDERS_SERVER_POOL_H

#include "net/http.h"

enum { CS_SERVER_POOL_MAX = 4 };

struct cs_server_pool;

/* `settings` is kept, with all that it borrows, and must outlive this; its base_url is not used.
 * NULL if memory ran out. */
struct cs_server_pool *cs_server_pool_new(const struct cs_http_settings *settings) CS_MUST_USE;

/* No call may be in progress. Accepts NULL and sets the pointer to NULL. */
void cs_server_pool_free(struct cs_server_pool **servers);

/* cs_http_perform at the server of `url`; the request's target is set from it. CS_ERR_LIMIT: the
 * provider names more than CS_SERVER_POOL_MAX servers. */
enum cs_err cs_server_pool_perform(struct cs_server_pool *servers, const char *url,
                                   const struct cs_http_call *call, struct cs_http_request *request,
                                   struct cs_http_response *ret_response,
                                   struct cs_error *error) CS_MUST_USE;

#endif
