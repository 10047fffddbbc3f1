# SPDX-License-Identifier: Apache-2.0
"""countersign-touch as PuTTY's authentication plugin with a key that demands its PIN."""
from countersign import *
from countersign.putty import *
from countersign.relay import APP, CHALLENGE, READABLE, relay, touch

NOTICE = "Type the PIN of your security key, then touch it to log in to server.example"
PIN = secret("PIN-of-putty", "the PIN")
KEY = f"fido2 u2f=off pin={PIN}"


class Scene:
    """A key with a PIN, a request that demands it, and the plugin when the server may ask."""

    def __init__(self, words=""):
        self.keys = Keys()
        self.keys.plug(words=f"{KEY} make-without-pin")
        line = relay("enrol", APP, CHALLENGE, "+fido2")[0]
        answer = touch(self.keys, "--host", "server.example", "--register", input=line + "\n").stdout
        self.handle, self.public = relay("enrolled", APP, CHALLENGE, APP, input=answer)[:2]
        self.request = relay("request", APP, CHALLENGE, "00" * 64, "+required", self.handle)[0]
        self.keys.plug(words=f"{KEY} {words}")
        self.plugin = Plugin(self.keys, "--timeout", str(PATIENCE)).begin()

    def ask(self):
        self.fields = questions((f"{READABLE}{self.request} : ", True))
        self.plugin.send(SERVER_REQUEST, self.fields)
        expect_equal(self.plugin.told(), NOTICE, "the notice")

    def asks_for_pin(self, beginning="", touch=False):
        """`touch`: nothing has said yet that a touch follows."""
        prompts = read_questions(self.plugin.expect(USER_REQUEST))[3]
        # PuTTY itself answers a question of one prompt without echo, with what it was given by -pw.
        expect_equal(len(prompts), 2, "number of prompts")
        expect_equal(prompts[1], ("Then press Enter: ", True), "the second prompt")
        text, echo = prompts[0]
        end = " (then touch it): " if touch else ": "
        expect_equal(text, f"{beginning}PIN of your security key, for server.example{end}", "the prompt")
        expect(not echo, "the PIN would be shown")

    def give(self, pin):
        self.plugin.send(USER_RESPONSE, answers(pin, "whatever"))

    def ends(self):
        expect_equal(self.plugin.end(), (0, ""), "the end")


def test_the_pin_is_asked_for_in_putty():
    scene = Scene()
    scene.ask()
    scene.asks_for_pin()
    scene.give("9999")
    scene.asks_for_pin("That PIN is wrong. Tries left before the key blocks itself: 7. ")
    scene.give(PIN)
    answer = scene.plugin.answered()
    expect_equal(relay("verify", APP, CHALLENGE, APP, 2, scene.public, "+verify", input=answer)[0], "1", "the answer")
    scene.ends()


def test_who_gives_no_pin_answers_otherwise():
    scene = Scene()
    scene.ask()
    scene.asks_for_pin()
    scene.give("")
    expect_match("^countersign-touch: .*\nAnswer yourself, for example with a recovery code.$", scene.plugin.told(), "what PuTTY shows")
    scene.plugin.passed_on(scene.fields, answers("a recovery code"))
    scene.ends()


def test_ends_with_putty():
    """While the PIN is asked for, and while the key waits for its touch."""
    for words, pin in (("", None), ("touch=never", PIN)):
        scene = Scene(words)
        scene.ask()
        scene.asks_for_pin()
        if pin:
            scene.give(pin)
        scene.ends()


def test_a_pin_that_nobody_saw_coming():
    """Of two keys the one that is chosen by a touch demands its PIN: the notice was right, and another touch follows."""
    scene = Scene()
    scene.keys.plug(1, words="fido2 u2f=off pin=9999 make-without-pin")
    line = relay("enrol", APP, CHALLENGE, "+fido2")[0]
    scene.keys.pull(0)
    answer = touch(scene.keys, "--host", "server.example", "--register", input=line + "\n").stdout
    handle = relay("enrolled", APP, CHALLENGE, APP, input=answer)[0]
    scene.keys.plug(0, words=KEY)
    scene.keys.plug(1, words="fido2 u2f=off pin=9999 touch=never")
    scene.request = relay("request", APP, CHALLENGE, handle, "+required", scene.handle)[0]
    scene.plugin.send(SERVER_REQUEST, questions((f"{READABLE}{scene.request} : ", True)))
    expect_equal(scene.plugin.told(), "Touch your security key to log in to server.example", "the notice")
    scene.asks_for_pin(touch=True)
    scene.give(PIN)
    answer = scene.plugin.answered()
    expect_equal(relay("verify", APP, CHALLENGE, APP, 2, scene.public, "+verify", input=answer)[0], "1", "the answer")
    scene.ends()


main()
