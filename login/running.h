/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the logins of this process have judged, where it outlives a kill: files in memory that the
 * next program reads. A login's record is written when it ends; without this, a broker that is
 * killed between a judged answer and the end of its login would leave no record of an answer that
 * was counted, or of a code that was spent.
 *
 * A place costs a login no system call. Nothing is on a disk: a machine that loses its power loses
 * these records, as it loses lines that its log has not written.
 */
#ifndef CS_LOGIN_RUNNING_H
#define CS_LOGIN_RUNNING_H

#include "base/log.h"
#include "login/audit.h"
#include "login/record_id.h"

enum { CS_RUNNING_TEXT = 256, CS_RUNNING_LOGINS_MAX = 4096 };

struct cs_running; /* the places of one process */

/* One login's place. The login writes to it, and to nobody else's. */
struct cs_running_place {
    _Atomic uint32_t state; /* private */
    uint32_t number;        /* private */
    char id[CS_RECORD_ID_SIZE];
    char user[CS_RUNNING_TEXT], identity[CS_RUNNING_TEXT];
    char service[64], address[64], tty[64], method[48];
    uint32_t peer_uid, standalone, answers, last;
    struct cs_tally tally;
    int64_t clock_off, milliseconds, time;
    uint32_t judging;  /* an answer is being judged ... */
    uint32_t foreseen; /* ... and will have this reason if what was done for it is committed */
};

/* Places in files of `folder`, which belongs to this account alone; each file has `places` of them,
 * and one is made when they are needed. Without memory NULL. */
struct cs_running *cs_running_new(const char *folder, unsigned places) CS_MUST_USE;

/* Removes the files, unless a login still has a place. Accepts NULL. */
void cs_running_free(struct cs_running **running);

/* A place, all zero but for what is private; NULL if there is none: then a kill during this login
 * leaves no record. `log` is told why, once for each process. */
struct cs_running_place *cs_running_enter(struct cs_running *running, const struct cs_log *log);

/* Once the login's record is written. Accepts NULL, and sets the pointer to NULL. */
void cs_running_leave(struct cs_running *running, struct cs_running_place **place);

/* running_left.c: writes a record for each login that a killed process left behind, in that form,
 * and removes its files. Files of processes that run are left alone. */
void cs_running_log_left(const char *folder, unsigned form, const struct cs_log *log);

/* ---- the files, for running.c and running_left.c ---- */

/* What a file begins with. Another version of the program has other numbers for reasons. */
struct cs_running_head {
    char mark[16], version[16];
    uint32_t places, place_size;
};

enum cs_running_state { CS_RUNNING_FREE, CS_RUNNING_HELD };

void cs_running_head_init(struct cs_running_head *head, unsigned places);

#endif
