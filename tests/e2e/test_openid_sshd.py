# SPDX-License-Identifier: Apache-2.0
"""OpenID servers that we did not write, through a stock sshd with a key and keyboard-interactive: an approval on a
phone and a sign-in with a browser, and every way in which they are refused."""
from countersign import *
from countersign.openid import *

CONSENT = "Type s to send an approval request to your phone: "
HIGH = "urn:example:acr:high"
ON_PHONE = r"Approve the request on your phone \r?\nif it shows ([A-Z2-9]{8})\. \r?\nThen press Enter here: "
IN_BROWSER = (r"To sign in, open this page in a browser: \r?\n(https://\S+) \r?\nand enter the code (\S+) there\. \r?\n"
              r"Then press Enter here: ")


class Visit:
    """A login of Alice that is refused or let in once the server has decided."""

    def __init__(self, machine, sshd, user="alice"):
        self.machine = machine
        self.sshd = sshd
        self.user = user

    def run(self, decide, kind="ciba", turns=1):
        """`decide` gets the request before Enter is typed, or is called with None if none is expected."""
        def enter(prompt):
            def answer(text, echo):
                if text == CONSENT:  # a request was refused a moment ago
                    return "s"
                match = re.fullmatch(prompt, text)
                expect(match, f"the prompt is {text!r}")
                request = self.machine.peer.pending(kind) if decide else None
                if request and kind == "ciba":
                    expect_equal(match[1], request.binding_message, "the word in the prompt and on the phone")
                if request and kind == "device":
                    expect_equal(match[2], request.user_code, "the code in the prompt and on the page")
                if decide:
                    decide(request)
                return ""
            return answer
        prompt = ON_PHONE if kind == "ciba" else IN_BROWSER
        return self.sshd.paramiko(self.user, [enter(prompt)] * (turns + 1), key=client_key(self.user))


def check(machine, sshd, decide, allowed, verdict, reason, kind="ciba", user="alice"):
    login = Visit(machine, sshd, user).run(decide, kind)
    expect_equal(login.success, allowed, f"{reason}: {login} {machine.broker.log()[-3000:]}")
    machine.expect_end(verdict, reason, login)
    return login


def oidc_provider(**options):
    return OidcProvider(Client.basic(punctuation=True, device=Client.public("pam-device")), **options)


def test_oidc_provider_phone():
    with oidc_provider(algorithm="ES256", interval=1) as peer, Machine(peer) as machine, Sshd() as sshd:
        peer.seen("token")
        check(machine, sshd, lambda r: peer.approve(r), True, "allow", "approved")
        login = check(machine, sshd, lambda r: peer.deny(r), False, "deny", "denied")
        expect_equal(login.instructions[-1:], ["The sign-in was denied.\n"], "the last text")
        login = check(machine, sshd, lambda r: peer.expire(r), False, "deny", "expired")
        expect_equal(login.instructions[-1:], ["The sign-in was not approved in time.\n"], "the last text")
        check(machine, sshd, lambda r: peer.approve(r, sub="bob"), False, "deny", "other-user")
        expect_match("an approval does not count: other-user", machine.broker.log(), "the log")
        expect_equal((peer.seen("metadata"), peer.seen("jwks")), (1, 1), "documents are fetched once")




main()
