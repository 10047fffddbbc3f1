# SPDX-License-Identifier: Apache-2.0
"""Does libfido2 take the software key for one? It is preloaded here, so that libfido2's programs and the library itself
find it."""
import base64
import ctypes
import os
import pwd
import struct
import subprocess
import tempfile
import threading

from countersign import *

RP = "pam://server.example"
PRESENT, VERIFIED = 0x01, 0x04
EXCLUDED, LIMIT_EXCEEDED, CANCELLED, RX = 0x19, 0x15, 0x2d, -2  # libfido2's numbers
OPTION_FALSE = 1


class Machine:
    """A machine with one key."""

    def __init__(self, words, number=0):
        self.keys = Keys(owner=pwd.getpwuid(os.getuid()).pw_name, folder=os.environ["CS_SOFTKEY"])
        self.number, self.device = number, f"/dev/..{self.keys.folder}/key{number}"
        for state in ("counter", "pin"):
            self.keys.folder.joinpath(f"key{number}.{state}").unlink(missing_ok=True)
        self.words(words)

    def words(self, text):
        self.keys.plug(self.number, text)


def tool(*command, lines=None, pin=None):
    """Runs a program of libfido2, which reads its parameters from a file: (what it wrote, "" or its error's name). It
    has no terminal, so it reads a PIN from its input."""
    with tempfile.NamedTemporaryFile("w") as parameters:
        parameters.write("".join(f"{line}\n" for line in lines or ()))
        parameters.flush()
        given = ("-i", parameters.name) if lines else ()
        ended = subprocess.run([command[0], command[1], *given, *command[2:]], input=f"{pin}\n" if pin else "", text=True,
                               capture_output=True, start_new_session=True, timeout=PATIENCE, check=False)
    name = ended.stderr.rsplit("FIDO_ERR_", 1)[-1].strip() if "FIDO_ERR_" in ended.stderr else ended.stderr.strip()
    expect(ended.returncode in (0, 1), f"{command} ended with {ended.returncode}: {ended.stderr}")
    return ended.stdout.splitlines(), name if ended.returncode else ""


def blob(data):
    return base64.b64encode(data).decode()


def make(machine, *options, algorithm="es256", pin=None):
    """Makes a credential: what fido2-cred wrote, and its error."""
    return tool("fido2-cred", "-M", *options, machine.device, algorithm, pin=pin,
                lines=(blob(os.urandom(32)), RP, "alice", blob(b"alice")))


def verified(made, *options, algorithm="es256"):
    """What fido2-cred makes of that: handle and public key as lines."""
    return tool("fido2-cred", "-V", *options, algorithm, lines=made)


def credential(machine, *options, algorithm="es256", pin=None):
    made, error = make(machine, *options, algorithm=algorithm, pin=pin)
    expect_equal(error, "", f"making a credential for {algorithm}")
    found, error = verified(made, algorithm=algorithm)
    expect_equal(error, "", f"verifying a credential for {algorithm}")
    return found


def sign(machine, found, *options, pin=None, rp=RP):
    """Makes an assertion: what fido2-assert wrote, and its error."""
    return tool("fido2-assert", "-G", *options, machine.device, pin=pin, lines=(blob(os.urandom(32)), rp, found[0]))


def is_good(assertion, found, *options, algorithm="es256"):
    with tempfile.NamedTemporaryFile("w") as public:
        public.write("".join(f"{line}\n" for line in found[1:]))
        public.flush()
        return tool("fido2-assert", "-V", *options, public.name, algorithm, lines=assertion)[1] == ""


def flags_and_counter(assertion):
    """Two bytes of CBOR stand before the authenticator data."""
    return struct.unpack(">BI", base64.b64decode(assertion[2])[34:])


# ---- what it is ----

def test_prepare():
    need("fido2-token")


def test_what_it_says_of_itself():
    for words, lines in (
            ("fido2", ("version strings: U2F_V2, FIDO_2_0, FIDO_2_1", "algorithms: es256 (public-key), eddsa (public-key)",
                       "pin protocols: 2, 1", "pin retries: 8", "maxcredcntlst: 0", "maxcredlen: 255",
                       "caps: 0x04 (nowink, cbor, msg)", "options: nork, up, noplat, noalwaysUv, noclientPin, "
                       "pinUvAuthToken, nomakeCredUvNotRqd")),
            ("fido2 u2f=off list=1 alg=eddsa pin=1234 pin-left=5 make-without-pin uv", (
                "version strings: FIDO_2_0, FIDO_2_1", "algorithms: eddsa (public-key)", "maxcredcntlst: 1",
                "caps: 0x0c (nowink, cbor, nomsg)", "pin retries: 5", "uv retries: 3",
                "options: nork, up, uv, noplat, noalwaysUv, clientPin, pinUvAuthToken, makeCredUvNotRqd")),
            ("fido2=2.0 pin=1234", ("version strings: U2F_V2, FIDO_2_0", "pin protocols: 1",
                                    "options: nork, up, noplat, clientPin")),
            ("fido2 always-uv", ("caps: 0x0c (nowink, cbor, nomsg)", "options: nork, up, noplat, alwaysUv, noclientPin, "
                                 "pinUvAuthToken, nomakeCredUvNotRqd"))):
        machine = Machine(words)
        said, error = tool("fido2-token", "-I", machine.device)
        expect_equal(error, "", words)
        for line in lines:
            expect(line in said, f"{words}: no {line!r} in {said}")
    expect(tool("fido2-token", "-L")[0][0].startswith(machine.device), "the key is not listed")


def test_without_the_word_it_has_u2f_alone():
    machine = Machine("pin=1234 u2f=off always-uv")
    found = credential(machine)
    assertion, error = sign(machine, found)
    expect(error == "" and is_good(assertion, found, "-p"), f"a U2F key does not sign: {error}")
    expect_equal(flags_and_counter(assertion), (PRESENT, 1), "flags and counter")


# ---- credentials and assertions ----

def test_a_credential_signs():
    for algorithm in ("es256", "eddsa"):
        for words in ("fido2", "fido2 attest=self", "fido2 handle=255 u2f=off touch=3", "fido2=2.0 handle=128"):
            machine = Machine(words)
            found = credential(machine, algorithm=algorithm)
            assertion, error = sign(machine, found)
            expect_equal(error, "", f"{algorithm}, {words}")
            expect(is_good(assertion, found, "-p", algorithm=algorithm), f"{algorithm}, {words}: not good")
            expect(not is_good(assertion, found, "-v", algorithm=algorithm), f"{algorithm}, {words}: verified by whom?")
            expect_equal(flags_and_counter(assertion), (PRESENT, 2), f"{algorithm}, {words}")
            expect_equal(len(base64.b64decode(found[0])), int(words.partition("handle=")[2].split(" ")[0] or 64),
                         f"{words}: length of the handle")


def test_no_attestation():
    """libfido2's program writes no credential without it."""
    library = Library(Machine("fido2 attest=none"))
    result, made = library.try_to_make()
    expect_equal((result, library.lib.fido_cred_fmt(made)), (0, b"none"), "format")
    expect(library.lib.fido_cred_verify(made) != 0, "libfido2 verifies what is not there")


def test_algorithms_that_it_lacks():
    for have, lack in (("es256", "eddsa"), ("eddsa", "es256")):
        machine = Machine(f"fido2 alg={have}")
        credential(machine, algorithm=have)
        expect_equal(make(machine, algorithm=lack)[1], "UNSUPPORTED_ALGORITHM", lack)


def test_whose_handle_it_is():
    machine = Machine("fido2")
    found = credential(machine)
    expect_equal(sign(machine, found, rp="pam://another.example")[1], "NO_CREDENTIALS", "another application")
    expect_equal(sign(Machine("fido2", number=1), found)[1], "NO_CREDENTIALS", "another key")


def test_a_handle_serves_both_protocols():
    machine = Machine("fido2 handle=100")
    for making, signing in ((("-u",), ()), ((), ("-u",))):
        found = credential(machine, *making)
        assertion, error = sign(machine, found, *signing)
        expect(error == "" and is_good(assertion, found, "-p"), f"made with {making}, signed with {signing}: {error}")
    found = credential(machine, algorithm="eddsa")
    expect(sign(machine, found, "-u")[1] != "", "U2F has no EdDSA")
    machine.words("fido2 u2f=off")
    expect(make(machine, "-u")[1] != "", "U2F is off")


def test_faults():
    machine = Machine("fido2")
    found = credential(machine)
    machine.words("fido2 bad-signature")
    assertion, error = sign(machine, found)
    expect(error == "" and not is_good(assertion, found), f"a bad signature is good: {error}")
    machine.words("fido2 counter=7")
    expect_equal(flags_and_counter(sign(machine, found)[0]), (PRESENT, 7), "a counter that was given")
    for words, reason in (("touch=never patience=3", "USER_ACTION_TIMEOUT"), ("pull=2", "RX"), ("size=7", None)):
        machine.words(f"fido2 {words}")
        error = sign(machine, found)[1]
        expect(error == reason if reason else error, f"{words}: {error!r}")


# ---- verifying the user ----

def test_a_pin():
    for words in ("fido2 pin=1234", "fido2=2.0 pin=1234", "fido2 u2f=off pin=1234 touch=2"):
        machine = Machine(words)
        expect_equal(make(machine, "-q")[1], "PIN_REQUIRED", f"{words}: made without it")
        found = credential(machine, pin="1234")
        assertion, error = sign(machine, found)
        expect_equal((error, flags_and_counter(assertion)[0]), ("", PRESENT), f"{words}: signed without it")
        assertion, error = sign(machine, found, "-t", "pin=true", pin="1234")
        expect_equal((error, flags_and_counter(assertion)[0]), ("", PRESENT | VERIFIED), f"{words}: signed with it")
        expect(is_good(assertion, found, "-p", "-v"), f"{words}: not good")
    machine = Machine("fido2 pin=1234 make-without-pin")
    assertion, _ = sign(machine, credential(machine, "-q"))
    expect_equal(flags_and_counter(assertion)[0], PRESENT, "made without it, as the key allows")
    expect_equal(make(Machine("fido2"), "-v", pin="1234")[1], "PIN_NOT_SET", "there is none")


def pin_retries(machine):
    return next(line for line in tool("fido2-token", "-I", machine.device)[0] if line.startswith("pin retries"))


def test_wrong_pins():
    for version in ("fido2", "fido2=2.0"):
        machine = Machine(f"{version} pin=1234 pin-left=5")
        found = credential(machine, pin="1234")

        def attempt(pin, wanted, left):
            error = sign(machine, found, "-t", "pin=true", pin=pin)[1]
            expect_equal((error, pin_retries(machine)), (wanted, f"pin retries: {left}"), f"{version}, {pin}")

        attempt("0000", "PIN_INVALID", 4)
        attempt("1234", "", 5)
        for error, left in (("PIN_INVALID", 4), ("PIN_INVALID", 3), ("PIN_AUTH_BLOCKED", 2), ("PIN_AUTH_BLOCKED", 2)):
            attempt("0000", error, left)
        attempt("1234", "PIN_AUTH_BLOCKED", 2)
        machine.keys.pull()
        machine.words(f"{version} pin=1234 pin-left=5")
        for error, left in (("PIN_INVALID", 1), ("PIN_BLOCKED", 0), ("PIN_BLOCKED", 0)):
            attempt("0000", error, left)
        machine.keys.pull()
        machine.words(f"{version} pin=1234 pin-left=5")
        attempt("1234", "PIN_BLOCKED", 0)


def test_it_verifies_by_itself():
    machine = Machine("fido2 uv touch=2")
    expect_equal(make(machine, "-q")[1], "PIN_REQUIRED", "made without verifying")
    found = Library(machine).make(verified=True)
    library = Library(machine)
    for verify, flags in ((True, PRESENT | VERIFIED), (False, PRESENT)):
        result, assertion = library.sign([found], verified=verify)
        expect_equal((result, library.flags(assertion)), (0, flags), f"uv={verify}")


def test_always_uv():
    machine = Machine("fido2 always-uv pin=1234")
    expect_equal(make(machine, "-q")[1], "PIN_REQUIRED", "made without the PIN")
    found = credential(machine, pin="1234")
    expect_equal(sign(machine, found)[1], "PIN_REQUIRED", "signed without the PIN")
    assertion, error = sign(machine, found, "-t", "pin=true", pin="1234")
    expect_equal((error, flags_and_counter(assertion)[0]), ("", PRESENT | VERIFIED), "with it")
    assertion, error = sign(machine, found, "-t", "up=false")
    expect_equal((error, flags_and_counter(assertion)[0]), ("", 0), "whether it knows the handle")
    machine = Machine("fido2 always-uv uv touch=2")
    assertion, error = sign(machine, credential(machine, "-q"))
    expect_equal((error, flags_and_counter(assertion)[0]), ("", PRESENT | VERIFIED), "it verifies by itself unasked")


# ---- what the programs cannot ask for ----

class Library:
    """libfido2 with one opened key."""

    def __init__(self, machine):
        self.lib = ctypes.CDLL("libfido2.so.1")
        for name in ("fido_dev_new", "fido_cred_new", "fido_assert_new", "fido_cred_id_ptr", "fido_assert_authdata_ptr"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.lib.fido_cred_id_len.restype = ctypes.c_size_t
        self.lib.fido_cred_fmt.restype = ctypes.c_char_p
        self.lib.fido_init(0)
        self.device = self.new("dev")
        self.must("fido_dev_open", self.device, machine.device.encode())

    def __del__(self):
        """Others wait for a key that is open."""
        self.lib.fido_dev_close(self.device)

    def new(self, kind):
        return ctypes.c_void_p(getattr(self.lib, f"fido_{kind}_new")())

    def call(self, function, *arguments):
        return getattr(self.lib, function)(*arguments)

    def must(self, function, *arguments):
        expect_equal(self.call(function, *arguments), 0, function)

    def try_to_make(self, exclude=(), verified=False):
        made = self.new("cred")
        self.must("fido_cred_set_type", made, -7)
        self.must("fido_cred_set_clientdata_hash", made, os.urandom(32), ctypes.c_size_t(32))
        self.must("fido_cred_set_rp", made, RP.encode(), b"server")
        self.must("fido_cred_set_user", made, b"alice", ctypes.c_size_t(5), b"alice", None, None)
        if verified:
            self.must("fido_cred_set_uv", made, 2)
        for handle in exclude:
            self.must("fido_cred_exclude", made, handle, ctypes.c_size_t(len(handle)))
        return self.call("fido_dev_make_cred", self.device, made, None), made

    def make(self, verified=False):
        result, made = self.try_to_make(verified=verified)
        expect_equal(result, 0, "making a credential")
        return ctypes.string_at(self.lib.fido_cred_id_ptr(made), self.lib.fido_cred_id_len(made))

    def sign(self, handles, touch=True, verified=False):
        assertion = self.new("assert")
        self.must("fido_assert_set_rp", assertion, RP.encode())
        self.must("fido_assert_set_clientdata_hash", assertion, os.urandom(32), ctypes.c_size_t(32))
        for handle in handles:
            self.must("fido_assert_allow_cred", assertion, handle, ctypes.c_size_t(len(handle)))
        if not touch:
            self.must("fido_assert_set_up", assertion, OPTION_FALSE)
        if verified:
            self.must("fido_assert_set_uv", assertion, 2)
        return self.call("fido_dev_get_assert", self.device, assertion, None), assertion

    def flags(self, assertion):
        return ctypes.string_at(self.lib.fido_assert_authdata_ptr(assertion, ctypes.c_size_t(0)), 39)[34]


def test_lists():
    machine = Machine("fido2")
    library = Library(machine)
    handles = [library.make() for _ in range(2)]
    expect_equal(library.sign([b"x" * 64, handles[1]])[0], 0, "the second of two")
    expect_equal(library.try_to_make([b"x" * 64])[0], 0, "a handle of another key is excluded")
    machine.words("fido2 touch=2")
    expect_equal(library.try_to_make(handles)[0], EXCLUDED, "its own handle is excluded")
    machine.words("fido2 list=1")
    library = Library(machine)
    expect_equal(library.sign(handles)[0], LIMIT_EXCEEDED, "two in a list of one")
    expect_equal(library.sign(handles[1:])[0], 0, "one in a list of one")
    expect_equal(library.try_to_make(handles)[0], LIMIT_EXCEEDED, "two are excluded")


def test_a_look_needs_no_touch():
    machine = Machine("fido2")
    found = Library(machine).make()
    machine.words("fido2 touch=never")
    library = Library(machine)
    result, assertion = library.sign([found], touch=False)
    expect_equal((result, library.flags(assertion)), (0, 0), "a look")


def test_giving_up():
    machine = Machine("fido2")
    found = Library(machine).make()
    machine.words("fido2 touch=never")
    library = Library(machine)
    library.call("fido_dev_set_timeout", library.device, 300)
    expect_equal(library.sign([found])[0], RX, "nobody touches it")
    library.must("fido_dev_cancel", library.device)
    machine.words("fido2")
    # What was cancelled has an answer, as with every key; whoever goes on opens the key again.
    expect_equal(library.sign([found])[0], CANCELLED, "the cancelled request's answer")
    expect_equal(Library(machine).sign([found])[0], 0, "afterwards")


def test_what_happens_while_it_waits():
    """The words change a moment after it was asked; if they change before, the outcome is the same."""
    machine = Machine("fido2")
    found = Library(machine).make()
    for change, wanted in ((lambda: machine.words("fido2"), 0), (machine.keys.pull, RX)):
        machine.words("fido2 touch=never")
        library = Library(machine)
        timer = threading.Timer(0.1, change)
        timer.start()
        expect_equal(library.sign([found])[0], wanted, "what it was told meanwhile")
        timer.join()


main()
