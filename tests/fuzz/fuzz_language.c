/* SPDX-License-Identifier: Apache-2.0 */
/* Names of languages: an accepted one is safe in a path and canonical. */
#include "tests/fuzz/fuzz.h"

#include "base/strlist.h"
#include "i18n/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *tag = fuzz_text(data, size);
    char language[CS_LANGUAGE_SIZE], again[CS_LANGUAGE_SIZE], parent[CS_LANGUAGE_SIZE];

    if (!cs_language_parse(tag, language)) {
        REQUIRE(language[0] == '\0');
        return 0;
    }
    REQUIRE(strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") ==
            strlen(language));
    REQUIRE(cs_language_parse(language, again) && strcmp(language, again) == 0);
    if (cs_language_parent(language, parent))
        REQUIRE(strlen(parent) + 3 == strlen(language) && !cs_language_parent(parent, again));
    (void)cs_language_is_rtl(language);
    return 0;
}
