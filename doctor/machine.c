/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as it runs: clock, disk, programs, what the kernel denied lately. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "doctor/doctor.h"
#include "doctor/files.h"
#include "doctor/process.h"
#include "paths.h"

enum {
    RECORDS_MAX = 20000, /* of the kernel's log */
    RECORD_SIZE = 8192,  /* the kernel's own bound */
    LITTLE_PERCENT = 2,
    MICROSECONDS = 1000000,
    ERROR_BAR_SECONDS = 10,
};

/* ---- the clock ---- */

static void judge_clock(struct cs_findings *all)
{
    struct timex clock = {0};
    int state = adjtimex(&clock);

    if (state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0)
        cs_findings_add(all, CS_FINDING_RISKY, "clock-unsynchronised", (struct cs_place){0},
                        "run chrony or systemd-timesyncd; a virtual machine or container may get "
                        "its time from its host, which then needs one of them",
                        "no program keeps this machine's clock right, as far as the kernel knows; "
                        "codes depend on it");
    else if (state >= 0 && clock.maxerror > ERROR_BAR_SECONDS * (long)MICROSECONDS)
        cs_findings_add(all, CS_FINDING_RISKY, "clock-drifting", (struct cs_place){0},
                        "look at 'chronyc tracking' or 'timedatectl timesync-status'",
                        "the clock was right once, and may be off by %ld s now",
                        clock.maxerror / MICROSECONDS);
}

/* A clock behind the files that it stamped was set back, or started without a battery. */
static void judge_past(struct cs_findings *all)
{
    static const char *const files[] = {CS_BROKER_FILE, CS_CONFIG_FILE, CS_STORE_FILE};
    enum { SLACK = 60 };

    for (size_t i = 0; i < CS_ARRAY_SIZE(files); i++) {
        struct stat status;

        if (stat(files[i], &status) == 0 && status.st_ctim.tv_sec > cs_clock_seconds() + SLACK)
            cs_findings_add(all, CS_FINDING_WRONG, "clock-behind", (struct cs_place){files[i], 0},
                            "set the clock (timedatectl)",
                            "was changed %lld s from now: this machine's clock is behind",
                            (long long)status.st_ctim.tv_sec - (long long)cs_clock_seconds());
    }
}

/* ---- the disk ---- */

static void judge_disk(const char *folder, struct cs_findings *all)
{
    const struct cs_place place = {folder, 0};
    struct statvfs status;

    if (statvfs(folder, &status) != 0)
        return; /* another part says that it is missing */
    if ((status.f_flag & ST_RDONLY) != 0)
        cs_findings_add(all, CS_FINDING_WRONG, "disk-read-only", place,
                        "mount it writable; if the kernel did that, look for errors with dmesg",
                        "the file system is read-only: no code can be spent, so none is accepted");
    else if (status.f_bavail == 0 || (status.f_files > 0 && status.f_favail == 0))
        cs_findings_add(all, CS_FINDING_WRONG, "disk-full", place, "make room",
                        "the file system is full: no code can be spent, so none is accepted");
    else if (status.f_bavail * 100 < (fsblkcnt_t)status.f_blocks * LITTLE_PERCENT)
        cs_findings_add(all, CS_FINDING_RISKY, "disk-almost-full", place, "make room",
                        "less than %d %% of the file system is free; once it is full, no code is "
                        "accepted",
                        LITTLE_PERCENT);
}

/* ---- programs ---- */

static void judge_broker(struct cs_findings *all)
{
    unsigned pid = 0;

    if (cs_process_find(CS_BROKER_FILE, &pid) == CS_PROCESS_REPLACED)
        cs_findings_add(all, CS_FINDING_RISKY, "broker-old-program",
                        (struct cs_place){CS_BROKER_FILE, 0},
                        "systemctl restart countersignd.service",
                        "the running broker, process %u, is from before this program was replaced; "
                        "module and broker may be one version apart, and no more",
                        pid);
}

/* ---- the kernel's log ---- */

/* Each read gives one record; of those that were overwritten EPIPE says so. */
static void judge_kernel(struct cs_findings *all)
{
    CS_AUTO(cs_fd_close)
    int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    char record[RECORD_SIZE];
    unsigned count = 0;

    for (unsigned i = 0; log >= 0 && i < RECORDS_MAX; i++) {
        ssize_t got = read(log, record, sizeof record - 1);

        if (got <= 0)
            break;
        record[got] = '\0';
        count += cs_is_denial(record);
    }
    if (count > 0)
        cs_findings_add(
            all, CS_FINDING_WRONG, "access-denied", (struct cs_place){0},
            "look for DENIED or denied in dmesg, and allow in the policy of AppArmor or "
            "SELinux what stands there",
            "%u times since the machine started the system's policy kept something of "
            "ours from its work",
            count);
}

enum cs_err cs_doctor_machine(const struct cs_doctor *doctor, struct cs_findings *all,
                              struct cs_error *error)
{
    (void)doctor;
    (void)error;
    judge_clock(all);
    judge_past(all);
    judge_disk(CS_STATE_DIR, all);
    judge_disk(CS_RUN_DIR, all);
    judge_broker(all);
    judge_kernel(all);
    return CS_OK;
}
