/* SPDX-License-Identifier: Apache-2.0 */
/* Password and code in one line: which part is which. */
#include <string.h>

#include "base/typed_code.h"
#include "methods/password.h"

enum { CODE_DIGITS_MIN = 6, CODE_DIGITS_MAX = 8 };

void cs_combined_clear(struct cs_combined *combined)
{
    cs_secret_free(&combined->password);
    cs_secret_free(&combined->code);
}

/* The first or last separator; NULL: there is none. */
static const char *find_separator(const struct cs_secret *line, const char *separator, bool last)
{
    size_t length = strlen(separator);
    const char *found = NULL;

    if (length == 0 || line->data == NULL)
        return NULL;
    for (size_t i = 0; i + length <= line->length; i++) {
        if (!cs_equal_ct(line->data + i, separator, length))
            continue;
        found = line->data + i;
        if (!last)
            return found;
    }
    return found;
}

static enum cs_err find_code(const char *text, size_t length, bool *ret_code,
                             struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret code = {0};

    if (cs_typed_code_of(text, length, &code) != CS_OK)
        return cs_fail_nomem(error);
    *ret_code = cs_is_digits(&code, CODE_DIGITS_MIN, CODE_DIGITS_MAX);
    return CS_OK;
}

enum cs_err cs_combined_split(const struct cs_secret *line, const char *separator,
                              bool password_first, bool digits_only,
                              struct cs_combined *ret_combined, bool *ret_has_code,
                              struct cs_error *error)
{
    const char *found = find_separator(line, separator, password_first);
    const char *second = found ? found + strlen(separator) : NULL;
    size_t first_length = found ? (size_t)(found - line->data) : 0;
    size_t second_length = found ? line->length - (size_t)(second - line->data) : 0;
    struct cs_secret *first_part = password_first ? &ret_combined->password : &ret_combined->code;
    struct cs_secret *second_part = password_first ? &ret_combined->code : &ret_combined->password;
    enum cs_err result = CS_OK;

    *ret_has_code = found != NULL;
    if (found != NULL && digits_only)
        result = find_code(password_first ? second : line->data,
                           password_first ? second_length : first_length, ret_has_code, error);
    if (result != CS_OK)
        return result;
    if (!*ret_has_code)
        return cs_secret_set(&ret_combined->password, line->data, line->length) == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    if (cs_secret_set(first_part, line->data, first_length) != CS_OK ||
        cs_secret_set(second_part, second, second_length) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}
