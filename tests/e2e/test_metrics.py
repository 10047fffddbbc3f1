# SPDX-License-Identifier: Apache-2.0
"""The broker's metrics: as Prometheus's own parser and Prometheus itself read them, and what they count."""
import json
import pathlib
import re
import shutil
import socket
import time
import urllib.parse
import urllib.request

from countersign import *

SOCKET_PATH = "/run/countersign/metrics/metrics.sock"
PROVEN = {"SSH_AUTH_INFO_0": "publickey ssh-ed25519 AAAA"}
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"
KNOWN = {"countersign_" + name for name in
         ("build", "start_time_seconds", "logins", "account_checks", "prompts", "answers_accepted", "answers_refused",
          "throttled", "login_seconds", "prompt_wait_seconds", "provider_call_seconds", "provider_call_failures",
          "store_commit_seconds", "store_queue", "logins_running", "connections_refused", "mails")}


def test_prepare():
    stack("retry=2")
    write_config({"metrics": SOCKET_PATH})


def ask(request, path=SOCKET_PATH):
    """Sends bytes, returns everything that comes back."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        connection.sendall(request)
        answer = b""
        while part := connection.recv(1 << 16):
            answer += part
    return answer.decode()


def scrape():
    head, _, body = ask(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").partition("\r\n\r\n")
    expect_match("^HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0", head, "head")
    expect_match(rf"^Content-Length: {len(body.encode())}\r?$", head, "head")
    return body


class Metrics:
    """What a scrape says, read by somebody else's parser."""

    def __init__(self):
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        except ImportError as error:
            raise Skip("python3-prometheus-client is not installed") from error
        self.families = {family.name: family for family in text_string_to_metric_families(scrape())}

    def value(self, name, **labels):
        """The sum of the samples that have these labels."""
        return sum(sample.value for family in self.families.values() for sample in family.samples
                   if sample.name == name and labels.items() <= sample.labels.items())


def test_off_by_default():
    write_config({})
    with Broker():
        expect(not pathlib.Path(SOCKET_PATH).exists(), "a socket nobody asked for")
    write_config({"metrics": SOCKET_PATH})


def test_what_is_counted():
    alice = fresh("alice")
    with Broker():
        expect_equal(pam_login("alice", [alice.wrong(), alice.wrong()[::-1], alice.code()], env=PROVEN).code,
                     "PAM_SUCCESS", "the login")
        pam_login("nobody-here", ["123456"] * 3)
        metrics = Metrics()
        expect_equal(set(metrics.families), KNOWN, "families")
        for labels, count in (({"verdict": "allow", "reason": "totp"}, 1), ({"verdict": "max-tries"}, 1),
                              ({"service": "test", "method": "totp"}, 2), ({"service": "other"}, 0)):
            expect_equal(metrics.value("countersign_logins_total", **labels), count, labels)
        expect_equal(metrics.value("countersign_prompts_total"), 6, "prompts")
        expect_equal(metrics.value("countersign_answers_accepted_total"), 1, "accepted")
        expect_equal(metrics.value("countersign_answers_refused_total", kind="code"), 5, "refused codes")
        expect_equal(metrics.value("countersign_login_seconds_count"), 2, "logins measured")
        expect_equal(metrics.value("countersign_prompt_wait_seconds_count"), 6, "waits")
        expect_equal(metrics.value("countersign_provider_call_seconds_count", provider="local", call="judge"), 6, "calls")
        expect_equal(metrics.value("countersign_provider_call_failures_total", call="judge"), 0, "failed calls")
        expect_equal(metrics.value("countersign_store_commit_seconds_count"), 6, "commits")
        expect_equal(metrics.value("countersign_logins_running"), 0, "running")
        session = PamSession("alice", env=PROVEN)
        session.prompt()
        expect_equal(Metrics().value("countersign_logins_running"), 1, "running")
        session.kill()
        wait_until(lambda: Metrics().value("countersign_logins_total", verdict="aborted") == 1, "the aborted login")


def test_a_delay_and_an_account_check():
    bob = fresh("bob")
    with open("/etc/pam.d/checked", "w") as file:
        file.write("auth required pam_permit.so\naccount required pam_countersign.so\n")
    with Broker():
        for _ in range(3):
            pam_login("bob", [bob.wrong()] * 3)
        pam_login("bob", [], service="checked", account=True)
        metrics = Metrics()
        expect(metrics.value("countersign_throttled_total") > 0, "throttled")
        expect_equal(metrics.value("countersign_account_checks_total", service="checked"), 1, "account checks")


def test_services_are_bounded():
    """Sixty names make no more than 33 values of the label; a name may hold anything."""
    for number in range(60):
        stack("retry=0", service=f"service-{number}")
    stack("retry=0", service='odd"name\\')
    with Broker():
        pam_login("nobody-here", ["123456"], service='odd"name\\')
        for number in range(60):
            pam_login("nobody-here", ["123456"], service=f"service-{number}")
        metrics = Metrics()
        services = {sample.labels["service"] for sample in metrics.families["countersign_logins"].samples}
        expect_equal(len(services), 33, f"services {services}")
        expect({"other", "service-0", 'odd"name\\'} <= services, f"services {services}")
        expect_equal(metrics.value("countersign_logins_total"), 61, "logins")
        expect_equal(metrics.value("countersign_logins_total", service="other"), 29, "others")


def test_requests_that_are_none():
    with Broker() as broker:
        expect_match("^HTTP/1.1 404 ", ask(b"GET / HTTP/1.1\r\n\r\n"), "another path")
        expect_match("^HTTP/1.1 405 ", ask(b"POST /metrics HTTP/1.1\r\n\r\n"), "another method")
        for request in (b"\0" * 5000, b"GET /metrics HTTP/1.1\r\n" + b"a: b\r\n" * 1000):
            try:
                expect_equal(ask(request), "", "garbage")
            except (ConnectionResetError, BrokenPipeError):
                pass
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(SOCKET_PATH)
            begin = time.monotonic()
            scrape()  # whoever says nothing is dropped
            expect(time.monotonic() - begin < 5, "one that says nothing holds up the next")
        expect(broker.process.poll() is None, "the broker has ended")


def test_a_socket_that_cannot_be_made_refuses_no_login():
    write_config({"metrics": "/nonexistent/metrics.sock"})
    alice = fresh("alice")
    with Broker() as broker:
        expect_match("there are no metrics: .*/nonexistent", broker.log(), "log")
        expect_equal(pam_login("alice", [alice.code()], env=PROVEN).code, "PAM_SUCCESS", "the login")
    write_config({"metrics": SOCKET_PATH})


def test_the_alert_rules_are_rules():
    if shutil.which("promtool") is None:
        raise Skip("prometheus is not installed")
    run("promtool", "check", "rules", EXAMPLES / "countersign.rules.yml")


def test_the_examples_name_metrics_that_there_are():
    with Broker():
        pass
    text = "".join(path.read_text() for path in EXAMPLES.iterdir())
    names = set(re.findall(r"countersign_[a-z_]+", text))
    allowed = {name + end for name in KNOWN for end in ("", "_total", "_bucket", "_count", "_sum", "_info")}
    expect_equal(names - allowed, set(), "names that nothing has")
    json.loads((EXAMPLES / "countersign-dashboard.json").read_text())


class Prometheus(Server):
    """Debian's, with the rules of the example, scraping the broker through socat."""
    PORT, RELAY = 9090, 9793  # in the test's own network

    def __init__(self):
        folder = WORKDIR / "prometheus"
        folder.mkdir(exist_ok=True)
        shutil.copy(EXAMPLES / "countersign.rules.yml", folder)
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s}\nrule_files: [countersign.rules.yml]\nscrape_configs:\n"
            f"  - job_name: countersign\n    static_configs: [{{targets: ['127.0.0.1:{self.RELAY}']}}]\n")
        super().__init__("prometheus", ["prometheus", f"--config.file={folder}/prometheus.yml",
                                        f"--storage.tsdb.path={folder}/data",
                                        f"--web.listen-address=127.0.0.1:{self.PORT}"])

    def ready(self):
        return "Server is ready to receive web requests" in self.log()

    def ask(self, path, **fields):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.PORT}/api/v1/{path}?" + urllib.parse.urlencode(fields),
                                    timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        return {tuple(sorted(row["metric"].items())): float(row["value"][1])
                for row in self.ask("query", query=expression)["result"]}


class Relay(Server):
    def __init__(self):
        super().__init__("socat", ["socat", "-d", "-d", f"TCP-LISTEN:{Prometheus.RELAY},bind=127.0.0.1,reuseaddr,fork",
                                   f"UNIX-CONNECT:{SOCKET_PATH}"])

    def ready(self):
        return "listening on" in self.log()


def test_prometheus_scrapes_it():
    for program in ("prometheus", "socat"):
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")
    alice = fresh("alice")
    with Broker(), Relay(), Prometheus() as prometheus:
        expect_equal(pam_login("alice", [alice.wrong(), alice.code()], env=PROVEN).code, "PAM_SUCCESS", "the login")
        wait_until(lambda: sum(prometheus.query("countersign_logins_total").values()) == 1, "the login in Prometheus", 30)
        (labels,) = prometheus.query("countersign_logins_total")
        expect_equal({key: value for key, value in labels if key in ("service", "method", "verdict", "reason", "job")},
                     {"service": "test", "method": "totp", "verdict": "allow", "reason": "totp", "job": "countersign"},
                     "labels")
        (target,) = prometheus.ask("targets")["activeTargets"]
        expect_equal((target["health"], target["lastError"]), ("up", ""), "the target")
        rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
        wait_until(lambda: all(rule["health"] != "err" for rule in rules), "rules without errors")
        expect(len(rules) >= 5, f"{len(rules)} rules")


main()
