/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/strlist.h"
#include "net/http_priv.h"
#include "net/key_log.h"
#include "paths.h"

enum {
    /* How long a kept connection may have been idle. If the server closes it just as a request that
     * must not be sent twice goes out, the answer is lost, and the server looks unreachable, which
     * nobody must be able to provoke. So such a request uses only a connection that the requests
     * before it just used, or a new one. */
    IDLE_S = 118,
    IDLE_ONCE_S = 1,
    /* Room for a body from its first bytes on. The C library's malloc() keeps freed pieces of up to
     * 1032 bytes for the thread that freed them; since this thread makes the bodies and the logins
     * free them, each login would keep seven until it ends. It keeps no larger ones. */
    BODY_BYTES = 1536,
    /* This thread frees nearly all bodies of held jobs itself, and has them back sooner if malloc()
     * keeps them. */
    HELD_BODY_BYTES = 1000,
};

/* ---- what libcurl calls ---- */

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct cs_http_job *job = context;
    size_t length = size * count;

    if (length > CS_HTTP_BODY_MAX - job->body.length) {
        job->too_large = true;
        return 0;
    }
    if (job->body.capacity == 0)
        cs_buffer_reserve(&job->body, job->held ? HELD_BODY_BYTES : BODY_BYTES);
    cs_buffer_add(&job->body, data, length);
    cs_wipe(data, length); /* libcurl no longer reads it, and its connection outlives the answer */
    return job->body.failed ? 0 : length;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct cs_http_job *job = context;
    size_t length = size * count;

    (void)data;
    if (length > CS_HTTP_HEADER_MAX - job->header_bytes) {
        job->too_large = true;
        return 0;
    }
    job->header_bytes += length;
    return length;
}

/* Called before each transmission. libcurl itself sends again if a kept connection ends without a
 * whole header line, although the server may have acted on the request. */
static int allow_sending(void *context, char *remote, char *local, int remote_port, int local_port)
{
    struct cs_http_job *job = context;

    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    if (job->sent && !job->request->idempotent)
        return CURL_PREREQFUNC_ABORT;
    job->sent = true;
    return CURL_PREREQFUNC_OK;
}

/* libcurl itself leaves out SOCK_CLOEXEC, and calls a lack of descriptors a server that cannot be
 * reached. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct cs_http_job *job = context;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (fd < 0 && cs_http_is_shortage(errno))
        job->shortage = true;
    return fd;
}

/* ---- options ---- */

static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_QUICK_EXIT, 1}, /* in case libcurl ever looks up a name: cancelling must not wait */
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_PROXY_SSL_VERIFYPEER, 1},
    {CURLOPT_PROXY_SSL_VERIFYHOST, 2},
    {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_HTTP_CONTENT_DECODING, 0}, /* none was requested; the limit applies to what arrives */
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    {CURLOPT_PATH_AS_IS, 1},
    /* Requests and answers are small. libcurl's own sizes, 16 and 64 KiB for each handle, are wiped
     * with each request and make up much of the memory of logins that wait. */
    {CURLOPT_BUFFERSIZE, 4096},
    {CURLOPT_UPLOAD_BUFFERSIZE, 16384}, /* the smallest */
    {CURLOPT_DNS_CACHE_TIMEOUT, -1},    /* http_resolve.c decides how long addresses are valid */
};

static bool set_fixed(const struct cs_http *http, CURL *easy)
{
    bool good = true;

    for (size_t i = 0; i < CS_ARRAY_SIZE(numbers); i++)
        good = curl_easy_setopt(easy, numbers[i].option, numbers[i].value) == CURLE_OK && good;
    return good &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "countersign/" CS_VERSION) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, http->server.scheme) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, allow_sending) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SHARE, http->share) == CURLE_OK;
}

static bool set_place(const struct cs_http *http, const struct cs_http_job *job)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};

    cs_buffer_printf(&url, "%s%s", http->server.url, job->request->target);
    return !url.failed && curl_easy_setopt(job->easy, CURLOPT_URL, url.text) == CURLE_OK &&
           curl_easy_setopt(job->easy, CURLOPT_RESOLVE, job->resolve) == CURLE_OK &&
           curl_easy_setopt(job->easy, CURLOPT_TIMEOUT_MS, job->time_ms) == CURLE_OK &&
           curl_easy_setopt(job->easy, CURLOPT_MAXAGE_CONN,
                            (long)(job->request->idempotent ? IDLE_S : IDLE_ONCE_S)) == CURLE_OK;
}

/* Empty strings, not NULL: with NULL libcurl asks the environment. */
static bool set_proxy(const struct cs_http *http, CURL *easy)
{
    bool proxied = http->proxy.url != NULL;

    return curl_easy_setopt(easy, CURLOPT_PROXY, proxied ? http->proxy.url : "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, (long)(proxied && http->proxy_tunnel)) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, http->proxy.user.data) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, http->proxy.password.data) == CURLE_OK;
}

/* If either is given, the system's certificates are not trusted. */
static bool set_trust(const struct cs_http *http, CURL *easy)
{
    if (curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, cs_forget_key_log) != CURLE_OK)
        return false;
    if (http->ca_file == NULL && http->ca_path == NULL)
        return true;
    return curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAPATH, http->ca_path) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, http->ca_file) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, http->ca_path) == CURLE_OK;
}

static bool set_blob(CURL *easy, CURLoption option, const struct cs_secret *text)
{
    struct curl_blob blob = {text->data, text->length, CURL_BLOB_NOCOPY};

    return text->data == NULL || curl_easy_setopt(easy, option, &blob) == CURLE_OK;
}

/* PEM is libcurl's default for both. */
static bool set_identity(const struct cs_http *http, CURL *easy)
{
    return set_blob(easy, CURLOPT_SSLCERT_BLOB, &http->certificate) &&
           set_blob(easy, CURLOPT_SSLKEY_BLOB, &http->private_key);
}

static bool set_contexts(struct cs_http_job *job)
{
    CURL *easy = job->easy;

    return curl_easy_setopt(easy, CURLOPT_PRIVATE, job) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->detail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, job) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, job) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, job) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, job) == CURLE_OK;
}

/* `name` ends in ": "; adds nothing if the value is NULL. */
static bool add_header(struct cs_http_job *job, const char *name, const char *value)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct curl_slist *longer;

    if (value == NULL)
        return true;
    cs_buffer_printf(&line, "%s%s", name, value);
    longer = line.failed ? NULL : curl_slist_append(job->headers, line.text);
    if (longer == NULL)
        return false;
    job->headers = longer;
    return true;
}

/* The body is not copied: POSTFIELDS points at it. */
static bool set_request(struct cs_http_job *job)
{
    const struct cs_http_request *request = job->request;
    const struct cs_secret *body = request->body;
    bool bodied = body != NULL || strcmp(request->method, "POST") == 0;
    const char *none = bodied && request->content_type == NULL ? "" : NULL;
    bool good = add_header(job, "Content-Type: ", request->content_type) &&
                add_header(job, "Content-Type:", none) && /* otherwise libcurl says that it is a
                                                           * form */
                add_header(job, "Accept: ", request->accept) &&
                add_header(job, "Accept-Language: ", job->call->language) &&
                add_header(job, "Authorization: Bearer ",
                           request->bearer != NULL ? request->bearer->data : NULL) &&
                add_header(job, "Authorization: Basic ",
                           request->basic != NULL ? request->basic->data : NULL) &&
                add_header(job, "Expect:", "");

    if (good && bodied)
        good = curl_easy_setopt(job->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t)(body != NULL ? body->length : 0)) == CURLE_OK &&
               curl_easy_setopt(job->easy, CURLOPT_POSTFIELDS, body != NULL ? body->data : "") ==
                   CURLE_OK;
    if (good && strcmp(request->method, bodied ? "POST" : "GET") != 0)
        good = curl_easy_setopt(job->easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
    return good && curl_easy_setopt(job->easy, CURLOPT_HTTPHEADER, job->headers) == CURLE_OK;
}

/* What all requests of the client share is set once in a handle's life. */
static CURL *make_easy(const struct cs_http *http)
{
    CURL *easy = curl_easy_init();

    if (easy != NULL && set_fixed(http, easy) && set_proxy(http, easy) && set_trust(http, easy) &&
        set_identity(http, easy))
        return easy;
    curl_easy_cleanup(easy);
    return NULL;
}

bool cs_http_easy_make(struct cs_http *http, struct cs_http_job *job)
{
    job->easy = http->easy_count > 0 ? http->easies[--http->easy_count] : make_easy(http);
    return job->easy != NULL && set_place(http, job) && set_contexts(job) && set_request(job);
}

/* ---- the end ---- */

static const char *header_of(CURL *easy, const char *name)
{
    struct curl_header *header = NULL;

    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value
                                                                                   : NULL;
}

/* A cache on the way hands the server's Date on and adds its own Age (RFC 9111 section 5.1). */
static int64_t date_of(CURL *easy)
{
    const char *date = header_of(easy, "Date"), *age = header_of(easy, "Age");
    time_t seconds = date != NULL ? curl_getdate(date, NULL) : -1;
    unsigned long more = 0;

    if (seconds <= 0)
        return 0;
    if (age != NULL && age[0] >= '0' && age[0] <= '9')
        more = strtoul(age, NULL, 10);
    return more < INT32_MAX ? (int64_t)seconds + (int64_t)more : 0;
}

static void take_answer(struct cs_http_job *job)
{
    struct cs_http_response *response = &job->response;
    const char *type = NULL;
    curl_off_t seconds = 0;

    (void)curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &response->status);
    (void)curl_easy_getinfo(job->easy, CURLINFO_CONTENT_TYPE, &type);
    (void)curl_easy_getinfo(job->easy, CURLINFO_RETRY_AFTER, &seconds);
    (void)snprintf(response->content_type, sizeof response->content_type, "%s",
                   type != NULL ? type : "");
    if (seconds > 0)
        response->retry_after_ms = seconds < INT32_MAX ? (int64_t)seconds * 1000 : INT32_MAX;
    response->date = date_of(job->easy);
    cs_buffer_add(&job->body, "", 0); /* an empty body is a string too */
    if (job->body.failed) {
        job->result = cs_fail_nomem(job->error);
        return;
    }
    response->body = (struct cs_secret){job->body.text, job->body.length};
    job->body = (struct cs_buffer){0};
    job->result = CS_OK;
}

void cs_http_easy_finish(struct cs_http *http, struct cs_http_job *job, CURLcode code)
{
    if (code == CURLE_OK)
        take_answer(job);
    else
        cs_http_failure(http, job, code);
}

/* Everything that set_place(), set_contexts() and set_request() set and that the next request might
 * not. */
static bool forget_request(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_URL, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_RESOLVE, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
}

static void keep_easy(struct cs_http *http, CURL *easy)
{
    if (http->easy_count == CS_HTTP_SPARES || !forget_request(easy))
        curl_easy_cleanup(easy);
    else
        http->easies[http->easy_count++] = easy;
}

void cs_http_easy_release(struct cs_http *http, struct cs_http_job *job)
{
    if (job->easy != NULL)
        keep_easy(http, job->easy);
    job->easy = NULL;
    curl_slist_free_all(job->headers);
    job->headers = NULL;
    curl_slist_free_all(job->resolve);
    job->resolve = NULL;
    cs_buffer_free(&job->body);
}
