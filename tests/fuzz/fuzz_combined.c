/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password and code in one line. The first byte of the input says how (order, digits only) and, in
 * its upper bits, how long the separator is that follows; the rest is the line. Whatever the parts,
 * joining them gives the line again.
 */
#include "tests/fuzz/fuzz.h"

#include "base/typed_code.h"
#include "methods/password.h"

enum { SEPARATOR_MAX = 15 };

static bool is_code(const struct cs_secret *part)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    REQUIRE(cs_typed_code(part, &code) == CS_OK);
    return cs_is_digits(&code);
}

static void require_whole(const struct cs_secret *line, const struct cs_combined *parts,
                          const char *separator, bool password_first)
{
    const struct cs_secret *first = password_first ? &parts->password : &parts->code;
    const struct cs_secret *second = password_first ? &parts->code : &parts->password;
    size_t length = strlen(separator);
    const char *tail = line->data + first->length + length;

    REQUIRE(first->length + length + second->length == line->length);
    REQUIRE(memcmp(line->data, first->data, first->length) == 0);
    REQUIRE(memcmp(line->data + first->length, separator, length) == 0);
    REQUIRE(memcmp(tail, second->data, second->length) == 0);
    /* Only the password may contain the whole separator, or a code that was pasted in groups; one
     * byte of it may belong to either part. */
    if (length == 1 && memchr(parts->code.data, separator[0], parts->code.length) != NULL)
        REQUIRE(is_code(&parts->code));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_combined_clear) struct cs_combined parts = {0};
    CS_AUTO(cs_secret_free) struct cs_secret line = {0};
    char separator[SEPARATOR_MAX + 1] = "";
    bool password_first, digits_only, has_code = false;
    size_t length;

    if (size == 0)
        return 0;
    password_first = (data[0] & 1) != 0;
    digits_only = (data[0] & 2) != 0;
    length = (size_t)(data[0] >> 4) < size - 1 ? (size_t)(data[0] >> 4) : size - 1;
    memcpy(separator, data + 1, length);
    REQUIRE(cs_secret_set(&line, data + 1 + length, size - 1 - length) == CS_OK);
    REQUIRE(cs_combined_split(&line, separator, password_first, digits_only, &parts, &has_code,
                              NULL) == CS_OK);
    REQUIRE(parts.password.data != NULL);
    if (!has_code) {
        REQUIRE(parts.code.data == NULL && parts.password.length == line.length);
        REQUIRE(memcmp(parts.password.data, line.data, line.length) == 0);
        return 0;
    }
    require_whole(&line, &parts, separator, password_first);
    REQUIRE(!digits_only || is_code(&parts.code));
    return 0;
}
