/* SPDX-License-Identifier: Apache-2.0 */
#include "net/endpoint.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/strlist.h"
#include "net/libcurl.h"

struct scheme {
    const char *name;
    const char *port;
    bool resolves_target;
};

static const struct scheme server_schemes[] = {
    {"https", "443", false}, {"http", "80", false}, {NULL, NULL, false}};

static const struct scheme proxy_schemes[] = {{"http", "1080", false},  {"https", "443", false},
                                              {"socks4", "1080", true}, {"socks4a", "1080", false},
                                              {"socks5", "1080", true}, {"socks5h", "1080", false},
                                              {NULL, NULL, false}};

static const struct scheme mail_schemes[] = {
    {"smtp", "25", false}, {"smtps", "465", false}, {NULL, NULL, false}};

static void url_cleanup(CURLU **url)
{
    curl_url_cleanup(*url);
}

static void part_free(char **part)
{
    curl_free(*part);
}

void cs_http_endpoint_free(struct cs_http_endpoint *endpoint)
{
    free(endpoint->url);
    free(endpoint->host);
    free(endpoint->port);
    cs_secret_free(&endpoint->user);
    cs_secret_free(&endpoint->password);
    memset(endpoint, 0, sizeof *endpoint);
}

/* A part of the URL, or "" if it is missing; NULL if it is not acceptable, or memory ran out. */
static char *part_of(CURLU *url, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(url, part, &text, flags);

    if (code == CURLUE_NO_USER || code == CURLUE_NO_PASSWORD || code == CURLUE_NO_PORT ||
        code == CURLUE_NO_QUERY || code == CURLUE_NO_FRAGMENT || code == CURLUE_NO_OPTIONS)
        return strdup("");
    return code == CURLUE_OK ? text : NULL;
}

static bool part_is(CURLU *url, CURLUPart part, const char *expected)
{
    CS_AUTO(part_free) char *text = part_of(url, part, 0);

    return text != NULL && strcmp(text, expected) == 0;
}

static const struct scheme *find_scheme(CURLU *url, const struct scheme *schemes)
{
    CS_AUTO(part_free) char *name = part_of(url, CURLUPART_SCHEME, 0);

    for (; name != NULL && schemes->name != NULL; schemes++) {
        if (strcasecmp(name, schemes->name) == 0)
            return schemes;
    }
    return NULL;
}

/* ASCII only, because libcurl would look up another name (xn--...) than we do. */
static bool ordinary_host(const char *host)
{
    for (const char *byte = host; *byte != '\0'; byte++) {
        if (*byte <= ' ' || *byte >= 0x7f || *byte == '%' || *byte == ',')
            return false;
    }
    return host[0] != '\0';
}

static enum cs_err set_host(struct cs_http_endpoint *endpoint, char *host)
{
    struct in6_addr address;
    size_t length = strlen(host);
    bool bracketed = host[0] == '[';

    if (bracketed && host[length - 1] == ']')
        host[length - 1] = '\0';
    endpoint->host = strdup(host + (bracketed ? 1 : 0));
    if (endpoint->host == NULL)
        return CS_ERR_NOMEM;
    endpoint->numeric = inet_pton(AF_INET6, endpoint->host, &address) == 1 ||
                        inet_pton(AF_INET, endpoint->host, &address) == 1;
    return bracketed && !endpoint->numeric ? CS_ERR_CONFIG : CS_OK;
}

static enum cs_err set_login(struct cs_http_endpoint *endpoint, CURLU *url)
{
    CS_AUTO(part_free) char *user = part_of(url, CURLUPART_USER, CURLU_URLDECODE);
    CS_AUTO(part_free) char *password = part_of(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
    enum cs_err result = CS_OK;

    if (user == NULL || password == NULL)
        return CS_ERR_CONFIG;
    if (user[0] != '\0')
        result = cs_secret_set(&endpoint->user, user, strlen(user));
    if (user[0] != '\0' && result == CS_OK)
        result = cs_secret_set(&endpoint->password, password, strlen(password));
    cs_wipe(password, strlen(password));
    return result;
}

static enum cs_err take_apart(CURLU *url, const struct scheme *schemes,
                              struct cs_http_endpoint *endpoint)
{
    const struct scheme *scheme = find_scheme(url, schemes);
    CS_AUTO(part_free) char *host = part_of(url, CURLUPART_HOST, 0);
    CS_AUTO(part_free) char *port = part_of(url, CURLUPART_PORT, 0);
    CS_AUTO(part_free) char *path = part_of(url, CURLUPART_PATH, 0);
    CS_AUTO(cs_buffer_free) struct cs_buffer whole = {0};
    enum cs_err result;

    if (scheme == NULL || host == NULL || port == NULL || path == NULL || !ordinary_host(host) ||
        strcmp(path, "/") != 0 || !part_is(url, CURLUPART_QUERY, "") ||
        !part_is(url, CURLUPART_FRAGMENT, ""))
        return CS_ERR_CONFIG;
    endpoint->scheme = scheme->name;
    endpoint->resolves_target = scheme->resolves_target;
    cs_buffer_printf(&whole, "%s://%s:%s", scheme->name, host,
                     port[0] != '\0' ? port : scheme->port);
    endpoint->url = cs_buffer_take(&whole);
    endpoint->port = strdup(port[0] != '\0' ? port : scheme->port);
    result = set_host(endpoint, host);
    if (result == CS_OK)
        result = set_login(endpoint, url);
    return endpoint->url == NULL || endpoint->port == NULL ? CS_ERR_NOMEM : result;
}

static enum cs_err parse(const char *text, const struct scheme *schemes,
                         struct cs_http_endpoint *ret_endpoint, struct cs_error *error)
{
    CS_AUTO(url_cleanup) CURLU *url = curl_url();
    CS_AUTO(cs_http_endpoint_free) struct cs_http_endpoint endpoint = {0};
    enum cs_err result;

    if (url == NULL)
        return cs_fail_nomem(error);
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        return CS_ERR_CONFIG;
    result = take_apart(url, schemes, &endpoint);
    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (result != CS_OK)
        return result;
    *ret_endpoint = endpoint;
    memset(&endpoint, 0, sizeof endpoint);
    return CS_OK;
}

enum cs_err cs_http_server_endpoint(const char *url, struct cs_http_endpoint *ret_endpoint,
                                    struct cs_error *error)
{
    struct cs_http_endpoint endpoint = {0};
    enum cs_err result = parse(url, server_schemes, &endpoint, error);

    if (result == CS_OK && endpoint.user.data != NULL) {
        cs_http_endpoint_free(&endpoint);
        result = CS_ERR_CONFIG;
    }
    if (result == CS_ERR_CONFIG)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the server's address is not acceptable; expected https://HOST:PORT with a "
                       "name in ASCII (xn--...) or an address");
    if (result == CS_OK)
        *ret_endpoint = endpoint;
    return result;
}

enum cs_err cs_mail_endpoint(const char *url, struct cs_http_endpoint *ret_endpoint,
                             struct cs_error *error)
{
    struct cs_http_endpoint endpoint = {0};
    enum cs_err result = cs_libcurl_load(error); /* settings are checked before any mail is sent */

    if (result == CS_OK)
        result = parse(url, mail_schemes, &endpoint, error);
    if (result == CS_OK && endpoint.user.data != NULL) {
        cs_http_endpoint_free(&endpoint);
        result = CS_ERR_CONFIG;
    }
    if (result == CS_ERR_CONFIG)
        return cs_fail(error, CS_ERR_CONFIG,
                       "no address of a mail server; expected smtp://HOST[:PORT] or "
                       "smtps://HOST[:PORT], with a name in ASCII (xn--...) or an address");
    if (result == CS_OK)
        *ret_endpoint = endpoint;
    return result;
}

/* Without a scheme libcurl guesses one from the name ("ftp.example.com"); we do not. */
enum cs_err cs_http_proxy_endpoint(const char *proxy, struct cs_http_endpoint *ret_endpoint,
                                   struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer whole = {0};
    enum cs_err result;

    cs_buffer_text(&whole, strstr(proxy, "://") == NULL ? "http://" : "");
    cs_buffer_text(&whole, proxy);
    if (whole.failed)
        return cs_fail_nomem(error);
    result = parse(whole.text, proxy_schemes, ret_endpoint, error);
    if (result == CS_ERR_CONFIG)
        return cs_fail(error, CS_ERR_CONFIG,
                       "proxy is not acceptable; expected [SCHEME://][USER:PASSWORD@]HOST[:PORT] "
                       "with http, https, socks4, socks4a, socks5 or socks5h");
    return result;
}
