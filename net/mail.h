/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail, handed to a server by SMTP (RFC 5321) in a thread of its own: whoever puts one never waits.
 * The queue is bounded in length, in time and in tries, and lives in memory: what is not sent when
 * the program ends is lost, and the log says so. TLS is always verified where there is any.
 */
#ifndef CS_NET_MAIL_H
#define CS_NET_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"

enum {
    CS_MAIL_QUEUE_MAX = 64,
    CS_MAIL_TRIES_MAX = 4,
    CS_MAIL_CONNECT_MS = 15 * 1000,  /* for name look-up, connection and TLS */
    CS_MAIL_TOTAL_MS = 30 * 1000,    /* for one try */
    CS_MAIL_OLD_MS = 30 * 60 * 1000, /* a mail that has waited so long is given up */
};

struct cs_mailer;

/* The server and how to speak with it. Borrowed. */
struct cs_mail_server {
    const char *url;     /* "smtp://HOST[:PORT]" or "smtps://HOST[:PORT]" */
    bool starttls;       /* with smtp: never without TLS (RFC 3207) */
    const char *ca_file; /* certificates to trust; NULL: those of the system */
};

/* Borrowed. */
struct cs_mail {
    struct cs_mail_server server;
    const char *from, *to; /* addresses: cs_mail_is_address */
    const char *text;      /* as cs_mail_compose makes it */
    const char *about;     /* for the log: "the mail to alice@localhost" */
};

/* Since the start. */
struct cs_mail_counts {
    uint64_t sent, lost;
};

/* Whether it names a server. CS_ERR_CONFIG says what is expected. */
enum cs_err cs_mail_server_check(const char *url, struct cs_error *error) CS_MUST_USE;

/* The part of an address that mail for people of that server has behind the at sign: its host, an
 * address in brackets. The caller's to free; NULL if memory ran out, or the URL names no server. */
char *cs_mail_server_domain(const char *url) CS_MUST_USE;

/* Whether the way there leaves this machine without TLS. */
bool cs_mail_server_is_open(const struct cs_mail_server *server);

/* Pauses between tries; `pauses_ms` has CS_MAIL_TRIES_MAX - 1 and is borrowed; NULL: 10 s, 1 and 5
 * min. `log` is borrowed. No thread and no descriptor before the first mail. NULL: no memory. */
struct cs_mailer *cs_mailer_new(const struct cs_log *log, const unsigned *pauses_ms) CS_MUST_USE;

/*
 * Takes a copy to send. Never waits for anything. Several threads may call it. CS_ERR_LIMIT: the
 * queue is full. CS_ERR_INPUT: an address is none. CS_ERR_CONFIG: the server's is none. After an
 * error nothing is sent, and the mail counts as lost.
 *
 * What becomes of it is logged: that it was sent, that it will be tried again, or that it is given
 * up, and why. Only what time may mend is tried again: no connection, no answer, a reply 4xx.
 */
enum cs_err cs_mailer_put(struct cs_mailer *mailer, const struct cs_mail *mail,
                          struct cs_error *error) CS_MUST_USE;

/* Counts a mail that could not even be made. */
void cs_mailer_note_lost(struct cs_mailer *mailer);

/* Waits until all is sent that can be at the first try, at most until `until` (cs_clock_ms); what
 * is left then is given up, and so is what is put later. */
void cs_mailer_finish(struct cs_mailer *mailer, int64_t until);

void cs_mailer_count(struct cs_mailer *mailer, struct cs_mail_counts *ret_counts);

/* Gives up what is left. Accepts NULL, and sets the pointer to NULL. */
void cs_mailer_free(struct cs_mailer **mailer);

/* Whether the server can be reached and greets, with TLS where it must be; sends nothing. */
enum cs_err cs_mail_probe(const struct cs_mail_server *server, struct cs_error *error) CS_MUST_USE;

#endif
