/* SPDX-License-Identifier: Apache-2.0 */
/* What Werbot's server answers, and what is logged of it. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "providers/werbot/answer.h"

/* Whether the word stands there at all; in any form but this it was written with escapes. */
static bool has_word(const uint8_t *data, size_t size, const char *word)
{
    return memmem(data, size, word, strlen(word)) != NULL || memchr(data, '\\', size) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_http_response response = {.status = 200};
    struct cs_werbot_answer answer = {0}, other = {0};
    struct cs_error error = {0};
    enum cs_err result;

    REQUIRE(cs_secret_set(&response.body, (const char *)data, size) == CS_OK);
    result = cs_werbot_answer_read(&response, &answer, &error);
    REQUIRE(result == CS_OK || result == CS_ERR_UNAVAILABLE);
    if (result == CS_OK) {
        REQUIRE(strlen(answer.said) < sizeof answer.said);
        REQUIRE(cs_is_clean(answer.said, strlen(answer.said)));
        REQUIRE(has_word(data, size, "status"));
    }
    if (answer.success) {
        REQUIRE(has_word(data, size, "success"));
        REQUIRE(strncmp(answer.said, "success", 7) == 0);
        REQUIRE(answer.reason == CS_REASON_NONE && !answer.own_fault);
    }
    /* With any other status of HTTP the same text lets nobody in. */
    response.status = 201;
    REQUIRE(cs_werbot_answer_read(&response, &other, NULL) == CS_ERR_UNAVAILABLE);
    REQUIRE(!other.success);
    cs_secret_free(&response.body);
    return 0;
}
