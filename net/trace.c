/* SPDX-License-Identifier: Apache-2.0 */
#include "net/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/names.h"
#include "base/sanitise.h"
#include "base/strlist.h"
#include "base/trusted_open.h"
#include "net/redact.h"
#include "paths.h"

enum { STAMP_SIZE = 64, RENAMES_MAX = 100 };

struct cs_trace {
    char *path;
    int64_t rollover;
    bool local_time, prefix_all;
    const struct cs_log *log;
    pthread_mutex_t lock; /* for `warned` and everything done to the file */
    bool warned;
};

struct cs_trace *cs_trace_new(const struct cs_trace_settings *settings)
{
    struct cs_trace *trace = calloc(1, sizeof *trace);

    if (trace == NULL)
        return NULL;
    trace->path = strdup(settings->path);
    trace->rollover = settings->rollover;
    trace->local_time = settings->local_time;
    trace->prefix_all = settings->prefix_all;
    trace->log = settings->log;
    pthread_mutex_init(&trace->lock, NULL);
    if (trace->path == NULL)
        cs_trace_free(&trace);
    return trace;
}

void cs_trace_free(struct cs_trace **trace)
{
    if (*trace == NULL)
        return;
    pthread_mutex_destroy(&(*trace)->lock);
    free((*trace)->path);
    free(*trace);
    *trace = NULL;
}

/* ---- the file ---- */

static const char another_made_it[] = "another user made it";

/* What would put another file right (chmod, chown) is wrong here: others must go on using a folder
 * that they share, and whoever made the file may have it open. */
static enum cs_err refuse_place(const char *path, const char *problem, struct cs_error *error)
{
    char who[CS_WHO_SIZE];

    cs_names_local_who(geteuid(), who);
    return cs_fail(error, CS_ERR_TRUST,
                   "%s: %s; name a file in a folder that only %s can write, such as " CS_STATE_DIR,
                   path, problem, who);
}

static enum cs_err check_folder(const char *path, const struct cs_trust *trust,
                                struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *folder = strdup(path);
    struct stat status;
    char *slash;

    if (folder == NULL)
        return cs_fail_nomem(error);
    slash = strrchr(folder, '/');
    if (slash == NULL || folder[0] != '/')
        return cs_fail(error, CS_ERR_CONFIG, "%s: not an absolute path", path);
    slash[slash == folder ? 1 : 0] = '\0';
    if (lstat(folder, &status) == 0 && S_ISDIR(status.st_mode) && (status.st_mode & 022) != 0 &&
        (status.st_mode & S_ISVTX) == 0)
        return refuse_place(path, "others can write to its folder", error);
    return cs_check_trusted_folder(folder, trust, error);
}

static bool is_anothers(const struct stat *status)
{
    return status->st_uid != 0 && status->st_uid != geteuid();
}

/* In a folder that all share, Linux itself refuses another user's file (fs.protected_regular). */
static const char *why_not_opened(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && is_anothers(&status) ? another_made_it
                                                             : "it cannot be opened for writing";
}

/* Opened anew for each record, so that the file may be moved away at any time. */
static enum cs_err open_file(const struct cs_trace *trace, int *ret_fd, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0077};
    CS_AUTO(cs_fd_close) int fd = -1;
    struct stat status;
    enum cs_err result = check_folder(trace->path, &trust, error);

    if (result != CS_OK)
        return result;
    fd = open(trace->path,
              O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0 && errno == ELOOP)
        return cs_fail(error, CS_ERR_TRUST, "%s: is a link; name the real path", trace->path);
    if (fd < 0 && (errno == EACCES || errno == EROFS))
        return refuse_place(trace->path, why_not_opened(trace->path), error);
    if (fd < 0)
        return cs_fail_errno(error, "%s: cannot open", trace->path);
    if (fstat(fd, &status) == 0 && is_anothers(&status))
        return refuse_place(trace->path, another_made_it, error);
    result = cs_check_trusted(fd, trace->path, &trust, &status, error);
    if (result != CS_OK)
        return result;
    if (status.st_nlink != 1)
        return cs_fail(error, CS_ERR_TRUST, "%s: has a second hard link; remove it", trace->path);
    *ret_fd = fd;
    fd = -1;
    return CS_OK;
}

/* Splits the current time into its parts; returns the milliseconds. */
static long take_time(const struct cs_trace *trace, struct tm *ret_parts)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (trace->local_time)
        (void)localtime_r(&now.tv_sec, ret_parts);
    else
        (void)gmtime_r(&now.tv_sec, ret_parts);
    return now.tv_nsec / 1000000;
}

/* "PATH.20260131T235959.999". Never overwrites another file: a second one in the same millisecond
 * gets a number. */
static enum cs_err move_away(const struct cs_trace *trace, struct cs_error *error)
{
    struct tm parts = {0};
    long ms = take_time(trace, &parts);
    char stamp[STAMP_SIZE];

    (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", &parts);
    for (unsigned i = 0; i < RENAMES_MAX; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};

        cs_buffer_printf(&name, "%s.%s.%03ld", trace->path, stamp, ms);
        if (i > 0)
            cs_buffer_printf(&name, "-%u", i);
        if (name.failed)
            return cs_fail_nomem(error);
        if (renameat2(AT_FDCWD, trace->path, AT_FDCWD, name.text, RENAME_NOREPLACE) == 0)
            return CS_OK;
        if (errno != EEXIST)
            break;
    }
    return cs_fail_errno(error, "%s: cannot rename it to start a new one", trace->path);
}

static bool is_full(const struct cs_trace *trace, int fd, size_t coming)
{
    struct stat status;

    return trace->rollover > 0 && fstat(fd, &status) == 0 && status.st_size > 0 &&
           status.st_size + (int64_t)coming > trace->rollover;
}

static enum cs_err write_record(const struct cs_trace *trace, const struct cs_buffer *record,
                                struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = open_file(trace, &fd, error);

    if (result == CS_OK && is_full(trace, fd, record->length)) {
        cs_fd_close(&fd);
        result = move_away(trace, error);
        if (result == CS_OK)
            result = open_file(trace, &fd, error);
    }
    if (result != CS_OK)
        return result;
    if (write(fd, record->text, record->length) != (ssize_t)record->length)
        return cs_fail_errno(error, "%s: cannot write", trace->path);
    return CS_OK;
}

/* ---- records ---- */

/* `lines` ends in a newline, and so does each of its lines. */
static void add_prefixed(const struct cs_trace *trace, struct cs_buffer *record,
                         const struct cs_buffer *lines)
{
    struct tm parts = {0};
    long ms = take_time(trace, &parts);
    const char *line = lines->text;
    char stamp[STAMP_SIZE];

    (void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
    while (line != NULL && *line != '\0') {
        size_t length = strcspn(line, "\n") + 1;

        if (line == lines->text || trace->prefix_all)
            cs_buffer_printf(record, "%s.%03ld%s %d ", stamp, ms, trace->local_time ? "" : "Z",
                             gettid());
        cs_buffer_add(record, line, length);
        line += length;
    }
}

static void add_record(struct cs_trace *trace, const struct cs_buffer *lines)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer record = {0};
    struct cs_error error = {0};
    enum cs_err result;

    if (!lines->failed)
        add_prefixed(trace, &record, lines);
    if (lines->failed || record.failed)
        return;
    pthread_mutex_lock(&trace->lock);
    result = write_record(trace, &record, &error);
    if (result != CS_OK && !trace->warned)
        cs_log(trace->log, LOG_WARNING, "trace-file: %s; logins continue without it", error.text);
    trace->warned = trace->warned || result != CS_OK;
    pthread_mutex_unlock(&trace->lock);
}

static void add_header(struct cs_buffer *lines, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    cs_buffer_printf(lines, "%s: ", name);
    cs_sanitise(lines, value, strlen(value));
    cs_buffer_text(lines, "\n");
}

static void add_body(struct cs_buffer *lines, const char *content_type,
                     const struct cs_secret *body)
{
    if (body == NULL || body->length == 0)
        return;
    cs_redact_body(lines, content_type, body->data, body->length);
    cs_buffer_text(lines, "\n");
}

void cs_trace_request(struct cs_trace *trace, const char *base_url, const char *method,
                      const char *target, bool authorized, const char *content_type,
                      const struct cs_secret *body)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    size_t path = strcspn(target, "?");

    if (trace == NULL)
        return;
    cs_buffer_printf(&lines, "%s %s", method, base_url);
    cs_sanitise(&lines, target, path);
    if (target[path] == '?') {
        cs_buffer_text(&lines, "?");
        cs_redact_form(&lines, target + path + 1, strlen(target + path + 1));
    }
    cs_buffer_text(&lines, "\n");
    add_header(&lines, "Authorization", authorized ? "***" : NULL);
    add_header(&lines, "Content-Type", content_type);
    add_body(&lines, content_type, body);
    add_record(trace, &lines);
}

void cs_trace_response(struct cs_trace *trace, const char *what, long status,
                       const char *content_type, const struct cs_secret *body)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};

    if (trace == NULL)
        return;
    cs_buffer_printf(&lines, "%s: status %ld\n", what, status);
    add_header(&lines, "Content-Type", content_type);
    add_body(&lines, content_type, body);
    add_record(trace, &lines);
}

void cs_trace_failure(struct cs_trace *trace, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};

    if (trace == NULL)
        return;
    cs_sanitise(&lines, text, strlen(text));
    cs_buffer_text(&lines, "\n");
    add_record(trace, &lines);
}
