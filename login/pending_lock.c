/* SPDX-License-Identifier: Apache-2.0 */
#include "login/pending_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/event.h"
#include "base/file.h"
#include "base/lower.h"
#include "base/trusted_open.h"

enum { PAUSE_MS = 20, PAUSE_MAX_MS = 200, REST_TEXT_SIZE = 32, REOPENS_MAX = 1000 };

/* ---- the file ---- */

/* "PROVIDER.SHA-256 of the identity in lower case": names are not for everybody who may look, and
 * may hold any byte. */
static enum cs_err write_name(const char *provider, const char *identity,
                              char ret_name[CS_PENDING_NAME_SIZE], struct cs_error *error)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    CS_AUTO(cs_buffer_free) struct cs_buffer folded = {0};
    int used = snprintf(ret_name, CS_PENDING_NAME_SIZE, "%.32s.", provider);

    for (const char *at = identity; *at != '\0'; at++) {
        char byte = cs_lower(*at);

        cs_buffer_add(&folded, &byte, 1);
    }
    if (folded.failed)
        return cs_fail_nomem(error);
    if (EVP_Digest(folded.text ? folded.text : "", folded.length, digest, &length, EVP_sha256(),
                   NULL) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "the name of a lock cannot be computed");
    for (unsigned i = 0; i < length; i++)
        used += snprintf(ret_name + used, CS_PENDING_NAME_SIZE - (size_t)used, "%02x", digest[i]);
    return CS_OK;
}

static enum cs_err open_folder(const char *folder, int *ret_fd, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0022};
    enum cs_err result = cs_check_trusted_folder(folder, &trust, error);

    if (result == CS_ERR_NOT_FOUND)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s is missing, where logins of one identity wait for each other; "
                       "'systemd-tmpfiles --create countersign.conf' makes it",
                       folder);
    if (result != CS_OK)
        return result;
    *ret_fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd >= 0 ? CS_OK : cs_fail_errno(error, "%s: cannot open", folder);
}

static enum cs_err open_file(struct cs_pending_lock *lock, struct cs_error *error)
{
    struct stat status;

    cs_fd_close(&lock->file_fd);
    lock->file_fd = openat(lock->folder_fd, lock->name,
                           O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (lock->file_fd < 0)
        return cs_fail_errno(error, "the lock '%s': cannot open", lock->name);
    if (fstat(lock->file_fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != geteuid())
        return cs_fail(error, CS_ERR_TRUST, "the lock '%s' is not a file of ours; remove it",
                       lock->name);
    return CS_OK;
}

/* The one who had it may have removed the file meanwhile. */
static bool is_current(const struct cs_pending_lock *lock)
{
    struct stat status;

    return fstat(lock->file_fd, &status) == 0 && status.st_nlink > 0;
}

/* ---- waiting ---- */

static enum cs_err await(const struct cs_call *call, int64_t pause, struct cs_error *error)
{
    int64_t until = cs_clock_ms() + pause;

    if (cs_clock_left(call->deadline) == 0)
        return cs_fail(error, CS_ERR_TIMEOUT,
                       "a login of the same user in another process did not end before this one's "
                       "time ran out");
    if (until > call->deadline)
        until = call->deadline;
    if (cs_event_wait(-1, call->cancel_fd, until) == CS_WAITED_HANGUP)
        return cs_fail(error, CS_ERR_HANGUP,
                       "the login was given up while another process had a request of the same "
                       "user open");
    return CS_OK;
}

/* Several may wait, and the kernel wakes nobody whom a hang-up could wake too: so look again and
 * again, ever more rarely. */
static enum cs_err lock_file(struct cs_pending_lock *lock, const struct cs_call *call,
                             struct cs_error *error)
{
    int64_t pause = PAUSE_MS;
    enum cs_err result = open_file(lock, error);

    for (unsigned reopened = 0; result == CS_OK;) {
        if (flock(lock->file_fd, LOCK_EX | LOCK_NB) == 0) {
            lock->held = is_current(lock);
            if (lock->held || ++reopened == REOPENS_MAX)
                break;
            result = open_file(lock, error);
            continue;
        }
        if (errno != EWOULDBLOCK && errno != EINTR)
            return cs_fail_errno(error, "the lock '%s': cannot lock", lock->name);
        result = await(call, pause, error);
        pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
    }
    if (result == CS_OK && !lock->held)
        return cs_fail(error, CS_ERR_SYSTEM, "the lock '%s' is replaced again and again",
                       lock->name);
    return result;
}

/* ---- resting ---- */

static enum cs_err check_rest(const struct cs_pending_lock *lock, struct cs_error *error)
{
    char text[REST_TEXT_SIZE] = "";
    ssize_t length = pread(lock->file_fd, text, sizeof text - 1, 0);
    int64_t left;

    if (length <= 0)
        return CS_OK;
    left = strtoll(text, NULL, 10) - cs_clock_ms();
    /* A longer one is from before a restart that did not clear the folder. */
    if (left <= 0 || left > CS_PENDING_REST_MAX_MS)
        return CS_OK;
    return cs_fail(error, CS_ERR_RESTING,
                   "no request is sent to this user for %" PRId64
                   " s more: an earlier one was overtaken, or the provider has frozen the user",
                   left / 1000 + 1);
}

static void drop(struct cs_pending_lock *lock)
{
    if (lock->folder_fd > 0)
        cs_fd_close(&lock->folder_fd);
    if (lock->file_fd > 0)
        cs_fd_close(&lock->file_fd);
    *lock = (struct cs_pending_lock){0};
}

enum cs_err cs_pending_lock_take(const char *folder, const char *provider, const char *identity,
                                 const struct cs_call *call, struct cs_pending_lock *ret_lock,
                                 struct cs_error *error)
{
    struct cs_pending_lock lock = {.folder_fd = -1, .file_fd = -1};
    enum cs_err result = write_name(provider, identity, lock.name, error);

    if (result == CS_OK)
        result = open_folder(folder, &lock.folder_fd, error);
    if (result == CS_OK)
        result = lock_file(&lock, call, error);
    if (result == CS_OK)
        result = check_rest(&lock, error);
    if (result != CS_OK) {
        drop(&lock);
        return result;
    }
    *ret_lock = lock;
    return CS_OK;
}

/* False: nothing was written, and the next login does not wait. */
static bool write_rest(const struct cs_pending_lock *lock, unsigned rest_ms)
{
    char text[REST_TEXT_SIZE];
    int64_t rest = rest_ms < CS_PENDING_REST_MAX_MS ? rest_ms : CS_PENDING_REST_MAX_MS;
    int length = snprintf(text, sizeof text, "%" PRId64 "\n", cs_clock_ms() + rest);

    return pwrite(lock->file_fd, text, (size_t)length, 0) == length;
}

void cs_pending_lock_give(struct cs_pending_lock *lock, unsigned rest_ms)
{
    if (!lock->held)
        return;
    if (rest_ms == 0 || !write_rest(lock, rest_ms))
        (void)unlinkat(lock->folder_fd, lock->name, 0);
    drop(lock);
}
