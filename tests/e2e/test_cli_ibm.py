# SPDX-License-Identifier: Apache-2.0
"""countersign check --ibm, and countersign map."""
import json
import shutil

import pexpect

from countersign import *

IBM = pathlib.Path("/etc/countersign/ibm.json")
CLIENT_SECRET = secret("kettle-drum-7", "the client secret")
TENANT = {"client-id": "client", "client-secret": CLIENT_SECRET, "host": "tenant.example.com"}


def ibm_file(arguments=(), mode=0o640, **api):
    content = {"ibm-auth-api": {**TENANT, **api}, "pam": {"pam_ibm_auth": {"additional-args": list(arguments)}}}
    write_config(content, IBM, mode)


def row(rows, what):
    return next(r for r in rows if r["what"] == what)


def check(*words, status=0):
    result = countersign("check", "--json", *words, check=False)
    expect_equal(result.returncode, status, f"{words}: {result.stdout}{result.stderr}")
    return json.loads(result.stdout)


def test_check_of_a_good_file():
    ibm_file(["auth_method=choice-then-otp", "gecos_field=1", "retyr=1"])
    with Broker():
        rows = check("--ibm", IBM, "--", "débogage")
        expect_equal({r["ok"] for r in rows}, {True}, "rows")
        warnings = [r["warning"] for r in rows if r["what"] == "warning" and "OpenSSH" not in r["warning"]]
        expect_equal(len(warnings), 2, f"{warnings}")
        expect_match(rf"^{IBM}:\d+:\d+: additional-args: .*'retyr' .*it means 'retry'", warnings[0], "of the file")
        expect_match(r"'débogage' .*it means 'debug'", warnings[1], "of the line")
        for what in ("obf-client-secret", "TLS", "gecos_trusted", "401", "retry"):
            expect(row(rows, what)["difference"], what)
        expect("failmode_insecure" not in {r["what"] for r in rows}, "a difference that makes none here")
        rows = check("--ibm", IBM, "--", "failmode_insecure", "gecos_trusted")
        names = {r["what"] for r in rows}
        expect("failmode_insecure" in names and "gecos_trusted" not in names, f"{names}")
        text = countersign("check", "--ibm", IBM).stdout
        expect_match(r"^note TLS: ", text, "text")
        expect_match(r"^warn .*'retyr'", text, "text")
        expect(CLIENT_SECRET not in text, "the secret")


def test_check_of_bad_files():
    rows = {"obf": {"client-secret": "", "obf-client-secret": "QUFBQQ=="}, "host": {"host": ""}, "port": {"port": "x"},
            "protocol": {"protocol": "http"}, "client-secret-file": {"client-secret-file": "/etc/secret"}}
    for what, api in rows.items():
        ibm_file(**api)
        problem = row(check("--ibm", IBM, status=1), "configuration")["problem"]
        expect_match(rf"^{IBM}:\d+:\d+: .*{what}", problem, what)
    ibm_file(mode=0o644)
    expect_match("mode 0644", row(check("--ibm", IBM, status=1), "configuration")["problem"], "mode")
    ibm_file()
    expect_match("retry", row(check("--ibm", IBM, "--", "retry=x", status=1), "configuration")["problem"], "line")
    problem = row(check("--ibm", "/etc/nowhere.json", status=1), "configuration")["problem"]
    expect_match("/etc/nowhere.json", problem, "none")


def test_check_of_the_secret_file():
    path = pathlib.Path("/etc/countersign/client.secret")
    ibm_file(**{"client-secret": "", "client-secret-file": str(path)})
    with Broker():
        path.write_text(CLIENT_SECRET + "\n")
        path.chmod(0o600)
        rows = check("--ibm", IBM, status=1)
        expect(row(rows, "configuration")["ok"], "root may read it")
        expect_match(str(path), row(rows, "configuration, read by the broker")["problem"], "the broker may not")
        run("chgrp", USER, path)
        path.chmod(0o640)
        check("--ibm", IBM)
    path.unlink()


def test_check_of_the_file_that_ours_names():
    ibm_file()
    write_config({"ibm_auth_config": str(IBM)})
    with Broker():
        expect(row(check(), "TLS")["difference"], "differences")
        ibm_file(mode=0o600)
        expect(not row(check(status=1), "configuration, read by the broker")["ok"], "the broker cannot open it")
    write_config({})
    expect("TLS" not in {r["what"] for r in json.loads(countersign("check", "--json", check=False).stdout)}, "ours")


def mapped(user, *arguments, status=0):
    result = countersign("map", user, "--json", "--", *arguments, check=False)
    expect_equal(result.returncode, status, f"{arguments}: {result.stdout}{result.stderr}")
    return json.loads(result.stdout), result.stderr


def test_map():
    ibm_file(["gecos_field=4", "append=@example.com"])
    run("usermod", "--comment", "Ann Lee,Bldg 4,,ann.lee", "alice")
    answer, _ = mapped("alice")
    expect_equal((answer["identity"], answer["filter"]), ("alice", None), "our own file")
    answer, problem = mapped("alice", f"ibm_auth_config={IBM}", status=1)
    expect_equal(answer["identity"], None, "GECOS is not trusted")
    expect_match("gecos_trusted", problem, "why")
    line = (f"ibm_auth_config={IBM}", "gecos_trusted")
    answer, _ = mapped("alice", *line)
    expect_equal(answer["identity"], "ann.lee@example.com", "identity")
    expect_equal([s["what"] for s in answer["steps"]], ["account", "gecos", "gecos_field", "append"], "steps")
    expect_equal(answer["filter"], "userName%20eq%20%22ann.lee%40example.com%22", "filter")
    text = countersign("map", "alice", "--", *line).stdout
    expect_match(r"^identity +ann\.lee@example\.com$", text, "text")
    answer, problem = mapped("alice", *line, "gecos_field=3", status=1)
    expect_equal(answer["identity"], None, "an empty field")
    mapped("nobody-of-that-name", status=1)
    for words in (["map"], ["map", "a", "b"], ["map", "--no-such", "a"], ["check", "--ibm"]):
        expect_equal(countersign(*words, check=False).returncode, 2, f"{words}")
    result = run("setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups", COUNTERSIGN, "map", "alice", check=False)
    expect_equal(result.stderr, "countersign: must be run as root\n", "not root")


def test_try():
    ibm_file(["retry=0", "otp_prompt=Theirs: "])
    IBM.chmod(0o600)
    with Broker():
        child = pexpect.spawn(COUNTERSIGN, ["try", "alice", "--", f"ibm_auth_config={IBM}", "provider=local"],
                              timeout=PATIENCE, encoding="utf-8")
        child.expect("Theirs: $")
        child.sendline("1")
        child.expect("verdict: max-tries")
        child.expect(pexpect.EOF)


def test_try_reads_the_file_that_a_pam_line_would_read():
    named, usual = pathlib.Path("/etc/countersign/named.json"), pathlib.Path("/etc/pam_ibm_auth.json")
    write_config({"retry": 0, "otp_prompt": "Named: "}, named)
    ibm_file(["retry=0", "otp_prompt=Theirs: "])
    try:
        usual.write_bytes(IBM.read_bytes())
        usual.chmod(0o600)
        with Broker():
            for words, prompt in ((["--", f"config={named}"], "Named: $"), (["--", "provider=local"], "Theirs: $")):
                child = pexpect.spawn(COUNTERSIGN, ["try", "alice", *words], timeout=PATIENCE, encoding="utf-8")
                child.expect(prompt)
                child.sendline("1")
                child.expect("verdict: max-tries")
                child.expect(pexpect.EOF)
    finally:
        named.unlink()
        usual.unlink(missing_ok=True)


USUAL = pathlib.Path("/etc/pam_ibm_auth.json")


def both_files(content):
    """IBM's file at its usual place, and another one of ours with that content."""
    other = pathlib.Path("/etc/countersign/other.json")
    write_config(content, other)
    ibm_file(["retry=0"])
    USUAL.write_bytes(IBM.read_bytes())
    shutil.copymode(IBM, USUAL)
    run("chgrp", USER, USUAL)
    return other


def test_check_of_another_file_of_ours_says_what_a_broker_with_it_does():
    try:
        other = both_files({"retry": 1})
        problem = row(json.loads(countersign("--config", other, "check", "--json", check=False).stdout), "configuration")["problem"]
        expect_match(f"{other} and {USUAL} both have settings", problem, "two files with settings")
        both_files({})
        source = row(json.loads(countersign("--config", other, "check", "--json", check=False).stdout), "configuration in force")["source"]
        expect_match(f"{USUAL}.*; {other} has no settings", source, "one of them")
    finally:
        USUAL.unlink(missing_ok=True)
        other.unlink()


def test_check_of_ibms_file_warns_where_a_login_is_refused_because_of_two_files():
    def warned(*words):
        rows = json.loads(countersign("check", "--json", "--ibm", USUAL, *words, check=False).stdout)
        return any("names no file is refused" in r["warning"] for r in rows if r["what"] == "warning")
    try:
        both_files({})
        expect(not warned(), "ours has no settings")
        write_config({"retry": 1})
        expect(warned(), "ours has settings")
        expect(not warned("--", f"ibm_auth_config={USUAL}"), "the line names the file")
        write_config({"retry": 1, "ibm_auth_config": str(USUAL)})
        expect(not warned(), "ours names the file")
    finally:
        USUAL.unlink(missing_ok=True)


before_each.append(lambda: write_config({}))
main()
