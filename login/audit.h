/* SPDX-License-Identifier: Apache-2.0 */
/* One record for each login, each exemption and each account check: a line of key=value, with
 * outside values in quotes, an object of JSON, or both. */
#ifndef CS_LOGIN_AUDIT_H
#define CS_LOGIN_AUDIT_H

#include <stdint.h>

#include "base/log.h"
#include "base/reason.h"
#include "base/secret.h"
#include "methods/tally.h"

/* The values of the option `audit`. */
enum cs_audit_form { CS_AUDIT_TEXT, CS_AUDIT_JSON, CS_AUDIT_BOTH };

struct cs_audit {
    unsigned form;  /* enum cs_audit_form */
    const char *id; /* the record's (record_id.h); for JSON */
    int64_t time;   /* of the record, in seconds since 1970; for JSON */
    const char *user, *identity, *service, *address, *tty; /* NULL: left out */
    const char *method, *verdict;
    enum cs_reason reason;
    enum cs_reason last; /* how the last answer was judged */
    bool granted;        /* this module does not stop the login; the rest of the stack may */
    const char *code;    /* the name of the PAM code; NULL: left out */
    unsigned answers;    /* prompts answered */
    struct cs_tally tally;
    unsigned days_left; /* of enrol_by; 0: left out */
    int64_t clock_off;  /* seconds; 0: left out */
    int64_t milliseconds;
    unsigned peer_uid;
    bool standalone;
    const char *unsettled; /* the reason that an answer would have had which was being judged when
                              the broker was killed; NULL: left out */
    bool account_phase;    /* nothing was asked, so the line has no method and no answers */
};

void cs_audit_write(const struct cs_log *log, const struct cs_audit *audit);

/* Adds ` key="value"`, cleaned and cut at 160 bytes; nothing for NULL. An outside value can neither
 * end its quotes nor look like another key. */
void cs_audit_quoted(struct cs_buffer *line, const char *key, const char *value);

/* audit_json.c: the record as one line of JSON. */
enum cs_err cs_audit_json(const struct cs_audit *audit, struct cs_secret *ret_text,
                          struct cs_error *error) CS_MUST_USE;

/* Adds a value from outside, cleaned and cut at 255 bytes, to the open object; nothing for NULL. */
struct cs_json_writer;
void cs_audit_json_text(struct cs_json_writer *writer, const char *key, const char *value);

#endif
