/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What login/pending_queue.h is within one process, among the processes of one machine: broker and
 * stand-alone sessions. A lock of the kernel on a file for each identity, so that it is freed when
 * a process dies; the file is there while somebody uses it, or while the identity rests.
 */
#ifndef CS_LOGIN_PENDING_LOCK_H
#define CS_LOGIN_PENDING_LOCK_H

#include "providers/provider.h"

enum { CS_PENDING_NAME_SIZE = 128, CS_PENDING_REST_MAX_MS = 3600 * 1000 };

/* Zero: no lock. */
struct cs_pending_lock {
    int folder_fd, file_fd;
    bool held;
    char name[CS_PENDING_NAME_SIZE]; /* of the file */
};

/*
 * Waits for the lock of `identity`, whose case does not matter, at the provider of that name, until
 * the call's deadline. `folder` can be written by this process alone, and nobody else. CS_OK:
 * the caller gives it back. CS_ERR_TIMEOUT, CS_ERR_HANGUP: as in pending_queue.h. CS_ERR_RESTING:
 * no request may be made yet. CS_ERR_UNAVAILABLE, CS_ERR_TRUST, CS_ERR_SYSTEM: the folder cannot be
 * used, and the text says what to do.
 */
enum cs_err cs_pending_lock_take(const char *folder, const char *provider, const char *identity,
                                 const struct cs_call *call, struct cs_pending_lock *ret_lock,
                                 struct cs_error *error) CS_MUST_USE;

/* Gives it back. `rest_ms` other than 0: nobody gets it for so long, but for at most
 * CS_PENDING_REST_MAX_MS. Does nothing without a lock. */
void cs_pending_lock_give(struct cs_pending_lock *lock, unsigned rest_ms);

#endif
