/* SPDX-License-Identifier: Apache-2.0 */
/* Room for a message of any type. */
#ifndef CS_TESTS_SUPPORT_WIRE_MESSAGE_H
#define CS_TESTS_SUPPORT_WIRE_MESSAGE_H

#include "wire/codec.h"

union wire_message {
    struct cs_hello hello;
    struct cs_welcome welcome;
    struct cs_request request;
    struct cs_accepted accepted;
    struct cs_round round;
    struct cs_answers answers;
    struct cs_authtok authtok;
    struct cs_verdict_message verdict;
};

static inline void wire_message_clear(unsigned type, union wire_message *message)
{
    if (type == CS_MSG_REQUEST)
        cs_request_clear(&message->request);
    else if (type == CS_MSG_ROUND)
        cs_round_clear(&message->round);
    else if (type == CS_MSG_ANSWERS)
        cs_answers_clear(&message->answers);
    else if (type == CS_MSG_AUTHTOK)
        cs_secret_free(&message->authtok.value);
    else if (type == CS_MSG_VERDICT)
        cs_verdict_message_clear(&message->verdict);
}

#endif
