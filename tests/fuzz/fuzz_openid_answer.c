/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenID provider's answer to a form: a line with the status, then the body. */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "providers/openid/progress.h"
#include "json/json.h"

static void drop_line(void *context, int priority, const char *line)
{
    (void)context;
    (void)priority;
    REQUIRE(cs_is_clean(line, strlen(line)));
}

static void require_whole(const struct cs_openid_answer *answer)
{
    const char *handle = cs_openid_answer_text(answer, "auth_req_id", 100);
    unsigned interval = cs_openid_answer_seconds(answer, "interval", 5, 600);

    REQUIRE(answer->word != CS_OPENID_SUCCESS ||
            cs_json_type(cs_json_root(answer->document)) == CS_JSON_OBJECT);
    REQUIRE(memchr(answer->said, '\0', sizeof answer->said) != NULL);
    REQUIRE(answer->interval_ms >= 0 && answer->interval_ms <= 600 * 1000);
    REQUIRE(answer->word == CS_OPENID_SLOW_DOWN || answer->interval_ms == 0);
    REQUIRE(handle == NULL || (handle[0] != '\0' && strlen(handle) <= 100));
    REQUIRE(interval <= 600);
}

/* Whatever it says, it is no approval. */
static void require_progress(const struct cs_openid_answer *answer)
{
    static const struct cs_log log = {drop_line, NULL, true};

    for (int when = 0; when < 4; when++) {
        struct cs_approval_state state = {0};
        enum cs_err result =
            cs_openid_progress(&log, answer, (when & 1) != 0, (when & 2) != 0, &state, NULL);

        REQUIRE(result == CS_OK ||
                (result == CS_ERR_UNREACHABLE && state.reason == CS_REASON_NONE));
        REQUIRE(state.approval != CS_APPROVAL_GIVEN);
        REQUIRE(result != CS_OK || state.reason != CS_REASON_NONE);
    }
}

/* Of the first line, whose digits count. */
static long read_status(const uint8_t *line, size_t length)
{
    long status = 0;

    for (size_t i = 0; i < length && i < 3 && line[i] >= '0' && line[i] <= '9'; i++)
        status = status * 10 + (line[i] - '0');
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t head = line != NULL ? (size_t)(line - data) + 1 : 0;
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    struct cs_http_response response = {.status = 200};
    struct cs_error error = {0};
    char *body = malloc(size - head + 1);

    REQUIRE(body != NULL);
    if (head > 0)
        response.status = read_status(data, head);
    if (size > head)
        memcpy(body, data + head, size - head);
    body[size - head] = '\0';
    response.body = (struct cs_secret){body, size - head};
    if (cs_openid_answer_read("the question", &response, &answer, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_UNAVAILABLE || error.code == CS_ERR_UNREACHABLE);
        REQUIRE(cs_is_clean(error.text, strlen(error.text)) && answer.document == NULL);
    } else {
        require_whole(&answer);
        if (answer.word != CS_OPENID_SUCCESS)
            require_progress(&answer);
    }
    free(body);
    return 0;
}
