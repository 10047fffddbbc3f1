/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to a provider's server. One I/O thread runs the transfers of all logins, so that they
 * share connections and TLS sessions; a login blocks only in its own call, and leaves it at its
 * deadline or when its peer hangs up. TLS is always verified, redirects are never followed, the
 * environment is never read, and memory that held a secret is wiped.
 */
#ifndef CS_NET_HTTP_H
#define CS_NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hold.h"
#include "base/secret.h"
#include "net/trace.h"

enum {
    CS_HTTP_BODY_MAX = 1024 * 1024,  /* bytes of an answer's body */
    CS_HTTP_HEADER_MAX = 64 * 1024,  /* bytes of all header lines of an answer */
    CS_HTTP_CONTENT_TYPE_BYTES = 64, /* with the NUL; a longer one is truncated */
};

struct cs_http;

/* Borrowed; copied by cs_http_new. */
struct cs_http_settings {
    const char *base_url; /* "https://host:port" or "http://host:port", without a slash at the
                           * end */

    /* As libcurl's proxy option: [scheme://][user:password@]host[:port] with http, https, socks4,
     * socks4a, socks5 or socks5h; http and port 1080 (https: 443) by default. NULL, "" or
     * `proxy_set` false: no proxy. */
    const char *proxy;
    bool proxy_set;
    bool proxy_tunnel; /* use CONNECT for http too; https always tunnels */

    const char *ca_file, *ca_path; /* certificates to trust; both NULL: those of the system */
    /* PEM texts by which this client proves who it is in TLS (RFC 8705); both or neither. */
    const char *certificate, *private_key;
    unsigned max_handles;   /* most connections; 0 means 1 */
    unsigned connect_ms;    /* for name look-up, connection and TLS */
    unsigned total_ms;      /* for one attempt */
    struct cs_trace *trace; /* or NULL; must outlive the client */
};

/* When a login stops waiting. */
struct cs_http_call {
    int64_t deadline;     /* cs_clock_ms; a retry must fit too */
    int cancel_fd;        /* POLLRDHUP or POLLHUP on it ends the call; -1: none. While a question
                             is held, as while its channel waits, POLLIN does, too */
    const char *language; /* Accept-Language, or NULL */
};

struct cs_http_request {
    const char *method;
    const char *target;       /* path and query, percent-encoded, starts with a slash */
    const char *shown;        /* what a trace shows of it, if its path has a secret; or NULL */
    const char *content_type; /* of `body`, or NULL */
    const char *accept;       /* or NULL */
    const struct cs_secret *bearer; /* token for Authorization, or NULL */
    const struct cs_secret *basic;  /* credentials for it, as RFC 7617 encodes them, or NULL */
    const struct cs_secret *body;   /* or NULL; read in place until the call returns */
    bool idempotent;                /* sending it twice has the same effect as once */
    bool once;                      /* never send it again, although retry.h would allow it */
    unsigned total_ms;              /* for one attempt; 0: the client's */
    struct cs_hold *hold;           /* see cs_http_perform; or NULL */
    bool *sent; /* set to true if the server may have got any of it, after an error too; or NULL.
                   With `hold`: any of the last one */
    const char *what; /* for errors: "the user look-up" */
};

struct cs_http_response {
    long status;
    struct cs_secret body; /* never NULL after CS_OK; the caller's to free */
    char content_type[CS_HTTP_CONTENT_TYPE_BYTES];
    int64_t retry_after_ms; /* 0: not given */
    int64_t date; /* the server's time when it sent this, in seconds since 1970; 0: not given */
};

/*
 * `ret_http` is untouched on failure; release it with cs_http_free. CS_ERR_CONFIG: the URL or the
 * proxy is not acceptable. Before the first request there is no thread, and only four descriptors
 * are open.
 */
enum cs_err cs_http_new(const struct cs_http_settings *settings, struct cs_http **ret_http,
                        struct cs_error *error) CS_MUST_USE;

/* No call may be in progress. Closes the connections; never waits for a name look-up. Accepts NULL
 * and sets the pointer to NULL. */
void cs_http_free(struct cs_http **http);

/*
 * Sends one request and receives its answer; any number of threads may call it at once.
 *
 * CS_OK: a status line and the whole body arrived, whatever the status. CS_ERR_UNREACHABLE: name
 * look-up, connection, time-out or reset before a status line. CS_ERR_TRUST: TLS could not be
 * verified, or was refused. CS_ERR_HANGUP: cancelled. CS_ERR_LIMIT: an answer larger than allowed.
 * CS_ERR_INPUT: the request contains bytes that are not allowed in a header. CS_ERR_UNAVAILABLE:
 * everything else, for example a truncated body.
 *
 * `ret_response` is untouched unless CS_OK is returned. retry.h says what is retried.
 *
 * With `hold->waits` the request is not sent now but at cs_hold_next(), and then again and again as
 * long as the answer is the one that `hold` knows; all of this in the I/O thread, so that nobody is
 * woken for an answer that changes nothing. The first answer that differs, an error, and whatever
 * there is when `hold->until` comes end it, and the request has then been sent at `hold->asked`.
 * Each has its own time limit; the call's deadline is for all. Afterwards `hold->known` says
 * whether the next call could wait.
 */
enum cs_err cs_http_perform(struct cs_http *http, const struct cs_http_call *call,
                            const struct cs_http_request *request,
                            struct cs_http_response *ret_response,
                            struct cs_error *error) CS_MUST_USE;

/* Wipes the body and empties the struct. */
void cs_http_response_free(struct cs_http_response *response);

#endif
