/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines. The program supplies the sink; each line is sanitised as a whole before it gets
 * there. */
#ifndef CS_BASE_LOG_H
#define CS_BASE_LOG_H

#include <stdbool.h>

#include "base/attributes.h"

/* `write` gets a syslog priority (LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG) and one
 * line without a newline. Several threads may call it at once. NULL: nobody is told. */
struct cs_log {
    void (*write)(void *context, int priority, const char *line);
    void *context;
    bool debug; /* false: LOG_DEBUG lines are dropped */
};

void cs_log(const struct cs_log *log, int priority, const char *format, ...) CS_PRINTF(3, 4);

/* The same for a whole text, of any length. */
void cs_log_line(const struct cs_log *log, int priority, const char *text);

/* Sinks for programs: syslog(3) with LOG_AUTHPRIV (opened here), or standard error with the
 * priority prefix that systemd reads. While nothing listens for syslog, as in many containers, the
 * first is like the second: syslog(3) would lose the lines. */
void cs_log_to_syslog(struct cs_log *log, const char *ident);
void cs_log_to_stderr(struct cs_log *log);

/* Whether something listens at /dev/log. */
bool cs_syslog_listens(void);

#endif
