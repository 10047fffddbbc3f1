/* SPDX-License-Identifier: Apache-2.0 */
/* Every message, its bounds and versions: whatever is sent arrives. Refusals:
 * test_codec_refusals.c */
#include "tests/unit/unit.h"

#include "wire/codec.h"

static struct cs_secret encode(unsigned type, uint32_t version, const void *message)
{
    struct cs_secret packet = {0};
    struct cs_error error = {0};

    if (cs_encode(type, version, message, &packet, &error) != CS_OK)
        fail_msg("message %u: %s", type, error.text);
    assert_int_equal(cs_packet_type(&packet), type);
    return packet;
}

static void decode(const struct cs_secret *packet, unsigned type, uint32_t version, void *message)
{
    struct cs_error error = {0};

    if (cs_decode(packet, type, version, message, &error) != CS_OK)
        fail_msg("message %u: %s", type, error.text);
}

static void test_hello_bytes_are_those_of_the_document(void **state)
{
    const struct cs_hello hello = {1, 0x01020304};
    struct cs_hello back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret packet = encode(CS_MSG_HELLO, 1, &hello);

    (void)state;
    assert_int_equal(packet.length, 17);
    assert_memory_equal(packet.data, "\1\0\1\0\4\0\0\0\1\0\2\0\4\1\2\3\4", 17);
    decode(&packet, CS_MSG_HELLO, 1, &back);
    assert_int_equal(back.oldest, 1);
    assert_int_equal(back.newest, 0x01020304);
}

static void test_welcome_and_accepted_round_trip(void **state)
{
    const struct cs_welcome welcome = {UINT32_MAX};
    const struct cs_accepted accepted = {110000};
    struct cs_welcome welcome_back = {0};
    struct cs_accepted accepted_back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret first = encode(CS_MSG_WELCOME, 1, &welcome);
    CS_AUTO(cs_secret_free) struct cs_secret second = encode(CS_MSG_ACCEPTED, 2, &accepted);

    (void)state;
    decode(&first, CS_MSG_WELCOME, 1, &welcome_back);
    assert_int_equal(welcome_back.version, UINT32_MAX);
    decode(&second, CS_MSG_ACCEPTED, 2, &accepted_back);
    assert_int_equal(accepted_back.deadline_ms, 110000);
}

static void test_request_round_trip(void **state)
{
    struct cs_request request = {.service = (char[]){"sshd"},
                                 .user = (char[]){"\xc3\xb6"},
                                 .rhost = (char[]){""},
                                 .tty = (char[]){"ssh"},
                                 .ssh_connection = (char[]){"192.0.2.1 1 192.0.2.2 22"},
                                 .ssh_auth_info = (char[]){"publickey x\npassword\n"},
                                 .flags = CS_REQUEST_SILENT | CS_REQUEST_STANDALONE,
                                 .client = (char[]){"0.1.0"},
                                 .config_fd = -1};
    CS_AUTO(cs_request_clear) struct cs_request back = {.config_fd = -1};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

    (void)state;
    assert_int_equal(cs_strlist_add(&request.arguments, "retry=1", 7), CS_OK);
    assert_int_equal(cs_strlist_add(&request.arguments, "", 0), CS_OK);
    packet = encode(CS_MSG_REQUEST, 2, &request);
    cs_strlist_free(&request.arguments);
    decode(&packet, CS_MSG_REQUEST, 2, &back);
    assert_string_equal(back.service, "sshd");
    assert_string_equal(back.user, "\xc3\xb6");
    assert_string_equal(back.rhost, ""); /* empty is not absent */
    assert_string_equal(back.tty, "ssh");
    assert_null(back.ruser);
    assert_string_equal(back.ssh_connection, request.ssh_connection);
    assert_string_equal(back.ssh_auth_info, request.ssh_auth_info);
    assert_int_equal(back.flags, request.flags);
    assert_string_equal(back.client, "0.1.0");
    assert_int_equal(back.arguments.count, 2);
    assert_string_equal(back.arguments.items[0], "retry=1");
    assert_string_equal(back.arguments.items[1], "");
}

/* An older broker would end the connection over an unknown field. */
static void test_refusal_since_version_3_absent_in_2(void **state)
{
    const struct cs_answers answers = {.refused = 1};
    CS_AUTO(cs_answers_clear) struct cs_answers back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret old = encode(CS_MSG_ANSWERS, 2, &answers);
    CS_AUTO(cs_secret_free) struct cs_secret new = encode(CS_MSG_ANSWERS, 3, &answers);
    CS_AUTO(cs_secret_free) struct cs_secret plain = {0};
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(old.length, 1);
    assert_int_equal(new.length, 1 + 4 + 4);
    decode(&new, CS_MSG_ANSWERS, 3, &back);
    assert_int_equal(back.refused, 1);
    assert_int_equal(cs_decode(&new, CS_MSG_ANSWERS, 2, &back, &error), CS_ERR_PROTOCOL);
    plain = encode(CS_MSG_ANSWERS, 3, &(const struct cs_answers){0}); /* nothing is said */
    assert_int_equal(plain.length, 1);
}

static void test_request_since_version_2_absent_in_1(void **state)
{
    const struct cs_request request = {.service = (char[]){"s"},
                                       .user = (char[]){"u"},
                                       .client = (char[]){"0.1.0"},
                                       .config_fd = -1};
    CS_AUTO(cs_request_clear) struct cs_request back = {.config_fd = -1};
    CS_AUTO(cs_secret_free) struct cs_secret old = encode(CS_MSG_REQUEST, 1, &request);
    CS_AUTO(cs_secret_free) struct cs_secret new = encode(CS_MSG_REQUEST, 2, &request);
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(new.length, old.length + 4 + strlen("0.1.0"));
    decode(&old, CS_MSG_REQUEST, 1, &back);
    assert_null(back.client);
    cs_request_clear(&back);
    decode(&old, CS_MSG_REQUEST, 2, &back); /* not required in 2 either */
    cs_request_clear(&back);
    assert_int_equal(cs_decode(&new, CS_MSG_REQUEST, 1, &back, &error), CS_ERR_PROTOCOL);
    assert_string_equal(error.text, "unknown field 10");
}

/* The flags are no place for it: a broker ignores bits that it does not know, and would take an
 * account check for a login. */
static void test_phase_since_version_4_is_no_field_to_ignore(void **state)
{
    struct cs_request request = {.service = (char[]){"s"},
                                 .user = (char[]){"u"},
                                 .phase = CS_PHASE_ACCOUNT,
                                 .config_fd = -1};
    CS_AUTO(cs_request_clear) struct cs_request back = {.config_fd = -1};
    CS_AUTO(cs_secret_free) struct cs_secret new = encode(CS_MSG_REQUEST, 4, &request);
    CS_AUTO(cs_secret_free) struct cs_secret plain = {0};
    struct cs_error error = {0};

    (void)state;
    decode(&new, CS_MSG_REQUEST, 4, &back);
    assert_int_equal(back.phase, CS_PHASE_ACCOUNT);
    cs_request_clear(&back);
    assert_int_equal(cs_decode(&new, CS_MSG_REQUEST, 3, &back, &error), CS_ERR_PROTOCOL);
    assert_string_equal(error.text, "unknown field 11");
    request.phase = CS_PHASE_AUTHENTICATE;
    plain = encode(CS_MSG_REQUEST, 4, &request);
    assert_int_equal(plain.length, new.length - 4 - 4);
}

static void test_round_round_trip(void **state)
{
    CS_AUTO(cs_round_clear) struct cs_round round = {.instruction = strdup("Look here")};
    CS_AUTO(cs_round_clear) struct cs_round back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    char text[16];

    (void)state;
    for (int i = 0; i < CS_ROUND_PROMPTS_MAX; i++) {
        (void)snprintf(text, sizeof text, "prompt %d: ", i);
        assert_int_equal(cs_round_add(&round, text, strlen(text), i % 3 == 0), CS_OK);
    }
    assert_int_equal(cs_round_add(&round, "x", 1, true), CS_ERR_LIMIT);
    packet = encode(CS_MSG_ROUND, 2, &round);
    decode(&packet, CS_MSG_ROUND, 2, &back);
    assert_string_equal(back.instruction, "Look here");
    assert_int_equal(back.count, CS_ROUND_PROMPTS_MAX);
    for (size_t i = 0; i < back.count; i++) {
        assert_string_equal(back.prompts[i].text, round.prompts[i].text);
        assert_int_equal(back.prompts[i].echo, i % 3 == 0);
    }
}

static void test_answers_round_trip_any_bytes(void **state)
{
    CS_AUTO(cs_answers_clear) struct cs_answers answers = {0};
    CS_AUTO(cs_answers_clear) struct cs_answers back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

    (void)state;
    assert_int_equal(cs_answers_add(&answers, "123456", 6), CS_OK);
    assert_int_equal(cs_answers_add(&answers, NULL, 0), CS_OK);
    assert_int_equal(cs_answers_add(&answers, "\0\xff\n", 3), CS_OK);
    packet = encode(CS_MSG_ANSWERS, 2, &answers);
    decode(&packet, CS_MSG_ANSWERS, 2, &back);
    assert_int_equal(back.count, 3);
    assert_holds(&back.items[0], "123456", 6);
    assert_holds(&back.items[1], "", 0);
    assert_holds(&back.items[2], "\0\xff\n", 3);
}

static void test_answers_too_long_stay_too_long(void **state)
{
    CS_AUTO(cs_answers_clear) struct cs_answers answers = {0};
    CS_AUTO(cs_answers_clear) struct cs_answers back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    static char text[10000];

    (void)state;
    memset(text, '1', sizeof text);
    for (int i = 0; i < CS_ROUND_PROMPTS_MAX; i++)
        assert_int_equal(cs_answers_add(&answers, text, sizeof text), CS_OK);
    assert_int_equal(cs_answers_add(&answers, "x", 1), CS_ERR_LIMIT);
    packet = encode(CS_MSG_ANSWERS, 2, &answers);
    decode(&packet, CS_MSG_ANSWERS, 2, &back);
    assert_int_equal(back.count, CS_ROUND_PROMPTS_MAX);
    assert_int_equal(back.items[7].length, CS_ANSWER_BYTES_MAX + 1);
}

static void test_authtok_present_empty_or_absent(void **state)
{
    const struct {
        struct cs_secret value;
        size_t packet_length;
    } rows[] = {{{NULL, 0}, 1}, {{(char[]){""}, 0}, 5}, {{(char[]){"pw"}, 2}, 7}};
    const struct cs_authtok none = {{NULL, 0}};
    CS_AUTO(cs_secret_free) struct cs_secret ask = encode(CS_MSG_AUTHTOK_ASK, 2, &none);
    struct cs_authtok back = {{NULL, 0}};

    (void)state;
    assert_int_equal(ask.length, 1);
    decode(&ask, CS_MSG_AUTHTOK_ASK, 2, &back);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_authtok authtok = {rows[i].value};
        CS_AUTO(cs_secret_free) struct cs_secret packet = encode(CS_MSG_AUTHTOK, 2, &authtok);

        back = (struct cs_authtok){{NULL, 0}};
        assert_int_equal(packet.length, rows[i].packet_length);
        decode(&packet, CS_MSG_AUTHTOK, 2, &back);
        assert_int_equal(back.value.data != NULL, rows[i].value.data != NULL);
        assert_int_equal(back.value.length, rows[i].value.length);
        cs_secret_free(&back.value);
    }
}

static void test_verdict_round_trip(void **state)
{
    CS_AUTO(cs_verdict_message_clear)
    struct cs_verdict_message verdict = {.pam_code = 7, .name = strdup("deny")};
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message back = {0};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

    (void)state;
    assert_int_equal(cs_strlist_add(&verdict.variables, "A=b", 3), CS_OK);
    assert_int_equal(cs_secret_set(&verdict.authtok, "pw", 2), CS_OK);
    verdict.reason = strdup("wrong-code");
    packet = encode(CS_MSG_VERDICT, 2, &verdict);
    decode(&packet, CS_MSG_VERDICT, 2, &back);
    assert_int_equal(back.pam_code, 7);
    assert_string_equal(back.name, "deny");
    assert_string_equal(back.reason, "wrong-code");
    assert_int_equal(back.variables.count, 1);
    assert_string_equal(back.variables.items[0], "A=b");
    assert_holds(&back.authtok, "pw", 2);
}

/* Whatever can be sent can be received: the bounds of both directions are the same. */
static void test_bounds_of_both_directions_agree(void **state)
{
    static char text[CS_PROMPT_BYTES_MAX + 8];

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t length = CS_PROMPT_BYTES_MAX - 1; length <= CS_PROMPT_BYTES_MAX + 2; length++) {
        CS_AUTO(cs_round_clear) struct cs_round round = {0};
        CS_AUTO(cs_round_clear) struct cs_round back = {0};
        CS_AUTO(cs_secret_free) struct cs_secret packet = {0};

        assert_int_equal(cs_round_add(&round, text, length, true), CS_OK);
        if (length > CS_PROMPT_BYTES_MAX) {
            assert_int_equal(cs_encode(CS_MSG_ROUND, 2, &round, &packet, NULL), CS_ERR_LIMIT);
            continue;
        }
        packet = encode(CS_MSG_ROUND, 2, &round);
        decode(&packet, CS_MSG_ROUND, 2, &back);
        assert_int_equal(strlen(back.prompts[0].text), length);
    }
}

static void test_encode_what_does_not_fit_refused(void **state)
{
    static char text[40000];
    struct cs_request request = {.service = text, .user = text, .config_fd = -1};
    CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
    struct cs_verdict_message verdict = {.name = text + sizeof text - 2};
    struct cs_error error = {0};

    (void)state;
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(cs_encode(CS_MSG_REQUEST, 2, &request, &packet, &error), CS_ERR_LIMIT);
    assert_contains(error.text, "longer than the protocol allows");
    assert_int_equal(cs_strlist_add(&verdict.variables, text, 32768), CS_OK);
    assert_int_equal(cs_encode(CS_MSG_VERDICT, 2, &verdict, &packet, &error), CS_OK);
    assert_int_equal(cs_strlist_add(&verdict.variables, text, 32768), CS_OK);
    assert_int_equal(cs_encode(CS_MSG_VERDICT, 2, &verdict, &packet, &error), CS_ERR_LIMIT);
    cs_strlist_free(&verdict.variables);
    assert_int_equal(cs_encode(0, 2, &verdict, &packet, &error), CS_ERR_LIMIT);
    assert_int_equal(cs_encode(CS_MSG_TYPES, 2, &verdict, &packet, &error), CS_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello_bytes_are_those_of_the_document),
        cmocka_unit_test(test_welcome_and_accepted_round_trip),
        cmocka_unit_test(test_request_round_trip),
        cmocka_unit_test(test_refusal_since_version_3_absent_in_2),
        cmocka_unit_test(test_request_since_version_2_absent_in_1),
        cmocka_unit_test(test_phase_since_version_4_is_no_field_to_ignore),
        cmocka_unit_test(test_round_round_trip),
        cmocka_unit_test(test_answers_round_trip_any_bytes),
        cmocka_unit_test(test_answers_too_long_stay_too_long),
        cmocka_unit_test(test_authtok_present_empty_or_absent),
        cmocka_unit_test(test_verdict_round_trip),
        cmocka_unit_test(test_bounds_of_both_directions_agree),
        cmocka_unit_test(test_encode_what_does_not_fit_refused),
    };

    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
