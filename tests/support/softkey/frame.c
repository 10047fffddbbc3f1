/* SPDX-License-Identifier: Apache-2.0 */
/* The key's side of U2FHID: reports to messages and back, channels, INIT, PING, ERROR. */
#include <arpa/inet.h>
#include <string.h>

#include "tests/support/softkey/softkey.h"

enum {
    PING = 0x81,
    MSG = 0x83,
    INIT = 0x86,
    FAILED = 0xbf,
    FIRST_HEAD = 7, /* channel, command, length */
    NEXT_HEAD = 5,  /* channel, sequence */
    INVALID_COMMAND = 1,
    INVALID_SEQUENCE = 4,
    CHANNEL = 0x0badcafe,
    NONCE = 8,
};

static void answer(struct hid_device_ *key, uint8_t command, const void *data, size_t length)
{
    if (length > 0)
        memmove(key->out, data, length);
    key->out_length = length;
    key->out_sent = 0;
    key->out_sequence = 0;
    key->out_command = command;
    key->out_due = true;
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
    reply[NONCE + 5] = 1; /* of the device: 1.0.0, without capabilities */
    answer(key, INIT, reply, sizeof reply);
}

static void answer_apdu(struct hid_device_ *key)
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
        answer_apdu(key);
        break;
    default:
        refuse(key, INVALID_COMMAND);
    }
}

void softkey_take(struct hid_device_ *key, const unsigned char report[SOFTKEY_REPORT])
{
    bool first = (report[4] & 0x80) != 0;
    size_t head = first ? FIRST_HEAD : NEXT_HEAD, part = SOFTKEY_REPORT - head;

    if (first) {
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
    bool first = key->out_sent == 0;
    size_t head = first ? FIRST_HEAD : NEXT_HEAD, part = SOFTKEY_REPORT - head;

    if (!key->out_due)
        return false;
    memset(ret_report, 0, SOFTKEY_REPORT);
    memcpy(ret_report, &key->channel, sizeof key->channel);
    if (first) {
        ret_report[4] = key->out_command;
        ret_report[5] = (unsigned char)(key->out_length >> 8);
        ret_report[6] = (unsigned char)key->out_length;
    } else {
        ret_report[4] = key->out_sequence++;
    }
    if (part > key->out_length - key->out_sent)
        part = key->out_length - key->out_sent;
    memcpy(ret_report + head, key->out + key->out_sent, part);
    key->out_sent += part;
    key->out_due = key->out_sent < key->out_length;
    return true;
}
