/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of both interfaces of SecSign. What is accepted has the form that is promised, and the
 * same answer with another one behind it never says something else about a key that it had. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "providers/secsign/answer.h"

static void check_session(const char *session)
{
    size_t length = strlen(session), sign = session[0] == '-';

    REQUIRE(length < CS_SECSIGN_SESSION_SIZE);
    REQUIRE(length == 0 || strspn(session + sign, "0123456789") == length - sign);
    REQUIRE(length == 0 || length > sign);
}

static void check_id(const char *id)
{
    REQUIRE(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_@.-") == strlen(id));
}

static void check_answer(const struct cs_secsign_answer *answer)
{
    check_session(answer->session);
    check_id(answer->id);
    REQUIRE(answer->state >= CS_SECSIGN_NO_STATE && answer->state <= 99);
    REQUIRE(cs_is_clean(answer->message, strlen(answer->message)));
    if (answer->request.data != NULL)
        REQUIRE(answer->request.length >= 16 && answer->request.length <= 128 &&
                strspn(answer->request.data, "0123456789abcdefABCDEF") == answer->request.length);
}

/* Somebody who can write into a value, such as the echo of a name, adds parts at its end. */
static void check_addition(const struct cs_secsign_answer *answer, const uint8_t *data, size_t size)
{
    static const char more[] = "&authsessionstate=3&secsignid=mallory&requestid=0000000000000000";
    CS_AUTO(cs_secsign_answer_clear) struct cs_secsign_answer longer = {0};
    char *text = malloc(size + sizeof more);

    REQUIRE(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    memcpy(text + size, more, sizeof more);
    if (cs_secsign_answer_read("it", text, size + sizeof more - 1, &longer, NULL) == CS_OK) {
        REQUIRE(longer.failed == answer->failed);
        REQUIRE(answer->state == CS_SECSIGN_NO_STATE && answer->id[0] == '\0');
        REQUIRE(strcmp(longer.session, answer->session) == 0);
    }
    free(text);
}

static void check_classic(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_secsign_answer_clear) struct cs_secsign_answer answer = {0};
    struct cs_error error = {0};
    enum cs_err result = cs_secsign_answer_read("it", (const char *)data, size, &answer, &error);

    REQUIRE(result == CS_OK || result == CS_ERR_UNAVAILABLE);
    if (result != CS_OK) {
        REQUIRE(answer.request.data == NULL && strncmp(error.text, "it: ", 4) == 0);
        return;
    }
    check_answer(&answer);
    check_addition(&answer, data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char session[CS_SECSIGN_SESSION_SIZE] = "", id[CS_PROVIDER_NAME_SIZE] = "";
    const char *text = (const char *)data;
    int state = CS_SECSIGN_NO_STATE;
    bool valid = false;

    check_classic(data, size);
    if (cs_secsign_rest_session(text, size, session, id, NULL) == CS_OK)
        REQUIRE(session[0] != '\0' && id[0] != '\0');
    check_session(session);
    check_id(id);
    if (cs_secsign_rest_state(text, size, &state, NULL) == CS_OK)
        REQUIRE(state >= 0 && state <= 99);
    if (cs_secsign_rest_valid(text, size, &valid, NULL) != CS_OK)
        REQUIRE(!valid);
    return 0;
}
