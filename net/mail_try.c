/* SPDX-License-Identifier: Apache-2.0 */
/* One try to hand a mail over: libcurl's SMTP, with a name that is looked up as the HTTP client's
 * are. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "base/strlist.h"
#include "net/http_memory.h"
#include "net/key_log.h"
#include "net/mail_priv.h"

enum { REPLY_BYTES = 200 };

struct attempt {
    const struct cs_mail *mail;
    struct cs_http_endpoint server;
    int64_t until;
    CURL *easy;
    struct curl_slist *resolve, *people;
    size_t read;             /* of the text */
    bool over;               /* libcurl is to end it now */
    char reply[REPLY_BYTES]; /* the server's last line that refuses something */
    char detail[CURL_ERROR_SIZE];
};

static void attempt_clear(struct attempt *attempt)
{
    curl_easy_cleanup(attempt->easy);
    curl_slist_free_all(attempt->resolve);
    curl_slist_free_all(attempt->people);
    cs_http_endpoint_free(&attempt->server);
}

/* ---- the line ---- */

static void wake(void *context)
{
    (void)curl_multi_wakeup(((struct cs_mail_line *)context)->multi);
}

enum cs_err cs_mail_line_open(struct cs_mail_line *line, struct cs_error *error)
{
    enum cs_err result = cs_http_library_init(error);

    if (result != CS_OK)
        return result;
    line->multi = curl_multi_init();
    if (line->multi != NULL)
        return CS_OK;
    cs_http_library_cleanup();
    return cs_fail_nomem(error);
}

void cs_mail_line_close(struct cs_mail_line *line)
{
    if (line->multi == NULL)
        return;
    cs_resolver_free(&line->names);
    free(line->names_of);
    (void)curl_multi_cleanup(line->multi);
    cs_http_library_cleanup();
    line->multi = NULL;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Until something happens, or the time is up, which a stop brings forward. */
static bool wait(struct cs_mail_line *line, int64_t until)
{
    int left = cs_clock_left(earlier(until, atomic_load(&line->until)));

    return left > 0 && curl_multi_poll(line->multi, NULL, 0, left, NULL) == CURLM_OK;
}

/* ---- the name ---- */

/* Kept for the next mail, so that a look-up that hangs leaves one thread behind, and not one for
 * each try. */
static bool keep_names(struct cs_mail_line *line, const struct cs_http_endpoint *server)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer whose = {0};

    cs_buffer_printf(&whose, "%s:%s", server->host, server->port);
    if (whose.failed)
        return false;
    if (line->names != NULL && strcmp(line->names_of, whose.text) == 0)
        return true;
    cs_resolver_free(&line->names);
    free(line->names_of);
    line->names_of = cs_buffer_take(&whose);
    line->names = cs_resolver_new(server->host, server->port, wake, line);
    return line->names != NULL;
}

static enum cs_err look_up(struct cs_mail_line *line, struct attempt *attempt,
                           struct cs_error *error)
{
    int64_t until = cs_clock_ms() + CS_MAIL_CONNECT_MS;
    CS_AUTO(cs_string_free) char *entry = NULL;
    unsigned long ticket = 0;
    enum cs_resolved state;

    if (attempt->server.numeric)
        return CS_OK;
    if (!keep_names(line, &attempt->server))
        return cs_fail_nomem(error);
    while ((state = cs_resolver_get(line->names, &ticket, &entry, error)) == CS_RESOLVED_WAIT) {
        if (!wait(line, until))
            return cs_fail(error, CS_ERR_UNREACHABLE, "%s: the look-up of the name takes too long",
                           attempt->server.host);
    }
    if (state == CS_RESOLVED_FAILED)
        return error->code;
    attempt->resolve = entry != NULL ? curl_slist_append(NULL, entry) : NULL;
    return attempt->resolve != NULL ? CS_OK : cs_fail_nomem(error);
}

/* ---- what libcurl calls ---- */

static size_t give_text(char *data, size_t size, size_t count, void *context)
{
    struct attempt *attempt = context;
    size_t left = strlen(attempt->mail->text) - attempt->read;
    size_t length = left < size * count ? left : size * count;

    memcpy(data, attempt->mail->text + attempt->read, length);
    attempt->read += length;
    return length;
}

static size_t take_reply(char *data, size_t size, size_t count, void *context)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct attempt *attempt = context;
    size_t length = size * count;

    if (length == 0 || (data[0] != '4' && data[0] != '5'))
        return size * count; /* libcurl takes its leave, and gets an answer to that, too */
    while (length > 0 && strchr("\r\n", data[length - 1]) != NULL)
        length--;
    cs_sanitise(&line, data, length);
    if (!line.failed)
        (void)snprintf(attempt->reply, sizeof attempt->reply, "%s", line.text ? line.text : "");
    return size * count;
}

/* A handle that is taken away from libcurl in the middle has it say good-bye to the server, and
 * wait for an answer for up to two minutes. One that it has ended itself does not. */
static int is_over(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return ((const struct attempt *)context)->over;
}

/* libcurl itself leaves out SOCK_CLOEXEC. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)context;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- options ---- */

static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_NOPROGRESS, 0}, /* asks is_over() */
    {CURLOPT_QUICK_EXIT, 1},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_DNS_CACHE_TIMEOUT, 0},
    {CURLOPT_FORBID_REUSE, 1}, /* a kept connection that the server has closed would cost a try */
    {CURLOPT_FRESH_CONNECT, 1},
    {CURLOPT_CONNECTTIMEOUT_MS, CS_MAIL_CONNECT_MS},
};

static bool set_fixed(CURL *easy)
{
    bool good = true;

    for (size_t i = 0; i < CS_ARRAY_SIZE(numbers); i++)
        good = curl_easy_setopt(easy, numbers[i].option, numbers[i].value) == CURLE_OK && good;
    return good && curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") ==
               CURLE_OK && /* not NULL: the environment's */
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, cs_forget_key_log) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_reply) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, is_over) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_text) == CURLE_OK;
}

static bool set_server(struct attempt *attempt)
{
    const struct cs_mail_server *server = &attempt->mail->server;
    long left = cs_clock_left(attempt->until);
    CURL *easy = attempt->easy;

    return curl_easy_setopt(easy, CURLOPT_URL, attempt->server.url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_RESOLVE, attempt->resolve) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left > 0 ? left : 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USE_SSL,
                            (long)(server->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE)) ==
               CURLE_OK &&
           (server->ca_file == NULL ||
            (curl_easy_setopt(easy, CURLOPT_CAINFO, server->ca_file) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

static bool set_mail(struct attempt *attempt)
{
    const struct cs_mail *mail = attempt->mail;
    CURL *easy = attempt->easy;

    if (mail->text == NULL)
        return curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK;
    attempt->people = curl_slist_append(NULL, mail->to);
    return attempt->people != NULL &&
           curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail->from) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, attempt->people) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)strlen(mail->text)) ==
               CURLE_OK;
}

static bool set_contexts(struct attempt *attempt)
{
    return curl_easy_setopt(attempt->easy, CURLOPT_ERRORBUFFER, attempt->detail) == CURLE_OK &&
           curl_easy_setopt(attempt->easy, CURLOPT_HEADERDATA, attempt) == CURLE_OK &&
           curl_easy_setopt(attempt->easy, CURLOPT_XFERINFODATA, attempt) == CURLE_OK &&
           curl_easy_setopt(attempt->easy, CURLOPT_READDATA, attempt) == CURLE_OK;
}

/* ---- how it ended ---- */

static const struct {
    CURLcode code;
    bool passing;
    const char *text;
} reasons[] = {
    {CURLE_COULDNT_CONNECT, true,
     "cannot connect; check that the server runs, its port, and the "
     "firewall"},
    {CURLE_OPERATION_TIMEDOUT, true,
     "no answer in time; check the server, the network and the "
     "firewall"},
    {CURLE_GOT_NOTHING, true, "the connection ended without an answer"},
    {CURLE_RECV_ERROR, true,
     "the connection was cut; check that host and port are a mail server's"},
    {CURLE_SEND_ERROR, true,
     "the connection was cut; check that host and port are a mail server's"},
    {CURLE_WEIRD_SERVER_REPLY, true, "the server does not greet as a mail server does"},
    {CURLE_OUT_OF_MEMORY, true, "out of memory"},
    {CURLE_USE_SSL_FAILED, false, "the server offers no TLS, which mail_starttls demands"},
    {CURLE_PEER_FAILED_VERIFICATION, false,
     "its certificate is not trusted; check the name in it, its dates, and mail_ca_file"},
    {CURLE_SSL_CACERT_BADFILE, false, "mail_ca_file cannot be read; check its name and mode"},
    {CURLE_SSL_CONNECT_ERROR, false,
     "no TLS connection; check that the port speaks TLS 1.2 or "
     "newer (smtps://), or use smtp:// with mail_starttls"},
};

/* RFC 5321 section 4.2.1: 4xx passes, 5xx does not. Only what was asked for last counts. */
static bool is_refusal(CURLcode code, long reply)
{
    return reply >= 400 && reply < 600 && code != CURLE_OK && code != CURLE_USE_SSL_FAILED &&
           code != CURLE_OPERATION_TIMEDOUT;
}

static struct cs_mail_outcome say_why(struct attempt *attempt, CURLcode code,
                                      struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer detail = {0};
    const char *text = "it cannot be handed over", *words = attempt->detail;
    bool passing = false;
    long reply = 0;

    (void)curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &reply);
    for (size_t i = 0; i < CS_ARRAY_SIZE(reasons); i++) {
        if (reasons[i].code == code) {
            text = reasons[i].text;
            passing = reasons[i].passing;
        }
    }
    if (is_refusal(code, reply)) {
        text = "the server refuses";
        words = attempt->reply;
        passing = reply < 500;
    }
    if (words[0] == '\0')
        words = curl_easy_strerror(code);
    cs_sanitise(&detail, words, strlen(words));
    (void)cs_fail(error, CS_ERR_UNAVAILABLE, "%s: %s (%s)", attempt->server.url, text,
                  detail.failed ? "out of memory" : detail.text);
    return (struct cs_mail_outcome){CS_ERR_UNAVAILABLE, passing};
}

/* ---- the try ---- */

static bool has_ended(struct cs_mail_line *line, CURLcode *ret_code)
{
    bool ended = false;
    CURLMsg *message;
    int number;

    (void)curl_multi_perform(line->multi, &number);
    while ((message = curl_multi_info_read(line->multi, &number)) != NULL) {
        ended = true;
        *ret_code = message->data.result;
    }
    return ended;
}

static CURLcode transfer(struct cs_mail_line *line, struct attempt *attempt)
{
    CURLcode code = CURLE_OPERATION_TIMEDOUT;
    bool ended;

    if (curl_multi_add_handle(line->multi, attempt->easy) != CURLM_OK)
        return CURLE_OUT_OF_MEMORY;
    do {
        ended = has_ended(line, &code);
    } while (!ended && wait(line, attempt->until));
    if (!ended) {
        attempt->over = true;
        (void)has_ended(line, &code);
        code = CURLE_OPERATION_TIMEDOUT;
        attempt->detail[0] = '\0';
    }
    (void)curl_multi_remove_handle(line->multi, attempt->easy);
    return code;
}

static enum cs_err prepare(struct cs_mail_line *line, struct attempt *attempt,
                           struct cs_error *error)
{
    enum cs_err result = cs_mail_endpoint(attempt->mail->server.url, &attempt->server, error);

    if (result == CS_OK)
        result = look_up(line, attempt, error);
    if (result != CS_OK)
        return result;
    attempt->easy = curl_easy_init();
    if (attempt->easy == NULL || !set_fixed(attempt->easy) || !set_server(attempt) ||
        !set_mail(attempt) || !set_contexts(attempt))
        return cs_fail_nomem(error);
    return CS_OK;
}

struct cs_mail_outcome cs_mail_try(struct cs_mail_line *line, const struct cs_mail *mail,
                                   struct cs_error *error)
{
    CS_AUTO(attempt_clear)
    struct attempt attempt = {.mail = mail, .until = cs_clock_ms() + CS_MAIL_TOTAL_MS};
    enum cs_err result = prepare(line, &attempt, error);
    CURLcode code;

    if (result != CS_OK)
        return (struct cs_mail_outcome){result, result != CS_ERR_CONFIG};
    code = transfer(line, &attempt);
    if (code == CURLE_OK)
        return (struct cs_mail_outcome){CS_OK, false};
    if (code == CURLE_COULDNT_CONNECT && line->names != NULL && !attempt.server.numeric)
        cs_resolver_doubt(line->names);
    return say_why(&attempt, code, error);
}
