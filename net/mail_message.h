/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail as it is sent: headers of RFC 5322, a text in UTF-8 as quoted-printable (RFC 2045 section
 * 6.7), so that every server passes it on unchanged. Pure functions.
 */
#ifndef CS_NET_MAIL_MESSAGE_H
#define CS_NET_MAIL_MESSAGE_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

/* Borrowed. */
struct cs_mail_message {
    const char *from, *to; /* addresses */
    const char *subject;   /* UTF-8, one line */
    const char *body;      /* UTF-8; newlines end its lines */
    const char *language;  /* of the text, as catalogues write it: "pt_BR"; "": English */
    const char *id;        /* letters, digits and dashes, of no other mail */
    int64_t time;          /* seconds since 1970 */
};

enum { CS_MAIL_DATE_SIZE = 40 };

/* "Mon, 30 Nov 2026 21:25:14 +0000", RFC 5322 section 3.3; whatever the locale is. "" for a time
 * without a year of four digits. */
void cs_mail_date(int64_t seconds, char ret_date[CS_MAIL_DATE_SIZE]);

/* Appends the whole message, each line of which ends in CR LF. CS_ERR_INPUT: an address is none,
 * the text is not UTF-8, or the ID has other characters. */
enum cs_err cs_mail_compose(const struct cs_mail_message *message, struct cs_buffer *out,
                            struct cs_error *error) CS_MUST_USE;

#endif
