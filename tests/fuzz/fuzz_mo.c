/* SPDX-License-Identifier: Apache-2.0 */
/* gettext catalogues: an accepted one survives any look-up, and yields texts only. */
#include "tests/fuzz/fuzz.h"

#include "conversation/texts.h"
#include "i18n/mo.h"
#include "i18n/plural.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;
    struct cs_error error = {0};
    enum cs_err result = cs_mo_parse("fuzz", data, size, &mo, &error);

    REQUIRE((result == CS_OK) == (mo != NULL));
    if (mo == NULL) {
        REQUIRE(result == CS_ERR_INPUT && strncmp(error.text, "fuzz: ", 6) == 0);
        return 0;
    }
    for (size_t key = 0; key < CS_TEXTS; key++) {
        const char *text = cs_mo_find(mo, cs_texts[key].key, cs_texts[key].english);

        REQUIRE(text == NULL || (text[0] != '\0' && strlen(text) < size));
        for (unsigned forms = 1; cs_texts[key].counted && forms <= CS_PLURAL_FORMS_MAX; forms++) {
            text = cs_mo_find_forms(mo, cs_texts[key].key, cs_texts[key].english, forms);
            for (unsigned i = 0; text != NULL && i < forms; i++) {
                REQUIRE(text[0] != '\0');
                text += strlen(text) + 1;
            }
        }
    }
    return 0;
}
