/* SPDX-License-Identifier: Apache-2.0 */
/* One line for each login, each exemption and each account check: key=value, with outside values in
 * quotes. */
#ifndef CS_LOGIN_AUDIT_H
#define CS_LOGIN_AUDIT_H

#include <stdint.h>

#include "base/log.h"
#include "base/reason.h"
#include "methods/tally.h"

struct cs_audit {
    const char *user, *identity, *service, *address, *tty; /* NULL: left out */
    const char *method, *verdict;
    enum cs_reason reason;
    enum cs_reason last; /* how the last answer was judged */
    bool granted;        /* this module does not stop the login; the rest of the stack may */
    const char *code;    /* the name of the PAM code; NULL: left out */
    unsigned answers;    /* prompts answered */
    struct cs_tally tally;
    int64_t clock_off; /* seconds; 0: left out */
    int64_t milliseconds;
    unsigned peer_uid;
    bool standalone;
    bool account_phase; /* nothing was asked, so the line has no method and no answers */
};

void cs_audit_write(const struct cs_log *log, const struct cs_audit *audit);

#endif
