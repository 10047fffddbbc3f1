# SPDX-License-Identifier: Apache-2.0
"""SIGKILL before the system calls of a login in the broker, and before every writing call of the tool: what was judged,
spent or changed is in exactly one record (records with one id are one record)."""
import json

from countersign import *
from countersign.records import json_records
from countersign.sweep import *

JUDGED = "SELECT last_step FROM factor WHERE user = '{user}'"
COUNTED = "SELECT sum(failures) FROM throttle WHERE subject = '{user}'"


def test_prepare():
    prepare_sweep()
    write_config({"audit": "both"})


def one_record(records, what):
    """The record, although it may have come twice."""
    by_id = {record["id"]: record for record in records}
    expect(len(by_id) <= 1, f"{what}: {len(by_id)} records: {records}")
    return next(iter(by_id.values()), None)


def sweep_logins(make_answer, column, says):
    """A login for each number, killed at that call; those that were left out, too, until one came between the judgement
    and the record. says(record): the record has what was judged."""
    seen = set()
    for first in range(1, KILL_STEP + 1):
        sweep_from(first, seen, make_answer, column, says)
        if (True, "interrupted") in seen:
            return seen
    raise Failure("no kill came between the judgement and the record")


def sweep_from(first, seen, make_answer, column, says):
    for number in range(first, 3000, KILL_STEP):
        restore()
        person = take()
        answer = make_answer(person)
        before = store_rows(column.format(user=person.user))
        with Broker() as broker:
            tracer = attach_killer(broker, "any", number)
            login(person, answer, "test")
            wait_idle(broker)
            log = broker.log()
            broker.kill()
            report = wait_killer(tracer)
        with Broker() as after:  # its end comes after it has looked for records
            pass
        log += after.log()
        changed = store_rows(column.format(user=person.user)) != before
        records = [r for r in json_records(log) if r["record"] == "login" and r.get("user") == person.user]
        record = one_record(records, f"killed at call {number}")
        if changed:
            expect(record is not None and says(record), f"call {number}: judged, but the record is {record}")
        elif record is not None:
            expect(not says(record) or "unsettled" in record, f"call {number}: nothing was judged: {record}")
        seen.add((changed, record and record["reason"]))
        if not report.killed:
            break
    print(f"  {number} calls: {sorted(seen, key=str)}", flush=True)


def test_a_spent_code_has_its_record():
    seen = sweep_logins(lambda person: person.code(), JUDGED,
                        lambda record: "totp" in record["accepted"] or record.get("unsettled") == "totp")
    expect((False, None) in seen and (True, "totp") in seen, "kills before and after it")


def test_a_counted_failure_has_its_record():
    sweep_logins(lambda person: person.wrong(), COUNTED,
                 lambda record: record["wrong"] == {"code": 1} or record.get("unsettled") == "wrong-code")


def sweep_acts(words, changed, verb, input=None):
    """The tool, killed before each call that writes; then another run of it, which brings what was left behind."""
    seen = set()
    for number in range(1, 1000):
        restore()
        begin = len(syslog())
        run(*kill_command(0, number, COUNTERSIGN, *words, kind="writes"), check=False, input=input)
        report = KillReport()
        countersign("unlock", "user0")
        wait_until(lambda: '"verb":"unlock"' in syslog()[begin:], "the second record")
        record = one_record([r for r in json_records(syslog()[begin:]) if r["verb"] == verb], f"call {number}")
        done = changed()
        expect((record is not None and record["result"] == "done") == done,
               f"call {number}: {'done' if done else 'not done'}, and the record is {record}")
        seen.add(done)
        if not report.killed:
            break
    print(f"  {verb}: killed at {number - 1} calls", flush=True)
    expect_equal(seen, {False, True}, "done")


def test_acts():
    def enrolled(user):
        return json.loads(countersign("list", user, "--json").stdout)["factors"] != []

    sweep_acts(["enroll", "totp", "alice", "--no-confirm", "--json"], lambda: enrolled("alice"), "enroll-totp")
    sweep_acts(["remove", "user5", ENROLLED["user5"].id], lambda: not enrolled("user5"), "remove")
    sweep_acts(["suspend", "user4"], lambda: store_rows("SELECT * FROM suspension") != [], "suspend")


def test_a_new_store_has_the_record_of_its_making():
    seen = set()
    for number in range(1, 1000):
        run("find", STORE.parent, "-type", "f", "-delete")
        run("find", KEY.parent, "-name", "store.key*", "-delete")
        begin = len(syslog())
        run(*kill_command(0, number, COUNTERSIGN, "init", kind="writes"), check=False)
        report = KillReport()
        countersign("init")
        wait_until(lambda: '"verb":"init"' in syslog()[begin:], "a record")
        one_record(json_records(syslog()[begin:]), f"call {number}")
        if not report.killed:
            break
    expect(10 < number < 1000, f"only {number} calls")


main()
