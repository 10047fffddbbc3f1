/* SPDX-License-Identifier: Apache-2.0 */
/* Says why there is no answer, and what to do about it. */
#include <errno.h>
#include <string.h>
#include <sys/types.h>

#include "base/sanitise.h"
#include "net/http_priv.h"

static const struct {
    CURLcode code;
    enum cs_err result;
    const char *text;
} reasons[] = {
    {CURLE_COULDNT_RESOLVE_HOST, CS_ERR_UNREACHABLE,
     "the name cannot be looked up; check it and the machine's DNS"},
    {CURLE_COULDNT_RESOLVE_PROXY, CS_ERR_UNREACHABLE,
     "the proxy's name cannot be looked up; check it and the machine's DNS"},
    {CURLE_COULDNT_CONNECT, CS_ERR_UNREACHABLE,
     "cannot connect; check host, port, proxy and firewall"},
    {CURLE_PROXY, CS_ERR_UNREACHABLE, "the proxy refuses; check its kind, user and password"},
    {CURLE_OPERATION_TIMEDOUT, CS_ERR_UNREACHABLE,
     "no answer in time; check network, proxy and firewall"},
    {CURLE_PEER_FAILED_VERIFICATION, CS_ERR_TRUST,
     "its certificate is not trusted; check the name in the certificate, its dates, and that the "
     "file of accepted certificates holds its issuer"},
    {CURLE_SSL_CACERT_BADFILE, CS_ERR_TRUST,
     "the file or folder of accepted certificates cannot be read; check its name and mode"},
    {CURLE_SSL_ISSUER_ERROR, CS_ERR_TRUST, "its certificate has another issuer"},
    {CURLE_SSL_INVALIDCERTSTATUS, CS_ERR_TRUST, "its certificate was revoked"},
    {CURLE_SSL_CONNECT_ERROR, CS_ERR_TRUST,
     "no TLS connection; check that the port speaks TLS 1.2 or newer"},
    {CURLE_SSL_CIPHER, CS_ERR_TRUST, "no cipher in common"},
    {CURLE_OUT_OF_MEMORY, CS_ERR_NOMEM, "out of memory"},
};

/* Before a status line these mean that nobody answered, after it that the answer was cut. */
static const CURLcode broken[] = {CURLE_SEND_ERROR,         CURLE_RECV_ERROR, CURLE_GOT_NOTHING,
                                  CURLE_HTTP2_STREAM,       CURLE_HTTP2,      CURLE_PARTIAL_FILE,
                                  CURLE_ABORTED_BY_CALLBACK /* it would have been sent twice */};

static bool is_broken(CURLcode code)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(broken); i++) {
        if (broken[i] == code)
            return true;
    }
    return false;
}

/* A connection that ends during the handshake is not a refusal; only libcurl's message tells them
 * apart. */
static bool ended_in_handshake(const struct cs_http_job *job, CURLcode code)
{
    static const char *const words[] = {"SSL_ERROR_SYSCALL", "unexpected eof", "reset by peer",
                                        "Broken pipe"};

    for (size_t i = 0; code == CURLE_SSL_CONNECT_ERROR && i < CS_ARRAY_SIZE(words); i++) {
        if (strstr(job->detail, words[i]) != NULL)
            return true;
    }
    return false;
}

bool cs_http_is_shortage(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

static long information(const struct cs_http_job *job, CURLINFO info)
{
    long value = 0;

    if (job->easy != NULL)
        (void)curl_easy_getinfo(job->easy, info, &value);
    return value;
}

static const char *reason(struct cs_http_job *job, CURLcode code)
{
    bool answered = information(job, CURLINFO_RESPONSE_CODE) >= 200;

    job->result = CS_ERR_UNAVAILABLE;
    job->timed_out = code == CURLE_OPERATION_TIMEDOUT;
    if (job->too_large) {
        job->result = CS_ERR_LIMIT;
        return "the answer is larger than allowed";
    }
    if (answered)
        return job->timed_out ? "the answer did not end in time" : "the answer was cut";
    if (information(job, CURLINFO_HTTP_CONNECTCODE) >= 300) {
        job->result = CS_ERR_UNREACHABLE;
        return "the proxy refuses; check its user and password, and what it allows";
    }
    if (job->shortage)
        return "this machine has no file descriptors or memory left; raise LimitNOFILE, or lower "
               "max_logins";
    if (is_broken(code) || ended_in_handshake(job, code)) {
        job->result = CS_ERR_UNREACHABLE;
        return "the connection ended without an answer; check that the server runs";
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(reasons); i++) {
        if (reasons[i].code == code) {
            job->result = reasons[i].result;
            return reasons[i].text;
        }
    }
    return "no answer that makes sense; check that host and port are the provider's";
}

/* libcurl's own message, for failures whose message contains neither URL nor credentials. */
static void add_detail(struct cs_buffer *out, const struct cs_http_job *job, CURLcode code)
{
    const char *detail = curl_easy_strerror(code);

    if ((job->result == CS_ERR_TRUST || job->result == CS_ERR_UNREACHABLE) &&
        job->detail[0] != '\0')
        detail = job->detail;
    cs_buffer_text(out, " (");
    cs_sanitise(out, detail, strlen(detail));
    cs_buffer_text(out, ")");
}

void cs_http_failure(const struct cs_http *http, struct cs_http_job *job, CURLcode code)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const char *why = reason(job, code);

    cs_buffer_printf(&text, "%s: %s", job->request->what, http->server.url);
    if (http->proxy.url != NULL)
        cs_buffer_printf(&text, " through %s", http->proxy.url);
    cs_buffer_printf(&text, ": %s", why);
    add_detail(&text, job, code);
    (void)cs_fail(job->error, job->result, "%s", text.failed ? "out of memory" : text.text);
}
