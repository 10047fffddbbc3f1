/* SPDX-License-Identifier: Apache-2.0 */
/* Password and code in one line: which part is which. */
#include <string.h>

#include "base/typed_code.h"
#include "methods/password.h"

void cs_combined_clear(struct cs_combined *combined)
{
    cs_secret_free(&combined->password);
    cs_secret_free(&combined->code);
}

/* Where the line is split: at the separator next to its code end that leaves digits of a code
 * there, because codes are pasted with blanks and dashes in them; if none does, at the one next to
 * that end. *ret_found NULL: there is no separator. */
static enum cs_err find_separator(const struct cs_secret *line, const char *separator,
                                  bool password_first, const char **ret_found, bool *ret_digits,
                                  struct cs_error *error)
{
    size_t length = strlen(separator);
    size_t places = length > 0 && line->length >= length ? line->length - length + 1 : 0;

    *ret_found = NULL;
    *ret_digits = false;
    for (size_t i = 0; i < places && !*ret_digits; i++) {
        const char *here = line->data + (password_first ? places - 1 - i : i);
        CS_AUTO(cs_secret_free) struct cs_secret code = {0};

        if (!cs_equal_ct(here, separator, length))
            continue;
        if (cs_typed_code_of(password_first ? here + length : line->data, i, &code) != CS_OK)
            return cs_fail_nomem(error);
        *ret_digits = cs_is_digits(&code);
        if (*ret_found == NULL || *ret_digits)
            *ret_found = here;
        if (code.length > CS_CODE_DIGITS_MAX) /* and longer at every other separator */
            break;
    }
    return CS_OK;
}

/* Input methods type a full-width colon while they write Chinese or Japanese. It stands in for the
 * usual separator only in a line that has none, which would be refused or be a password alone. */
static const char *separator_in(const struct cs_secret *line, const char *separator)
{
    bool replaced = strcmp(separator, ":") == 0 && line->length > 0 &&
                    memchr(line->data, ':', line->length) == NULL;

    return replaced ? "\uff1a" : separator;
}

enum cs_err cs_combined_split(const struct cs_secret *line, const char *separator,
                              bool password_first, bool digits_only,
                              struct cs_combined *ret_combined, bool *ret_has_code,
                              struct cs_error *error)
{
    const char *found = NULL, *second = NULL;
    struct cs_secret *first_part = password_first ? &ret_combined->password : &ret_combined->code;
    struct cs_secret *second_part = password_first ? &ret_combined->code : &ret_combined->password;
    bool digits = false;
    enum cs_err result;

    separator = separator_in(line, separator);
    result = find_separator(line, separator, password_first, &found, &digits, error);
    if (result != CS_OK)
        return result;
    *ret_has_code = found != NULL && (digits || !digits_only);
    if (!*ret_has_code)
        return cs_secret_set(&ret_combined->password, line->data, line->length) == CS_OK
                   ? CS_OK
                   : cs_fail_nomem(error);
    second = found + strlen(separator);
    if (cs_secret_set(first_part, line->data, (size_t)(found - line->data)) != CS_OK ||
        cs_secret_set(second_part, second, line->length - (size_t)(second - line->data)) != CS_OK)
        return cs_fail_nomem(error);
    return CS_OK;
}
