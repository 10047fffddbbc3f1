/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told what a check found. */
#ifndef CS_CLI_CHECK_SINK_H
#define CS_CLI_CHECK_SINK_H

/* Texts may hold anything that a file or a name holds: they are not for a terminal as they are.
 * What to do stands behind the first "; ". */
struct cs_check_sink {
    /* `problem` NULL: there is none. `id` is a stable word. */
    void (*report)(void *context, const char *id, const char *what, const char *problem);
    void (*warn)(void *context, const char *text);
    void (*note)(void *context, const char *what, const char *text);
    void *context;
};

#endif
