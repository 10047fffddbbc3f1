/* SPDX-License-Identifier: Apache-2.0 */
/* The records of logins that were killed with their process. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"
#include "base/trusted_open.h"
#include "login/running.h"
#include "login/verdict.h"

/* A file that belongs to nobody any more. */
struct left {
    int fd;
    struct cs_running_head head;
    bool same_version; /* the numbers of reasons are this program's */
    unsigned form;
    const struct cs_log *log;
};

static enum cs_reason reason_of(const struct left *left, uint32_t number)
{
    return left->same_version && number < CS_REASONS ? (enum cs_reason)number : CS_REASON_NONE;
}

/* NULL: no answer was being judged. */
static const char *unsettled_of(const struct left *left, const struct cs_running_place *place)
{
    enum cs_reason foreseen = reason_of(left, place->foreseen);

    if (!place->judging)
        return NULL;
    return foreseen != CS_REASON_NONE ? cs_reason_name(foreseen) : "unknown";
}

static void end_texts(struct cs_running_place *place)
{
    place->id[sizeof place->id - 1] = '\0';
    place->user[sizeof place->user - 1] = '\0';
    place->identity[sizeof place->identity - 1] = '\0';
    place->service[sizeof place->service - 1] = '\0';
    place->address[sizeof place->address - 1] = '\0';
    place->tty[sizeof place->tty - 1] = '\0';
    place->method[sizeof place->method - 1] = '\0';
}

static const char *some(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static void write_record(const struct left *left, struct cs_running_place *place)
{
    struct cs_audit audit = {
        .form = left->form,
        .id = place->id,
        .time = place->time,
        .user = place->user,
        .identity = some(place->identity),
        .service = place->service,
        .address = some(place->address),
        .tty = some(place->tty),
        .method = place->method,
        .verdict = cs_verdict_name(CS_VERDICT_ABORTED),
        .reason = CS_REASON_INTERRUPTED,
        .last = reason_of(left, place->last),
        .answers = place->answers,
        .clock_off = place->clock_off,
        .milliseconds = place->milliseconds,
        .peer_uid = place->peer_uid,
        .standalone = place->standalone != 0,
        .unsettled = unsettled_of(left, place),
    };

    memcpy(audit.tally.refused, place->tally.refused, sizeof audit.tally.refused);
    for (size_t i = 0; i < CS_ACCEPTED_MAX; i++)
        audit.tally.accepted[i] = reason_of(left, place->tally.accepted[i]);
    cs_audit_write(left->log, &audit);
}

/* Each place is freed as soon as its record is written: a kill here makes one record come twice,
 * not all. */
static void write_places(const struct left *left)
{
    static const uint32_t nobody = CS_RUNNING_FREE;

    for (uint32_t i = 0; i < left->head.places; i++) {
        struct cs_running_place place;
        off_t at = (off_t)(sizeof left->head + i * sizeof place);

        if (pread(left->fd, &place, sizeof place, at) != (ssize_t)sizeof place)
            return;
        if (place.state != CS_RUNNING_HELD)
            continue;
        end_texts(&place);
        write_record(left, &place);
        if (pwrite(left->fd, &nobody, sizeof nobody,
                   at + (off_t)offsetof(struct cs_running_place, state)) < 0)
            cs_log(left->log, LOG_WARNING, "a record of a killed login may come again");
    }
}

static void write_file(struct left *left)
{
    struct cs_running_head own;

    if (pread(left->fd, &left->head, sizeof left->head, 0) != (ssize_t)sizeof left->head)
        return;
    cs_running_head_init(&own, left->head.places);
    if (strncmp(left->head.mark, own.mark, sizeof own.mark) != 0 ||
        left->head.place_size != own.place_size || left->head.places > CS_RUNNING_LOGINS_MAX) {
        cs_log(left->log, LOG_WARNING,
               "the records of logins that were killed are of another "
               "version and cannot be read");
        return;
    }
    left->same_version = strncmp(left->head.version, own.version, sizeof own.version) == 0;
    write_places(left);
}

/* A process that runs has the lock of its file. */
static void visit(struct left *left, int folder, const char *name)
{
    CS_AUTO(cs_fd_close)
    int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &status) != 0 ||
        !S_ISREG(status.st_mode) || status.st_uid != geteuid() || status.st_nlink == 0)
        return;
    left->fd = fd;
    write_file(left);
    (void)unlinkat(folder, name, 0);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

void cs_running_log_left(const char *folder, unsigned form, const struct cs_log *log)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0077};
    struct left left = {.form = form, .log = log};
    CS_AUTO(close_folder) DIR *entries = NULL;
    struct cs_error error = {0};

    if (cs_check_trusted_folder(folder, &trust, &error) != CS_OK)
        return;
    entries = opendir(folder);
    if (entries == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] != '.')
            visit(&left, dirfd(entries), entry->d_name);
    }
}
