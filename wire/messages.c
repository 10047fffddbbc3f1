/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/messages.h"

#include <stdlib.h>

#include "wire/codec.h"

/* Limits: PAM items and arguments are short; sshd's SSH_AUTH_INFO_0 contains whole certificates; a
 * variable to set has at most 32 KiB. */
enum {
    ITEM_MAX = 1024,
    SCAN_MAX = 1024,
    AUTH_INFO_MAX = 32768,
    ARGUMENTS_MAX = 64,
    VARIABLES_MAX = 64
};

#define ONE(tag, kind, required, since, bytes, type, member)                                       \
    {                                                                                              \
        tag, kind, required, since, 1, bytes, offsetof(type, member)                               \
    }
#define MANY(tag, kind, since, most, bytes, type, member)                                          \
    {                                                                                              \
        tag, kind, 0, since, most, bytes, offsetof(type, member)                                   \
    }

static const struct cs_field hello_fields[] = {
    ONE(1, CS_FIELD_UINT, 1, 1, 4, struct cs_hello, oldest),
    ONE(2, CS_FIELD_UINT, 1, 1, 4, struct cs_hello, newest),
};

static const struct cs_field welcome_fields[] = {
    ONE(1, CS_FIELD_UINT, 1, 1, 4, struct cs_welcome, version),
};

static const struct cs_field request_fields[] = {
    ONE(1, CS_FIELD_STRING, 1, 1, ITEM_MAX, struct cs_request, service),
    ONE(2, CS_FIELD_STRING, 1, 1, ITEM_MAX, struct cs_request, user),
    ONE(3, CS_FIELD_STRING, 0, 1, ITEM_MAX, struct cs_request, rhost),
    ONE(4, CS_FIELD_STRING, 0, 1, ITEM_MAX, struct cs_request, tty),
    ONE(5, CS_FIELD_STRING, 0, 1, ITEM_MAX, struct cs_request, ruser),
    ONE(6, CS_FIELD_STRING, 0, 1, ITEM_MAX, struct cs_request, ssh_connection),
    ONE(7, CS_FIELD_STRING, 0, 1, AUTH_INFO_MAX, struct cs_request, ssh_auth_info),
    ONE(8, CS_FIELD_UINT, 1, 1, 4, struct cs_request, flags),
    MANY(9, CS_FIELD_STRINGS, 1, ARGUMENTS_MAX, ITEM_MAX, struct cs_request, arguments),
    ONE(10, CS_FIELD_STRING, 0, 2, ITEM_MAX, struct cs_request, client),
    ONE(11, CS_FIELD_UINT, 0, CS_WIRE_PHASES, 4, struct cs_request, phase),
    ONE(12, CS_FIELD_UINT, 0, CS_WIRE_SELF, 4, struct cs_request, self_act),
    ONE(13, CS_FIELD_STRING, 0, CS_WIRE_SELF, ITEM_MAX, struct cs_request, self_detail),
#ifdef CS_WIRE_NEXT
    ONE(CS_TAG_MAY_IGNORE | 14, CS_FIELD_STRING, 0, 1, ITEM_MAX, struct cs_request, client),
    ONE(15, CS_FIELD_STRING, 0, 6, ITEM_MAX, struct cs_request, client),
#endif
};

static const struct cs_field accepted_fields[] = {
    ONE(1, CS_FIELD_UINT, 1, 1, 4, struct cs_accepted, deadline_ms),
};

static const struct cs_field round_fields[] = {
    ONE(1, CS_FIELD_STRING, 0, 1, CS_PROMPT_BYTES_MAX, struct cs_round, instruction),
    MANY(2, CS_FIELD_PROMPTS, 1, CS_ROUND_PROMPTS_MAX, CS_PROMPT_BYTES_MAX + 1, struct cs_round,
         prompts),
    ONE(CS_TAG_MAY_IGNORE | 3, CS_FIELD_SECRET, 0, CS_WIRE_SELF, SCAN_MAX, struct cs_round, scan),
};

static const struct cs_field answers_fields[] = {
    {1, CS_FIELD_ANSWERS, 0, 1, CS_ROUND_PROMPTS_MAX, CS_ANSWER_BYTES_MAX + 1, 0},
    ONE(2, CS_FIELD_UINT, 0, CS_WIRE_REFUSALS, 4, struct cs_answers, refused),
};

static const struct cs_field authtok_fields[] = {
    ONE(1, CS_FIELD_SECRET, 0, 1, CS_ANSWER_BYTES_MAX, struct cs_authtok, value),
};

static const struct cs_field verdict_fields[] = {
    ONE(1, CS_FIELD_UINT, 1, 1, 4, struct cs_verdict_message, pam_code),
    ONE(2, CS_FIELD_STRING, 1, 1, ITEM_MAX, struct cs_verdict_message, name),
    MANY(3, CS_FIELD_STRINGS, 1, VARIABLES_MAX, 32768, struct cs_verdict_message, variables),
    ONE(4, CS_FIELD_SECRET, 0, 1, CS_ANSWER_BYTES_MAX, struct cs_verdict_message, authtok),
    ONE(CS_TAG_MAY_IGNORE | 5, CS_FIELD_STRING, 0, 1, ITEM_MAX, struct cs_verdict_message, reason),
};

static const struct {
    const struct cs_field *fields;
    size_t count;
} tables[CS_MSG_TYPES] = {
    [CS_MSG_HELLO] = {hello_fields, CS_ARRAY_SIZE(hello_fields)},
    [CS_MSG_WELCOME] = {welcome_fields, CS_ARRAY_SIZE(welcome_fields)},
    [CS_MSG_REQUEST] = {request_fields, CS_ARRAY_SIZE(request_fields)},
    [CS_MSG_ACCEPTED] = {accepted_fields, CS_ARRAY_SIZE(accepted_fields)},
    [CS_MSG_ROUND] = {round_fields, CS_ARRAY_SIZE(round_fields)},
    [CS_MSG_ANSWERS] = {answers_fields, CS_ARRAY_SIZE(answers_fields)},
    [CS_MSG_AUTHTOK_ASK] = {hello_fields, 0},
    [CS_MSG_AUTHTOK] = {authtok_fields, CS_ARRAY_SIZE(authtok_fields)},
    [CS_MSG_VERDICT] = {verdict_fields, CS_ARRAY_SIZE(verdict_fields)},
};

const struct cs_field *cs_message_fields(unsigned type, size_t *ret_count)
{
    if (type >= CS_MSG_TYPES || tables[type].fields == NULL)
        return NULL;
    *ret_count = tables[type].count;
    return tables[type].fields;
}

void cs_request_clear(struct cs_request *request)
{
    char *strings[] = {request->service,       request->user,   request->rhost,
                       request->tty,           request->ruser,  request->ssh_connection,
                       request->ssh_auth_info, request->client, request->self_detail};

    for (size_t i = 0; i < CS_ARRAY_SIZE(strings); i++)
        free(strings[i]);
    cs_strlist_free(&request->arguments);
    *request = (struct cs_request){.config_fd = -1};
}

void cs_verdict_message_clear(struct cs_verdict_message *verdict)
{
    free(verdict->name);
    cs_strlist_free(&verdict->variables);
    cs_secret_free(&verdict->authtok);
    free(verdict->reason);
    *verdict = (struct cs_verdict_message){0};
}
