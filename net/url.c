/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/strlist.h"
#include "net/libcurl.h"

static void handle_free(CURLU **handle)
{
    curl_url_cleanup(*handle);
}

static void part_free(char **part)
{
    curl_free(*part);
}

void cs_url_free(struct cs_url *url)
{
    free(url->base);
    free(url->target);
    *url = (struct cs_url){0};
}

static bool is_visible(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

/* The parts that only some URLs have. */
static bool has_part(CURLU *handle, CURLUPart part)
{
    CS_AUTO(part_free) char *text = NULL;

    return curl_url_get(handle, part, &text, 0) == CURLUE_OK;
}

static bool is_secure(const char *scheme, const char *host)
{
    return strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && cs_is_loopback(host));
}

static enum cs_err take_apart(CURLU *handle, struct cs_url *url, struct cs_error *error)
{
    CS_AUTO(part_free) char *scheme = NULL;
    CS_AUTO(part_free) char *host = NULL;
    CS_AUTO(part_free) char *port = NULL;
    CS_AUTO(part_free) char *path = NULL;
    CS_AUTO(part_free) char *query = NULL;
    CS_AUTO(cs_buffer_free) struct cs_buffer base = {0}, target = {0};

    if (curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(handle, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        curl_url_get(handle, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
        curl_url_get(handle, CURLUPART_PATH, &path, 0) != CURLUE_OK ||
        has_part(handle, CURLUPART_USER) || has_part(handle, CURLUPART_FRAGMENT))
        return cs_fail(error, CS_ERR_INPUT, "no URL of the form https://HOST[:PORT]/PATH");
    if (!is_secure(scheme, host))
        return cs_fail(error, CS_ERR_INPUT,
                       "only https is allowed, and http for this machine (localhost)");
    cs_buffer_printf(&base, "%s://%s:%s", scheme, host, port);
    cs_buffer_text(&target, path);
    if (curl_url_get(handle, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
        cs_buffer_printf(&target, "?%s", query);
    url->base = cs_buffer_take(&base);
    url->target = cs_buffer_take(&target);
    return url->base != NULL && url->target != NULL ? CS_OK : cs_fail_nomem(error);
}

static enum cs_err split(const char *text, struct cs_url *ret_url, struct cs_error *error)
{
    CS_AUTO(handle_free) CURLU *handle = curl_url();
    CS_AUTO(cs_url_free) struct cs_url url = {0};
    enum cs_err result;

    if (handle == NULL)
        return cs_fail_nomem(error);
    if (!is_visible(text) || curl_url_set(handle, CURLUPART_URL, text, 0) != CURLUE_OK)
        return cs_fail(error, CS_ERR_INPUT, "no URL of the form https://HOST[:PORT]/PATH");
    result = take_apart(handle, &url, error);
    if (result == CS_OK) {
        *ret_url = url;
        url = (struct cs_url){0};
    }
    return result;
}

enum cs_err cs_url_split(const char *text, struct cs_url *ret_url, struct cs_error *error)
{
    enum cs_err result = cs_libcurl_load(error);

    return result == CS_OK ? split(text, ret_url, error) : result;
}

enum cs_err cs_url_check(const char *text, const char *expected, struct cs_error *error)
{
    CS_AUTO(cs_url_free) struct cs_url url = {0};
    enum cs_err result = cs_url_split(text, &url, error);

    return result == CS_ERR_INPUT ? cs_fail(error, CS_ERR_CONFIG, "%s", expected) : result;
}
