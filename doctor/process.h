/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and the programs that they run. */
#ifndef CS_DOCTOR_PROCESS_H
#define CS_DOCTOR_PROCESS_H

enum cs_process_runs {
    CS_PROCESS_NO,       /* there is no such process, or it runs something else */
    CS_PROCESS_YES,      /* the file that is there now */
    CS_PROCESS_REPLACED, /* a file of that name that is no longer there */
};

enum cs_process_runs cs_process_runs(unsigned pid, const char *program);

/* The first process that runs the program, in the order of /proc; CS_PROCESS_REPLACED before
 * CS_PROCESS_YES, and CS_PROCESS_NO if there is none. */
enum cs_process_runs cs_process_find(const char *program, unsigned *ret_pid);

#endif
