/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/server/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "net/url.h"

struct server {
    char *base;
    struct cs_http *http;
};

struct cs_server_pool {
    struct cs_http_settings settings;
    pthread_mutex_t lock; /* for everything below; a server, once there, stays */
    struct server servers[CS_SERVER_POOL_MAX];
    size_t count;
};

struct cs_server_pool *cs_server_pool_new(const struct cs_http_settings *settings)
{
    struct cs_server_pool *servers = calloc(1, sizeof *servers);

    if (servers == NULL)
        return NULL;
    servers->settings = *settings;
    pthread_mutex_init(&servers->lock, NULL);
    return servers;
}

void cs_server_pool_free(struct cs_server_pool **servers)
{
    if (*servers == NULL)
        return;
    for (size_t i = 0; i < (*servers)->count; i++) {
        cs_http_free(&(*servers)->servers[i].http);
        free((*servers)->servers[i].base);
    }
    pthread_mutex_destroy(&(*servers)->lock);
    free(*servers);
    *servers = NULL;
}

/* Called with the lock held. Takes `url->base` over. */
static enum cs_err add(struct cs_server_pool *servers, struct cs_url *url,
                       struct cs_http **ret_http, struct cs_error *error)
{
    struct cs_http_settings settings = servers->settings;
    struct server *server = &servers->servers[servers->count];
    enum cs_err result;

    if (servers->count == CS_SERVER_POOL_MAX)
        return cs_fail(error, CS_ERR_LIMIT, "the provider's endpoints are on more than %d servers",
                       CS_SERVER_POOL_MAX);
    settings.base_url = url->base;
    result = cs_http_new(&settings, &server->http, error);
    if (result != CS_OK)
        return result;
    server->base = url->base;
    url->base = NULL;
    servers->count++;
    *ret_http = server->http;
    return CS_OK;
}

static enum cs_err find(struct cs_server_pool *servers, struct cs_url *url,
                        struct cs_http **ret_http, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    *ret_http = NULL;
    pthread_mutex_lock(&servers->lock);
    for (size_t i = 0; i < servers->count && *ret_http == NULL; i++) {
        if (strcmp(servers->servers[i].base, url->base) == 0)
            *ret_http = servers->servers[i].http;
    }
    if (*ret_http == NULL)
        result = add(servers, url, ret_http, error);
    pthread_mutex_unlock(&servers->lock);
    return result;
}

enum cs_err cs_server_pool_perform(struct cs_server_pool *servers, const char *url,
                                   const struct cs_http_call *call, struct cs_http_request *request,
                                   struct cs_http_response *ret_response, struct cs_error *error)
{
    CS_AUTO(cs_url_free) struct cs_url parts = {0};
    struct cs_http *http = NULL;
    enum cs_err result = cs_url_split(url, &parts, error);

    if (result == CS_OK)
        result = find(servers, &parts, &http, error);
    if (result != CS_OK)
        return result;
    request->target = parts.target;
    return cs_http_perform(http, call, request, ret_response, error);
}
