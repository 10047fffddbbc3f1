/* SPDX-License-Identifier: Apache-2.0 */
/* A tenant's list of factors: either refused, or the ids that it adds are safe in a path. */
#include "tests/fuzz/fuzz_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_listed_factors_clear) struct cs_listed_factors factors = {0};
    const struct cs_listing listing = fuzz_listing(size > 0 ? data[0] : 0);
    const struct cs_verify_wanted wanted = {
        .listing = &listing, .user_id = fuzz_user, .log = &fuzz_log};
    struct cs_error error = {0};
    enum cs_err result;

    if (size == 0)
        return 0;
    result = cs_verify_read_factors((const char *)data + 1, size - 1, "factors", &wanted, &factors,
                                    &error);
    if (result != CS_OK)
        fuzz_refused(result, &error);
    fuzz_listed(&factors);
    return 0;
}
