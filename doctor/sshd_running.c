/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the sshd that listens has read its files since they changed. It reads them when it starts
 * and when it is reloaded, and writes its pid file right after. Its process keeps its start time
 * when it is reloaded, so that says nothing. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "doctor/doctor.h"
#include "doctor/process.h"
#include "doctor/root.h"
#include "doctor/sshd_ask.h"

/* When the listener read its files; false: none has written `path`, or it is gone. */
static bool find_reading(const char *path, struct timespec *ret_time, unsigned *ret_pid)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct stat status;

    if (cs_root_stat("", path, &status) != 0 || cs_root_read("", path, &content, NULL) != CS_OK ||
        sscanf(content.data, "%9u", ret_pid) != 1 ||
        cs_process_runs(*ret_pid, cs_sshd_program) == CS_PROCESS_NO)
        return false;
    *ret_time = status.st_mtim;
    return true;
}

static bool is_later(const struct timespec *left, const struct timespec *right)
{
    return left->tv_sec != right->tv_sec ? left->tv_sec > right->tv_sec
                                         : left->tv_nsec > right->tv_nsec;
}

/* The time of the last change, which copying does not set back. */
static void judge_file(const char *path, const struct timespec *read, struct cs_findings *all)
{
    struct stat status;

    if (cs_root_stat("", path, &status) == 0 && is_later(&status.st_ctim, read))
        cs_findings_add(all, CS_FINDING_WRONG, "sshd-not-reloaded", (struct cs_place){path, 0},
                        "sshd -t && systemctl reload ssh",
                        "changed after the running sshd had read it");
}

static void judge_files(const struct cs_sshd_text *text, const struct timespec *read,
                        struct cs_findings *all)
{
    for (size_t i = 0; i < text->source_count; i++)
        judge_file(text->sources[i].path, read, all);
    /* A file that was taken away changes its folder. */
    judge_file("/etc/ssh/sshd_config.d", read, all);
}

static void judge_program(unsigned pid, struct cs_findings *all)
{
    if (cs_process_runs(pid, cs_sshd_program) == CS_PROCESS_REPLACED)
        cs_findings_add(all, CS_FINDING_RISKY, "sshd-old-program",
                        (struct cs_place){cs_sshd_program, 0}, "systemctl restart ssh",
                        "the running sshd is from before this program was replaced");
}

enum cs_err cs_doctor_sshd_running(const struct cs_doctor *doctor, struct cs_findings *all,
                                   struct cs_error *error)
{
    CS_AUTO(cs_sshd_text_clear) struct cs_sshd_text text = {0};
    CS_AUTO(cs_sshd_view_clear) struct cs_sshd_view view = {0};
    CS_AUTO(cs_sshd_connection_clear) struct cs_sshd_connection anybody = {0};
    struct cs_place place;
    struct timespec read;
    unsigned pid;
    enum cs_err result = cs_sshd_text_read(doctor->root, &text, error);

    if (result == CS_ERR_NOT_FOUND)
        return CS_OK;
    if (result == CS_OK && cs_sshd_connection_any(&anybody) != CS_OK)
        return cs_fail_nomem(error);
    if (result == CS_OK)
        result = cs_sshd_ask(&text, &anybody, &view, &place, error);
    /* What sshd refuses is a finding already, and it may run with what it read before. */
    if (result != CS_OK)
        return result == CS_ERR_CONFIG || result == CS_ERR_UNAVAILABLE ? CS_OK : result;
    if (!find_reading(cs_sshd_value(&view, "pidfile"), &read, &pid))
        return CS_OK;
    judge_files(&text, &read, all);
    judge_program(pid, all);
    return CS_OK;
}
