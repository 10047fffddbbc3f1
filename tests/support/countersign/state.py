# SPDX-License-Identifier: Apache-2.0
"""The state that logins leave behind, and factors for tests that spend many codes."""
import fcntl
import json
import os
import pathlib
import shutil
import sqlite3
import tempfile

from .harness import WORKDIR, Failure, wait_until
from .process import run
from .product import CONFIG, countersign, enroll
from .system import pam_service

STORE = pathlib.Path("/var/lib/countersign/store.db")
STORE_LOCK = STORE.with_name("store.lock")
KEY = CONFIG.with_name("store.key")


def listing(user):
    """What `countersign list` knows about the user."""
    return json.loads(countersign("list", user, "--json").stdout)


def forget_factors(*users):
    for user in users:
        for factor in listing(user)["factors"]:
            countersign("remove", user, factor["id"])


def fresh(user, **parameters):
    """A factor that has spent nothing, in place of those that the user had."""
    forget_factors(user)
    countersign("unlock", user)
    return enroll(user, **parameters)


def store_rows(sql):
    """Rows of the store, of a copy that is made under its lock: looking changes nothing."""
    with open(STORE_LOCK, "ab") as lock, tempfile.TemporaryDirectory(dir="/run") as folder:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for suffix in ("", "-wal"):
            source = pathlib.Path(f"{STORE}{suffix}")
            if source.exists():
                shutil.copyfile(source, pathlib.Path(folder) / f"copy{suffix}")
        fcntl.flock(lock, fcntl.LOCK_UN)
        database = sqlite3.connect(pathlib.Path(folder) / "copy")
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()


def user_state():
    """Everything that logins may change about users; not the counters of addresses."""
    return {"factor": store_rows("SELECT * FROM factor ORDER BY id"),
            "password": store_rows("SELECT user, hex(hash), changed FROM password ORDER BY 1"),
            "recovery": store_rows("SELECT user, hex(hash) FROM recovery ORDER BY 1, 2"),
            "throttle": store_rows("SELECT * FROM throttle WHERE scope <> 3 ORDER BY scope, subject")}


def stack(*arguments, service="test", module="pam_countersign.so", control="required"):
    """A service whose auth stack is the module alone, with these arguments."""
    return pam_service(service, [f"auth {control} {module} {' '.join(arguments)}".rstrip(),
                                 "account required pam_permit.so", "session required pam_permit.so"])


def connections_of(pid):
    """Logins that a broker runs: its sockets but the one that listens. 0 when it is dead."""
    sockets = 0
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                sockets += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
            except FileNotFoundError:
                pass
    except OSError:
        pass
    return max(sockets - 1, 0)


def descriptors_of(pid):
    """All but the one with which each waiting worker of a broker waits: there are one to four of those; and but the second
    one of the store that SQLite keeps for the next time its log is merged (store/merge.c)."""
    links = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            pass
    spare = max(0, links.count(str(STORE)) - 1)
    return sum(link != "anon_inode:[eventpoll]" for link in links) - min(spare, 1)


def audits(log):
    """The audit lines in a log, each as a dictionary."""
    found = []
    for line in log.splitlines():
        _, mark, text = line.partition("login verdict=")
        if mark:
            words = ("verdict=" + text).split(" ")
            found.append({k: v.strip('"') for k, _, v in (w.partition("=") for w in words)})
    return found


def account_audits(log):
    """The same for the lines of account checks."""
    return audits(log.replace("login verdict=", "").replace("account verdict=", "login verdict="))


def wait_audit(broker, count=1):
    """The newest audit line of the broker, when there are `count`."""
    wait_until(lambda: len(audits(broker.log())) >= count, f"{count} audit lines in {broker.log_path}")
    found = audits(broker.log())
    if len(found) != count:
        raise Failure(f"{len(found)} audit lines, wanted {count}: {found}")
    return found[-1]


class FullDisk:
    """The store on a file system of its own, on which so many bytes are free."""

    def __enter__(self):
        self.folder = STORE.parent
        owner = self.folder.stat()
        self.copy = WORKDIR / "copy"
        run("cp", "-a", self.folder, self.copy)
        run("mount", "-t", "tmpfs", "-o", f"size=2m,mode=0700,uid={owner.st_uid},gid={owner.st_gid}", "tmpfs", self.folder)
        run("cp", "-a", f"{self.copy}/.", self.folder)
        self.filler = self.folder / "filler"
        return self

    def leave(self, pages):
        self.filler.write_bytes(b"")
        with self.filler.open("ab", buffering=0) as out:
            try:
                while out.write(bytes(4096)):
                    continue
            except OSError:
                pass
        size = self.filler.stat().st_size // 4096 * 4096
        os.truncate(self.filler, max(0, size - pages * 4096))

    def __exit__(self, *_):
        run("umount", self.folder)
