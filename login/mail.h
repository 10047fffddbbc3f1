/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail to those whose factors have changed, so that they hear of it if somebody else did it. It
 * says what, when, where, from where and by what, and never a secret.
 */
#ifndef CS_LOGIN_MAIL_H
#define CS_LOGIN_MAIL_H

#include "login/login.h"
#include "methods/method.h"

/* What a mail says. Borrowed. */
struct cs_told {
    enum cs_change change;
    const char *account;  /* the canonical name */
    const char *identity; /* what the provider calls it; "": none */
    const char *service;  /* what it was done with: "sshd" */
    const char *address;  /* from where, as cs_address_parse writes it; "": from here */
    int64_t time;         /* seconds since 1970 */
};

/* Makes the mail in the language of `book` (its own values are replaced, and ASCII is not kept to)
 * and hands it to the engine's mailer. Does nothing without `settings->server`. Never fails and
 * never waits: what cannot be sent is logged. Call it when the change is on the disk, whatever
 * becomes of the login afterwards: who hangs up then is told like anybody else. */
void cs_mail_tell(struct cs_engine *engine, const struct cs_mail_settings *settings,
                  const struct cs_phrasebook *book, const struct cs_told *told,
                  const struct cs_log *log);

/* Whether the server greets, with TLS where it must; sends nothing. */
enum cs_err cs_mail_settings_probe(const struct cs_mail_settings *settings,
                                   struct cs_error *error) CS_MUST_USE;

/* Appends how people are told, for an administrator; nothing if they are not. */
void cs_mail_settings_describe(const struct cs_mail_settings *settings, struct cs_buffer *out);

/* The same of the user who logs in, by the login's own settings. */
void cs_login_tell(const struct cs_login *login, enum cs_change change);

#endif
