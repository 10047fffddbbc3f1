/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/process.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"

enum cs_process_runs cs_process_runs(unsigned pid, const char *program)
{
    static const char gone[] = " (deleted)"; /* proc(5) */
    size_t length = strlen(program);
    char link[64], path[PATH_MAX];
    ssize_t got;

    (void)snprintf(link, sizeof link, "/proc/%u/exe", pid);
    got = readlink(link, path, sizeof path - 1);
    if (got < 0)
        return CS_PROCESS_NO;
    path[got] = '\0';
    if (strncmp(path, program, length) != 0)
        return CS_PROCESS_NO;
    if (path[length] == '\0')
        return CS_PROCESS_YES;
    return strcmp(path + length, gone) == 0 ? CS_PROCESS_REPLACED : CS_PROCESS_NO;
}

enum cs_process_runs cs_process_find(const char *program, unsigned *ret_pid)
{
    DIR *folder = opendir("/proc");
    enum cs_process_runs result = CS_PROCESS_NO;
    const struct dirent *entry;

    while (folder != NULL && result != CS_PROCESS_REPLACED && (entry = readdir(folder)) != NULL) {
        unsigned pid;
        enum cs_process_runs runs =
            sscanf(entry->d_name, "%9u", &pid) == 1 ? cs_process_runs(pid, program) : CS_PROCESS_NO;

        if (runs <= result)
            continue;
        result = runs;
        *ret_pid = pid;
    }
    if (folder != NULL)
        (void)closedir(folder);
    return result;
}
