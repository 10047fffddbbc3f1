/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mapping by a GECOS text: lines for the expression, its replacement and the text. It terminates,
 * any result is an identity, settings that the check accepts fail only because of the text, and an
 * expression without a flavour gives what both flavours give.
 */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "base/strlist.h"
#include "mapping/map.h"
#include "mapping/pattern.h"

static bool identity_of(const struct cs_mapping *mapping, const char *gecos,
                        char identity[CS_IDENTITY_SIZE])
{
    CS_AUTO(cs_map_trace_free) struct cs_map_trace trace = {0};
    const struct cs_map_account account = {.name = "ann", .gecos = gecos};
    struct cs_error error = {0};
    enum cs_err err = cs_map_identity(mapping, &account, identity, &trace, &error);

    for (size_t i = 0; i < trace.count; i++)
        REQUIRE(cs_is_clean(trace.steps[i].value, strlen(trace.steps[i].value)));
    if (err != CS_OK) {
        REQUIRE(error.code == err && error.text[0] != '\0' && err != CS_ERR_NOMEM);
        return false;
    }
    REQUIRE(identity[0] != '\0' && strlen(identity) < CS_IDENTITY_SIZE);
    REQUIRE(cs_is_clean(identity, strlen(identity)));
    return true;
}

static void check_as(const char *prefix, struct cs_mapping mapping, const char *gecos,
                     const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer pattern = {0};
    char identity[CS_IDENTITY_SIZE];

    cs_buffer_printf(&pattern, "%s%s", prefix, mapping.gecos_match);
    mapping.gecos_match = pattern.text;
    if (pattern.length > CS_PATTERN_BYTES)
        return;
    REQUIRE(identity_of(&mapping, gecos, identity));
    REQUIRE(strcmp(identity, expected) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    char *gecos = text, identity[CS_IDENTITY_SIZE];
    char *pattern = strsep(&gecos, "\n"), *replacement = gecos ? strsep(&gecos, "\n") : NULL;
    const struct cs_mapping mapping = {.gecos_match = pattern, .gecos_replace = replacement};
    const struct cs_mapping field = {.gecos_field = (unsigned)(size % 33)};

    if (gecos == NULL)
        return 0;
    (void)identity_of(&field, gecos, identity);
    if (cs_mapping_check(&mapping, NULL) != CS_OK) {
        REQUIRE(!identity_of(&mapping, gecos, identity));
        return 0;
    }
    if (!identity_of(&mapping, gecos, identity) || strncmp(pattern, "pcre:", 5) == 0 ||
        strncmp(pattern, "posix:", 6) == 0)
        return 0;
    check_as("pcre:", mapping, gecos, identity);
    check_as("posix:", mapping, gecos, identity);
    return 0;
}
