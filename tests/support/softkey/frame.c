/* SPDX-License-Identifier: Apache-2.0 */
/* The key's side of CTAPHID, which began as U2FHID: reports to messages and back, channels, INIT,
 * PING, ERROR, and requests that wait for a touch. */
#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include "tests/support/softkey/softkey.h"

enum {
    PING = 0x81,
    MSG = 0x83,
    INIT = 0x86,
    CBOR = 0x90,
    CANCEL = 0x91,
    KEEPALIVE = 0xbb,
    FAILED = 0xbf,
    FIRST_HEAD = 7, /* channel, command, length */
    NEXT_HEAD = 5,  /* channel, sequence */
    INVALID_COMMAND = 1,
    INVALID_SEQUENCE = 4,
    CHANNEL = 0x0badcafe,
    NONCE = 8,
    /* capabilities */
    HAS_CBOR = 0x04,
    HAS_NO_MSG = 0x08,
    /* of CTAP2: why a request ended, what it waits for */
    CANCELLED = 0x2d,
    TIMED_OUT = 0x2f,
    TOUCH_NEEDED = 2,
};

static void drop_all(struct hid_device_ *key)
{
    key->out_first = 0;
    key->out_count = 0;
    key->out_due = false;
}

/* A report to fill in; zeros. What nobody reads is lost. */
static unsigned char *queue(struct hid_device_ *key)
{
    unsigned char *report;

    if (key->out_count == SOFTKEY_QUEUE)
        drop_all(key);
    report = key->out[(key->out_first + key->out_count++) % SOFTKEY_QUEUE];
    memset(report, 0, SOFTKEY_REPORT);
    memcpy(report, &key->channel, sizeof key->channel);
    key->out_due = true;
    return report;
}

/* The kernel keeps what was not read: with CTAP2, the answer to a request that was cancelled. A key
 * with U2F alone forgets the answer before. */
static void answer(struct hid_device_ *key, uint8_t command, const void *data, size_t length)
{
    const unsigned char *rest = data;
    size_t part = length < SOFTKEY_REPORT - FIRST_HEAD ? length : SOFTKEY_REPORT - FIRST_HEAD;
    unsigned char *report;

    if (!key->wishes.fido2)
        drop_all(key);
    report = queue(key);
    report[4] = command;
    report[5] = (unsigned char)(length >> 8);
    report[6] = (unsigned char)length;
    memcpy(report + FIRST_HEAD, rest, part);
    for (uint8_t sequence = 0; length > part; sequence++) {
        rest += part;
        length -= part;
        part = length < SOFTKEY_REPORT - NEXT_HEAD ? length : SOFTKEY_REPORT - NEXT_HEAD;
        report = queue(key);
        report[4] = sequence;
        memcpy(report + NEXT_HEAD, rest, part);
    }
}

static void refuse(struct hid_device_ *key, unsigned char code)
{
    answer(key, FAILED, &code, 1);
}

static void answer_init(struct hid_device_ *key)
{
    const uint32_t channel = htonl(CHANNEL);
    unsigned char reply[NONCE + 9] = {0};

    memcpy(reply, key->in, NONCE);
    memcpy(reply + NONCE, &channel, sizeof channel);
    reply[NONCE + 4] = 2; /* version of the protocol */
    reply[NONCE + 5] = 1; /* of the device: 1.0.0 */
    if (key->wishes.fido2)
        reply[NONCE + 8] = HAS_CBOR | (softkey_speaks_u2f(key) ? 0 : HAS_NO_MSG);
    answer(key, INIT, reply, sizeof reply);
}

int64_t softkey_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void answer_ctap2(struct hid_device_ *key, unsigned char reply[SOFTKEY_MESSAGE_MAX])
{
    static const unsigned char waits = TOUCH_NEEDED;
    size_t length = softkey_ctap2(key, key->in, key->in_length, reply);

    key->asking = length == 0;
    key->beat_at = softkey_now() + SOFTKEY_BEAT_MS;
    if (key->asking) {
        answer(key, KEEPALIVE, &waits, 1);
        return;
    }
    if (key->wishes.size > 0)
        length = key->wishes.size < SOFTKEY_MESSAGE_MAX ? key->wishes.size : SOFTKEY_MESSAGE_MAX;
    answer(key, CBOR, reply, length);
}

static void end_ctap2(struct hid_device_ *key, unsigned char status)
{
    key->asking = false;
    key->asked = 0;
    answer(key, CBOR, &status, 1);
}

void softkey_beat(struct hid_device_ *key)
{
    unsigned char reply[SOFTKEY_MESSAGE_MAX] = {0};

    if (++key->beats >= key->wishes.patience)
        end_ctap2(key, TIMED_OUT);
    else
        answer_ctap2(key, reply);
}

/* An APDU, or a CTAP2 command. */
static void answer_command(struct hid_device_ *key)
{
    unsigned char reply[SOFTKEY_MESSAGE_MAX] = {0};
    size_t length;

    key->apdus++;
    if (key->wishes.pull > 0 && key->apdus >= key->wishes.pull) {
        key->gone = true;
        return;
    }
    if (key->wishes.escape)
        softkey_escape(key);
    if (key->wishes.silent)
        return;
    if (key->command == CBOR) {
        key->beats = 0;
        key->asked = 0;
        answer_ctap2(key, reply);
        return;
    }
    length = softkey_apdu(key, key->in, key->in_length, reply);
    if (key->wishes.size > 0)
        length = key->wishes.size < sizeof reply ? key->wishes.size : sizeof reply;
    answer(key, MSG, reply, length);
}

static void take_message(struct hid_device_ *key)
{
    switch (key->command) {
    case INIT:
        if (key->in_length == NONCE)
            answer_init(key);
        else
            refuse(key, INVALID_COMMAND);
        break;
    case PING:
        answer(key, PING, key->in, key->in_length);
        break;
    case MSG:
        if (softkey_speaks_u2f(key))
            answer_command(key);
        else
            refuse(key, INVALID_COMMAND);
        break;
    case CBOR:
        if (key->wishes.fido2)
            answer_command(key);
        else
            refuse(key, INVALID_COMMAND);
        break;
    default:
        refuse(key, INVALID_COMMAND);
    }
}

void softkey_take(struct hid_device_ *key, const unsigned char report[SOFTKEY_REPORT])
{
    bool first = (report[4] & 0x80) != 0;
    size_t head = first ? FIRST_HEAD : NEXT_HEAD, part = SOFTKEY_REPORT - head;

    if (first && report[4] == CANCEL && key->wishes.fido2) {
        /* It has no answer of its own. */
        if (key->asking)
            end_ctap2(key, CANCELLED);
        return;
    }
    if (first) {
        key->asking = false;
        memcpy(&key->channel, report, sizeof key->channel);
        key->command = report[4];
        key->in_length = (size_t)report[5] << 8 | report[6];
        key->in_have = 0;
        key->in_sequence = 0;
    } else if (report[4] != key->in_sequence++) {
        refuse(key, INVALID_SEQUENCE);
        return;
    }
    if (key->in_length > sizeof key->in || key->in_have >= key->in_length)
        return;
    if (part > key->in_length - key->in_have)
        part = key->in_length - key->in_have;
    memcpy(key->in + key->in_have, report + head, part);
    key->in_have += part;
    if (key->in_have == key->in_length)
        take_message(key);
}

bool softkey_give(struct hid_device_ *key, unsigned char ret_report[SOFTKEY_REPORT])
{
    if (key->out_count == 0)
        return false;
    memcpy(ret_report, key->out[key->out_first], SOFTKEY_REPORT);
    key->out_first = (key->out_first + 1) % SOFTKEY_QUEUE;
    key->out_due = --key->out_count > 0;
    return true;
}
