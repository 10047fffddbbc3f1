/* SPDX-License-Identifier: Apache-2.0 */
/* What a tenant says about a code or approval in progress. */
#include "tests/fuzz/fuzz_verify.h"

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static void look_at(enum cs_err result, const struct cs_challenge *challenge,
                    const struct cs_error *error)
{
    if (result != CS_OK) {
        fuzz_refused(result, error);
        REQUIRE(challenge->id[0] == '\0' && challenge->correlation[0] == '\0');
        return;
    }
    REQUIRE(cs_verify_is_id(challenge->id));
    REQUIRE(strspn(challenge->correlation, plain) == strlen(challenge->correlation));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct cs_challenge sent = {0}, asked = {0};
    struct cs_approval_state state = {0};
    struct cs_error error = {0};
    enum cs_err result = cs_verify_read_delivery(text, size, fuzz_user, &sent, &error);

    look_at(result, &sent, &error);
    result = cs_verify_read_question(text, size, fuzz_user, &asked, &error);
    look_at(result, &asked, &error);
    result = cs_verify_read_approval(text, size, fuzz_user, asked.id[0] ? asked.id : "none", &state,
                                     &error);
    if (result != CS_OK) {
        fuzz_refused(result, &error);
        REQUIRE(state.approval == CS_APPROVAL_PENDING && state.reason == CS_REASON_NONE);
        return 0;
    }
    REQUIRE(state.reason != CS_REASON_NONE);
    return 0;
}
