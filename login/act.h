/* SPDX-License-Identifier: Apache-2.0 */
/* Records of what the command-line tool does: who, what, to whom. An act that changes the store has
 * its record in the store, in the same transaction; the log gets it from there. */
#ifndef CS_LOGIN_ACT_H
#define CS_LOGIN_ACT_H

#include <sys/types.h>

#include "base/log.h"
#include "base/strlist.h"
#include "login/audit.h"
#include "login/record_id.h"
#include "store/record.h"

/* Who runs this program. */
struct cs_actor {
    int64_t
        login_uid; /* who logged in, whatever they have become since; -1: nobody, or not known */
    uid_t uid;     /* the real uid */
};

/* Of this process, before it becomes anybody else. */
struct cs_actor cs_actor_find(void);

struct cs_act {
    struct cs_actor actor;
    const char *verb;   /* "enroll totp" */
    const char *detail; /* what, more closely: a factor's ID, a language, ...; "": nothing */
    bool done;          /* false: it was refused */
    int64_t time;
    const struct cs_strlist *users; /* whom; empty: nobody in particular */
};

/* Gets the records of an act. */
typedef enum cs_err cs_act_sink(const struct cs_record *record, void *context,
                                struct cs_error *error);

/* Makes the records of an act and hands them to `sink`: one, or several of which each has other
 * users, so that none is too long for a line of the log. */
enum cs_err cs_act_make(const struct cs_act *act, struct cs_record_ids *ids, cs_act_sink *sink,
                        void *context, struct cs_error *error) CS_MUST_USE;

/* Where the log's records go, and their form. */
struct cs_act_log {
    const struct cs_log *log;
    unsigned form; /* enum cs_audit_form */
};

/* A sink, and a writer for cs_records_drain: writes a record to a struct cs_act_log. Never fails.
 */
enum cs_err cs_act_write(const struct cs_record *record, void *act_log, struct cs_error *error);

#endif
