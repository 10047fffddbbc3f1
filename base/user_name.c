/* SPDX-License-Identifier: Apache-2.0 */
#include "base/user_name.h"

#include <string.h>

#include "base/sanitise.h"

static const char separators[] = ",:;=|\"";

enum { SECRET_LETTERS_MIN = 16 };

static bool is_between(char letter, char first, char last)
{
    return letter >= first && letter <= last;
}

/* Whether a word of a name is a secret in base32: in capitals, or in small letters with a digit
 * before the last letter. A long word in small letters with or without a number is a name. */
static bool is_secret(const char *word, size_t length)
{
    size_t capitals = 0, small = 0, digits = 0;

    for (size_t i = 0; i < length; i++) {
        capitals += is_between(word[i], 'A', 'Z');
        small += is_between(word[i], 'a', 'z');
        digits += is_between(word[i], '2', '7');
    }
    if (length < SECRET_LETTERS_MIN || capitals + small + digits != length)
        return false;
    if (small == 0)
        return capitals > 0;
    return capitals == 0 && digits > 0 && strcspn(word, "234567") < small;
}

bool cs_user_name_holds_secret(const char *name)
{
    for (const char *word = name; *word != '\0';) {
        size_t length = 0;

        while (is_between(word[length], 'a', 'z') || is_between(word[length], 'A', 'Z') ||
               is_between(word[length], '0', '9'))
            length++;
        /* A domain may have any name. */
        if (is_secret(word, length) && word[length] != '\\')
            return true;
        word += length > 0 ? length : 1;
    }
    return false;
}

enum cs_err cs_user_name_check(const char *name, struct cs_error *error)
{
    size_t length = strlen(name);
    const char *bad = strpbrk(name, separators);

    if (length == 0)
        return cs_fail(error, CS_ERR_INPUT, "the user name is empty");
    if (length > CS_USER_NAME_MAX || !cs_is_clean(name, length))
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name is longer than %d bytes or contains control characters",
                       CS_USER_NAME_MAX);
    if (bad != NULL)
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name holds '%c', as no account's name does: user and secret are "
                       "two words",
                       *bad);
    if (name[0] == ' ' || name[length - 1] == ' ' || name[0] == '-')
        return cs_fail(error, CS_ERR_INPUT,
                       "the user name begins or ends with a blank, or begins with a hyphen");
    return CS_OK;
}
