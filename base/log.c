/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitise.h"
#include "base/strlist.h"

enum { LINE_MAX_BYTES = 2048 };

void cs_log_line(const struct cs_log *log, int priority, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    if (log->write == NULL || (priority == LOG_DEBUG && !log->debug))
        return;
    cs_sanitise(&clean, text, strlen(text));
    log->write(log->context, priority, clean.failed || !clean.text ? "out of memory" : clean.text);
}

void cs_log(const struct cs_log *log, int priority, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list arguments;
    int length;

    if (log->write == NULL || (priority == LOG_DEBUG && !log->debug))
        return;
    va_start(arguments, format);
    length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= sizeof line)
        memcpy(line + sizeof line - 4, "...", 4);
    cs_log_line(log, priority, line);
}

static void write_stderr(void *context, int priority, const char *line)
{
    /* One write per line, so that lines from several threads do not mix. */
    CS_AUTO(cs_string_free) char *text = NULL;
    int length = asprintf(&text, "<%d>%s\n", priority, line);

    (void)context;
    if (length < 0)
        text = NULL;
    else if (write(STDERR_FILENO, text, (size_t)length) < 0)
        return; /* nowhere left to report it */
}

bool cs_syslog_listens(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
    CS_AUTO(cs_fd_close) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    /* EPROTOTYPE: it listens for a stream, which syslog(3) tries next. */
    return fd >= 0 && (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ||
                       errno == EPROTOTYPE);
}

static void write_syslog(void *context, int priority, const char *line)
{
    if (cs_syslog_listens())
        syslog(LOG_AUTHPRIV | priority, "%s", line);
    else
        write_stderr(context, priority, line);
}

void cs_log_to_syslog(struct cs_log *log, const char *ident)
{
    openlog(ident, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
    log->write = write_syslog;
}

void cs_log_to_stderr(struct cs_log *log)
{
    log->write = write_stderr;
}
