/* SPDX-License-Identifier: Apache-2.0 */
/* Internals of mail: one try to send, for the thread that has the queue. */
#ifndef CS_NET_MAIL_PRIV_H
#define CS_NET_MAIL_PRIV_H

#include <curl/curl.h>
#include <stdatomic.h>

#include "net/endpoint.h"
#include "net/http_resolve.h"
#include "net/mail.h"

/* What tries share: used by one thread, but for `until` and curl_multi_wakeup(multi). */
struct cs_mail_line {
    CURLM *multi;
    struct cs_resolver *names; /* of the last server with a name; or NULL */
    char *names_of;            /* HOST:PORT of it */
    _Atomic int64_t until;     /* cs_clock_ms; when every try ends at the latest */
};

struct cs_mail_outcome {
    enum cs_err result;
    bool passing; /* it may be different some time later */
};

/* CS_ERR_NOMEM, or the library cannot be used. */
enum cs_err cs_mail_line_open(struct cs_mail_line *line, struct cs_error *error) CS_MUST_USE;
void cs_mail_line_close(struct cs_mail_line *line);

/* One try. `mail->text` NULL: goes no further than what comes before the first mail. */
struct cs_mail_outcome cs_mail_try(struct cs_mail_line *line, const struct cs_mail *mail,
                                   struct cs_error *error);

#endif
