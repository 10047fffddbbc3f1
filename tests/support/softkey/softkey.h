/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A FIDO U2F key in software, below the real libraries that look for keys: the U2FHID protocol
 * (frame.c), the key itself (card.c), and what the libraries and the product find it by. For
 * libu2f-host that is a library with hidapi's name and functions (hidapi.c); for libfido2 it is
 * libudev's list of devices (udev.c) and a device node to open, read and write (node.c).
 *
 * The folder CS_SOFTKEY has a file key0 to key7 for each plugged-in key, which represents its
 * device node. Its words are read again for every message:
 *
 *   touch=now | never | N    touched when asked, never, or when asked for the Nth time
 *   bad-signature            signs something else
 *   counter=N                shows this counter, whatever it counts
 *   silent                   takes messages and answers none
 *   size=N                   answers every APDU with N bytes
 *   pull=N                   is gone with the Nth APDU
 *   escape                   tries what a key that took over the process would, and writes how it
 *                            fared into keyN.counter
 *   escape=CALL              tries one call before that: a row of `deadly` in escape.c
 *
 * keyN.counter next to it must exist; it stores the counter.
 */
#ifndef CS_TESTS_SUPPORT_SOFTKEY_H
#define CS_TESTS_SUPPORT_SOFTKEY_H

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
    SOFTKEY_PATH_MAX = 256,
    SOFTKEY_WORD = 32,
};

struct softkey_wishes {
    unsigned touch_at; /* 0: never */
    bool bad_signature, silent;
    long counter;        /* -1: the one that counts */
    unsigned size, pull; /* 0: not */
    bool escape;
    char deadly[SOFTKEY_WORD]; /* the call to try first; "" for none */
};

/* An opened key. */
struct hid_device_ {
    char path[SOFTKEY_PATH_MAX];
    struct softkey_wishes wishes;
    bool gone;
    unsigned apdus; /* taken since it was opened */
    unsigned asked; /* for a touch, since the last one */
    /* the message that comes in */
    unsigned char in[SOFTKEY_MESSAGE_MAX];
    size_t in_length, in_have;
    uint8_t command, in_sequence;
    uint32_t channel;
    /* the one that goes out */
    unsigned char out[SOFTKEY_MESSAGE_MAX];
    size_t out_length, out_sent;
    uint8_t out_command, out_sequence;
    bool out_due;
};

/* The path of the key of that number; false when none is plugged in there. */
bool softkey_path(unsigned number, char ret_path[SOFTKEY_PATH_MAX]);

/* The key with that path; NULL when it was pulled out. free() closes it. */
struct hid_device_ *softkey_open(const char *path);

/* Takes one report after its number, which is 0, as the kernel does; false if the key is gone or
 * the kernel would refuse. */
bool softkey_write(struct hid_device_ *key, const unsigned char *report, size_t length);

/* Whether the descriptor represents a key's device node: hidapi.c or node.c. */
bool softkey_is_node(int fd);

/* One report from the computer; one to it, false if there is none. */
void softkey_take(struct hid_device_ *key, const unsigned char report[SOFTKEY_REPORT]);
bool softkey_give(struct hid_device_ *key, unsigned char ret_report[SOFTKEY_REPORT]);

/* Answers an APDU; returns the length of the answer, at most SOFTKEY_MESSAGE_MAX. */
size_t softkey_apdu(struct hid_device_ *key, const unsigned char *apdu, size_t length,
                    unsigned char *ret_answer);

/* Tries what a key that took over the process would try. */
void softkey_escape(const struct hid_device_ *key);

#endif
