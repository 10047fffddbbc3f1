/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A FIDO key in software, below the real libraries that look for keys: the HID protocol (frame.c),
 * the key itself in U2F (card.c) and in CTAP 2.1 (ctap2.c), and what the libraries and the product
 * find it by. For libu2f-host that is a library with hidapi's name and functions (hidapi.c); for
 * libfido2 it is libudev's list of devices (udev.c) and a device node to open, read and write
 * (node.c).
 *
 * The folder CS_SOFTKEY has a file key0 to key7 for each plugged-in key, which represents its
 * device node. Its words are read again for every message:
 *
 *   touch=now | never | N    touched when asked, never, or when asked for the Nth time. U2F asks
 *                            again with each APDU. In CTAP2 a request asks, and then each beat
 *                            (20 ms, a KEEPALIVE): for the 3rd time after two of them. Words are
 *                            read at each beat too.
 *   bad-signature            signs something else
 *   counter=N                shows this counter, whatever it counts
 *   silent                   takes messages and answers none
 *   size=N                   answers every APDU or CTAP2 command with N bytes
 *   pull=N                   is gone with the Nth APDU or CTAP2 command since it was opened
 *   handle=N                 makes handles of N bytes (64 to 255)
 *   escape                   tries what a key that took over the process would, and writes how it
 *                            fared into keyN.counter
 *   escape=CALL              tries one call before that: a row of `deadly` in escape.c
 *
 * keyN.counter next to it must exist; it stores the counter.
 *
 * Without one of these two words a key has U2F only, and ignores the words below:
 *
 *   fido2                    also speaks CTAP 2.1, with PIN protocols 2 and 1
 *   fido2=2.0                speaks CTAP 2.0: PIN protocol 1, tokens without permissions
 *   u2f=off                  refuses U2F
 *   alg=es256 | eddsa | both makes credentials of these algorithms; both is usual
 *   list=N                   takes at most N handles in a list
 *   attest=packed | self | none | wrong   how a new credential is attested; packed (with a
 *                            certificate) is usual, wrong is that with a signature of something
 *                            else
 *   pin=TEXT                 has that PIN, and makes no credentials without it
 *   make-without-pin         does (makeCredUvNotRqd)
 *   pin-left=N               N wrong PINs in succession (8) block it for good; 3 until it is
 *                            plugged in again. keyN.pin stores how many there were; it is made, or
 *                            must exist where no files can be made. A new or rewritten keyN counts
 *                            as plugging in.
 *   pin-status=N             refuses the right PIN with status N: 55 if it must be changed first
 *   uv                       verifies the user by itself when it is touched, like a fingerprint
 *                            reader
 *   always-uv                does nothing for users whom it has not verified, but say which handles
 *                            it knows; U2F is off
 *   patience=N               a request ends after N beats without a touch (1500)
 *
 * No credentials are stored on it (resident), none can be managed, and it cannot be reset.
 */
#ifndef CS_TESTS_SUPPORT_SOFTKEY_H
#define CS_TESTS_SUPPORT_SOFTKEY_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VISIBLE __attribute__((visibility("default")))

/* Put before a key's path where it must be in /dev; the folder of the keys may be anywhere. */
#define SOFTKEY_DEV "/dev/.."

enum {
    SOFTKEY_KEYS = 8,
    SOFTKEY_REPORT = 64,
    SOFTKEY_MESSAGE_MAX = 7609, /* 57 + 128 * 59 */
    SOFTKEY_QUEUE = 4 * 129,    /* of reports: four such messages */
    SOFTKEY_PATH_MAX = 256,
    SOFTKEY_WORD = 32,
    SOFTKEY_PIN = 64,
    SOFTKEY_SECRET = 32,
    SOFTKEY_BEAT_MS = 20,
};

enum softkey_algorithm { SOFTKEY_ES256, SOFTKEY_EDDSA };

enum softkey_attestation { SOFTKEY_PACKED, SOFTKEY_SELF, SOFTKEY_NONE, SOFTKEY_WRONG };

struct softkey_wishes {
    unsigned touch_at; /* 0: never */
    bool bad_signature, silent;
    long counter;        /* -1: the one that counts */
    unsigned size, pull; /* 0: not */
    bool escape;
    char deadly[SOFTKEY_WORD]; /* the call to try first; "" for none */
    unsigned handle;
    /* CTAP2 */
    bool fido2, old, u2f_off, make_without_pin, uv, always_uv;
    bool lacks[2]; /* by algorithm */
    enum softkey_attestation attestation;
    char pin[SOFTKEY_PIN]; /* "": none */
    unsigned pin_left, pin_status, list, patience;
};

/* What a key keeps about PINs while it is open; ctap2_pin.c. */
struct softkey_pin_state {
    bool ready;                              /* the two secrets are there */
    unsigned char agreement[SOFTKEY_SECRET]; /* the private key for key agreement */
    unsigned char token[SOFTKEY_SECRET];
    unsigned permissions; /* of the token */
    bool present;         /* whoever got it touched the key for that */
    bool bound;           /* to this application */
    unsigned char app[SOFTKEY_SECRET];
};

/* An opened key. */
struct hid_device_ {
    char path[SOFTKEY_PATH_MAX];
    struct softkey_wishes wishes;
    bool gone;
    unsigned apdus; /* taken since it was opened */
    unsigned asked; /* for a touch, since the last one */
    bool asking;    /* a CTAP2 request in `in` waits for a touch */
    unsigned beats; /* since it does */
    int64_t beat_at;
    struct softkey_pin_state pin;
    char
        plugged_in[SOFTKEY_WORD * 2]; /* which file it is: another one if it was plugged in again */
    /* the message that comes in */
    unsigned char in[SOFTKEY_MESSAGE_MAX];
    size_t in_length, in_have;
    uint8_t command, in_sequence;
    uint32_t channel;
    /* the reports that go out and have not been read */
    unsigned char out[SOFTKEY_QUEUE][SOFTKEY_REPORT];
    unsigned out_first, out_count;
    bool out_due; /* there are any */
};

/* The path of the key of that number; false when none is plugged in there. */
bool softkey_path(unsigned number, char ret_path[SOFTKEY_PATH_MAX]);

/* The key with that path; NULL when it was pulled out. free() closes it. */
struct hid_device_ *softkey_open(const char *path);

/* Takes one report after its number, which is 0, as the kernel does; false if the key is gone or
 * the kernel would refuse. */
bool softkey_write(struct hid_device_ *key, const unsigned char *report, size_t length);

/* Waits until a report is there (1), as ppoll() does: also 1 if the key is gone, 0 after that time
 * (-1: none), -1 with errno. */
int softkey_wait(struct hid_device_ *key, int milliseconds, const sigset_t *mask);

/* Whether the descriptor represents a key's device node: hidapi.c or node.c. */
bool softkey_is_node(int fd);

/* One report from the computer; one to it, false if there is none. */
void softkey_take(struct hid_device_ *key, const unsigned char report[SOFTKEY_REPORT]);
bool softkey_give(struct hid_device_ *key, unsigned char ret_report[SOFTKEY_REPORT]);

/* To be called SOFTKEY_BEAT_MS after a CTAP2 request began to ask for a touch, and so on. */
void softkey_beat(struct hid_device_ *key);

/* On the monotonic clock. */
int64_t softkey_now(void);

/* Answers a CTAP2 command: a status and CBOR. Returns the length of the answer, at most
 * SOFTKEY_MESSAGE_MAX; 0 if it waits for a touch. */
size_t softkey_ctap2(struct hid_device_ *key, const unsigned char *command, size_t length,
                     unsigned char *ret_answer);

/* Whether the key takes APDUs. */
bool softkey_speaks_u2f(const struct hid_device_ *key);

/* Answers an APDU; returns the length of the answer, at most SOFTKEY_MESSAGE_MAX. */
size_t softkey_apdu(struct hid_device_ *key, const unsigned char *apdu, size_t length,
                    unsigned char *ret_answer);

/* Tries what a key that took over the process would try. */
void softkey_escape(const struct hid_device_ *key);

#endif
