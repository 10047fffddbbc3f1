/* SPDX-License-Identifier: Apache-2.0 */
/* One line for each login, and for each exemption: key=value, values from outside in quotes. */
#ifndef CS_LOGIN_AUDIT_H
#define CS_LOGIN_AUDIT_H

#include <stdint.h>

#include "base/log.h"

struct cs_audit {
    const char *user, *identity, *service, *address, *tty; /* NULL: left out */
    const char *method, *verdict, *reason;
    const char *last; /* how the last answer was judged; NULL: none was */
    bool granted;     /* this module does not hold the login up; the stack may all the same */
    const char *code; /* what PAM is answered, by name; NULL: left out */
    unsigned answers;
    int64_t milliseconds;
    unsigned peer_uid;
    bool standalone;
};

void cs_audit_write(const struct cs_log *log, const struct cs_audit *audit);

#endif
