/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the fuzzers of a tenant's answers. */
#ifndef CS_TESTS_FUZZ_FUZZ_VERIFY_H
#define CS_TESTS_FUZZ_FUZZ_VERIFY_H

#include "tests/fuzz/fuzz.h"

#include "providers/ibm_verify/answer.h"

static const char fuzz_user[] = "640004T35T"; /* whose answers they are, in the corpus */

static inline void fuzz_drop_line(void *context, int priority, const char *line)
{
    (void)context;
    (void)priority;
    (void)line;
}

static const struct cs_log fuzz_log = {fuzz_drop_line, NULL, true};

/* A refusal has an error code and one clean line. */
static inline void fuzz_refused(enum cs_err result, const struct cs_error *error)
{
    REQUIRE(result == error->code);
    REQUIRE(result == CS_ERR_UNAVAILABLE || result == CS_ERR_LIMIT);
    for (const char *byte = error->text; *byte != '\0'; byte++)
        REQUIRE((unsigned char)*byte >= 0x20 && (unsigned char)*byte < 0x7f);
}

/* Listed ids must be safe in a path. The first byte of the input chose the listing. */
static inline struct cs_listing fuzz_listing(uint8_t byte)
{
    return (struct cs_listing){.kinds = ~0U, .unvalidated = (byte & 1) != 0};
}

static inline enum cs_device_order fuzz_order(uint8_t byte)
{
    if ((byte & 8) != 0)
        return CS_DEVICE_PRESENCE_FIRST;
    if ((byte & 4) != 0)
        return CS_DEVICE_BIOMETRIC_ONLY;
    return (byte & 2) != 0 ? CS_DEVICE_PRESENCE_ONLY : CS_DEVICE_BIOMETRIC_FIRST;
}

static inline void fuzz_listed(const struct cs_listed_factors *factors)
{
    REQUIRE(factors->count <= CS_LISTED_FACTORS_MAX);
    for (size_t i = 0; i < factors->count; i++) {
        const struct cs_listed_factor *factor = &factors->items[i];

        REQUIRE(cs_verify_is_id(factor->id));
        REQUIRE((factor->kind == CS_FACTOR_DEVICE) == cs_verify_is_id(factor->device));
        REQUIRE(memchr(factor->name, '\0', sizeof factor->name) != NULL);
    }
}

#endif
