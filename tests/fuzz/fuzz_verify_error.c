/* SPDX-License-Identifier: Apache-2.0 */
/* Why a tenant refused something: words that are safe in a log, or none. */
#include "tests/fuzz/fuzz_verify.h"

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_verify_refusal refusal;

    cs_verify_read_refusal((const char *)data, size, &refusal);
    REQUIRE(strlen(refusal.message_id) < CS_VERIFY_WORD_SIZE);
    REQUIRE(strlen(refusal.scim_type) < CS_VERIFY_WORD_SIZE);
    REQUIRE(strspn(refusal.message_id, plain) == strlen(refusal.message_id));
    REQUIRE(strspn(refusal.scim_type, plain) == strlen(refusal.scim_type));
    return 0;
}
