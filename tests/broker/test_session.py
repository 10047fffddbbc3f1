# SPDX-License-Identifier: Apache-2.0
"""What a stand-alone session inherits from the caller of su: nothing that keeps a try from being counted."""
import pathlib

from countersign import *

UNPROVEN_FREE = 3  # wrong codes without a delay
# As the caller of su may set them.
LIMITS = {"fsize": 0, "cpu": 5, "nofile": 200, "data": 60_000_000, "as": 400_000_000, "stack": 300_000, "core": 0,
          "memlock": 0, "nproc": 1, "rss": 1000, "locks": 0, "msgqueue": 0, "sigpending": 0, "rttime": 1000}
NAMES = {"Max file size": "unlimited", "Max cpu time": "unlimited", "Max open files": "1024",
         "Max data size": "unlimited", "Max address space": "unlimited", "Max processes": "unlimited",
         "Max core file size": "0", "Max stack size": str(8 << 20), "Max file locks": "unlimited",
         "Max realtime timeout": "unlimited"}


def test_prepare():
    if SANITIZE:
        raise Skip("a sanitizer needs more memory than these limits leave")
    stack("retry=0", "standalone", "stack_first_factor")
    write_config({})


def may_raise():
    """Whether root may raise hard limits: in some containers it may not."""
    capabilities = int(re.search(r"^CapEff:\s+(\w+)$", pathlib.Path("/proc/self/status").read_text(), re.M)[1], 16)
    return bool(capabilities & 1 << 24)  # CAP_SYS_RESOURCE


def limited(limits, hard=None):
    """The command that sets them, hard ones too where root can raise them again."""
    return ["prlimit", *[f"--{name}={value}:{value if hard or hard is None and may_raise() else ''}"
                         for name, value in limits.items()]]


def log_in(who, answer, prefix):
    session = PamSession(who.user, prefix=prefix)
    session.prompt()
    session.answer(answer)
    return session.result().code


SHARED = STORE.with_name(STORE.name + "-shm")


def failures(who):
    return listing(who.user)["failed_tries"]


def test_wrong_codes_are_counted_whatever_the_size_of_files():
    for number, size in enumerate((0, 1, 4096, 40_000, 200_000)):
        add_accounts([f"sized{number}"], 21000 + number)
        who = enroll(f"sized{number}")
        for count in range(1, UNPROVEN_FREE + 2):
            expect(log_in(who, who.wrong(), limited({"fsize": size})) != "PAM_SUCCESS", "a wrong code was right")
            expect_equal(failures(who), count, f"failures with files of {size} bytes at most")
        expect(log_in(who, who.code(), limited({"fsize": size})) != "PAM_SUCCESS", "no delay")
        countersign("unlock", who.user)
        expect_equal(log_in(who, who.code(), limited({"fsize": size})), "PAM_SUCCESS", "the right code")


def test_limits_that_cannot_be_raised_refuse_all_alike():
    if may_raise():
        raise Skip("root may raise every limit here")
    add_accounts(["held"], 21200)
    who = enroll("held")
    for answer in who.wrong(), who.code():
        session = PamSession(who.user, prefix=limited({"fsize": 4096}, hard=True))
        session.answer(answer)
        result = session.result()
        expect_equal((result.code, result.prompts), ("PAM_AUTHINFO_UNAVAIL", []), "with files of 4096 bytes at most")


def test_a_full_disk_judges_nothing():
    """Neither a wrong code uncounted, nor a right one where a wrong one could not have been counted."""
    names = [f"full{number}" for number in range(24)]
    add_accounts(names, 21300)
    people = iter(enroll_batch(names).values())
    stack("retry=0", "require_broker", "stack_first_factor", service="full")
    run("sqlite3", STORE, "PRAGMA wal_checkpoint(TRUNCATE)")  # in a log that has room, nothing is short of it
    seen = set()
    with FullDisk() as disk, Broker():
        # The broker opens the store once it serves; until it has, nobody could read a store on a full disk.
        wait_until(lambda: SHARED.exists() and SHARED.stat().st_size >= 32768, "the store's index in memory")
        for pages in range(12):
            person, other = next(people), next(people)
            disk.leave(pages)
            wrong = pam_login(person.user, [person.wrong()], service="full").code
            disk.leave(pages)
            right = pam_login(other.user, [other.code()], service="full").code
            counted = failures(person)
            print(f"  {pages} pages free: wrong {wrong}, counted {counted}; right {right}", flush=True)
            expect_equal(counted, int(wrong == "PAM_MAXTRIES"), "failures")
            expect(wrong in ("PAM_MAXTRIES", "PAM_AUTHINFO_UNAVAIL"), wrong)
            expect(right == "PAM_AUTHINFO_UNAVAIL" or wrong == "PAM_MAXTRIES", "right, and a wrong one would not count")
            seen |= {wrong, right}
    expect_equal(seen, {"PAM_MAXTRIES", "PAM_AUTHINFO_UNAVAIL", "PAM_SUCCESS"}, "ends")


def session_pid():
    """The process that serves the one login."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if b"--session" in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    expect_equal(len(found), 1, "sessions")
    return found[0]


def limits_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): tuple(line[26:].split()[:2]) for line in lines}


def test_nothing_is_inherited():
    add_accounts(["inherits"], 21100)
    who = enroll("inherits")
    prefix = ["setarch", "--addr-no-randomize", "nice", "-n", "10", "ionice", "-c", "3", "choom", "-n", "900", "--",
              "taskset", "1", "chrt", "--batch", "0", *limited(LIMITS)]
    session = PamSession(who.user, prefix=prefix)
    session.prompt()
    pid = session_pid()
    limits = limits_of(pid)
    for name, value in NAMES.items():
        if value == "unlimited" and not may_raise():
            value = limits_of(os.getpid())[name][1]  # the hard limit of this container
        expect_equal(limits[name], (value, value), name)
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    for name in "SigBlk", "SigIgn":
        # SIGXFSZ is ignored, so that a file that cannot grow is an error; posix_spawn ignores libc's own two.
        mask = int(re.search(rf"^{name}:\s+(\w+)$", status, re.M)[1], 16)
        expect_equal(mask & ~(1 << 24 | 3 << 31), 0, name)
    expect_equal(re.search(r"^Umask:\s+(\w+)$", status, re.M)[1], "0077", "umask")
    expect_equal(os.getpriority(os.PRIO_PROCESS, pid), 0, "nice")
    expect_equal(os.sched_getscheduler(pid), os.SCHED_OTHER, "scheduler")
    expect_equal(len(os.sched_getaffinity(pid)), os.cpu_count(), "processors")
    expect_equal(run("ionice", "-p", str(pid)).stdout.strip(), "none: prio 0", "priority of input and output")
    expect_equal(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text().strip(), "0", "oom_score_adj")
    expect_equal(pathlib.Path(f"/proc/{pid}/personality").read_text().strip(), "00000000", "personality")
    expect_equal(os.readlink(f"/proc/{pid}/cwd"), "/", "folder")
    session.answer(who.code())
    expect_equal(session.result().code, "PAM_SUCCESS", "the right code")


main()
