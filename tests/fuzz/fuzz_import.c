/* SPDX-License-Identifier: Apache-2.0 */
/* Files of other programs: the first byte says which. Whatever is read can be stored. */
#include "tests/fuzz/fuzz.h"

#include "import/imported.h"

static void require_sound(const struct cs_imported *row)
{
    const struct cs_factor *factor = &row->factor;

    REQUIRE(factor->secret.length >= CS_IMPORT_SECRET_MIN &&
            factor->secret.length <= CS_IMPORT_SECRET_MAX);
    REQUIRE(factor->kind == CS_STORED_TOTP || factor->kind == CS_STORED_HOTP);
    REQUIRE((factor->kind == CS_STORED_HOTP) == (factor->period == 0));
    REQUIRE(factor->period <= CS_IMPORT_PERIOD_MAX);
    REQUIRE(factor->digits >= 6 && factor->digits <= 8);
    REQUIRE(factor->last_step >= -1);
    REQUIRE(cs_user_name_check(factor->user, NULL) == CS_OK);
    REQUIRE(row->codes_count <= CS_RECOVERY_CODES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static cs_import_reader *const readers[] = {cs_import_google, cs_import_oath, cs_import_otpauth,
                                                cs_import_pskc};
    char *text = fuzz_text(size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
    unsigned choice = size > 0 ? data[0] : 0;
    const struct cs_import_source source = {.text = text,
                                            .user = (choice & 8) != 0 ? "alice" : NULL,
                                            .label = "label",
                                            .now = 1700000000,
                                            .hex = (choice & 16) != 0,
                                            .padded = (choice & 32) != 0};
    struct cs_imports imports = {0};

    REQUIRE(readers[choice % CS_ARRAY_SIZE(readers)](&source, &imports, NULL) == CS_OK);
    for (size_t i = 0; i < imports.count; i++)
        require_sound(imports.rows[i]);
    for (size_t i = 0; i < imports.faults.count; i++)
        REQUIRE(imports.faults.items[i].text[0] != '\0');
    cs_imports_clear(&imports);
    free(text);
    return 0;
}
