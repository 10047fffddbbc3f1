/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_control.h"

#include <ctype.h>
#include <limits.h>
#include <security/_pam_types.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/attributes.h"

/* Their places are the values; "default" stands behind the last. */
static const char *const codes[CS_PAM_CODES + 1] = {
    "success",
    "open_err",
    "symbol_err",
    "service_err",
    "system_err",
    "buf_err",
    "perm_denied",
    "auth_err",
    "cred_insufficient",
    "authinfo_unavail",
    "user_unknown",
    "maxtries",
    "new_authtok_reqd",
    "acct_expired",
    "session_err",
    "cred_unavail",
    "cred_expired",
    "cred_err",
    "no_module_data",
    "conv_err",
    "authtok_err",
    "authtok_recover_err",
    "authtok_lock_busy",
    "authtok_disable_aging",
    "try_again",
    "ignore",
    "abort",
    "authtok_expired",
    "module_unknown",
    "bad_item",
    "conv_again",
    "incomplete",
    "default",
};
/* Their places are the actions, negated. */
static const char *const actions_by_place[] = {"ignore", "ok", "done", "bad", "die", "reset"};

static const struct {
    const char *word;
    int success, ignore, other;
} keywords[] = {
    {"required", CS_PAM_OK, CS_PAM_IGNORE, CS_PAM_BAD},
    {"requisite", CS_PAM_OK, CS_PAM_IGNORE, CS_PAM_DIE},
    {"optional", CS_PAM_OK, CS_PAM_IGNORE, CS_PAM_IGNORE},
    {"sufficient", CS_PAM_DONE, CS_PAM_IGNORE, CS_PAM_IGNORE},
};

void cs_pam_control_clear(int actions[CS_PAM_CODES])
{
    for (size_t i = 0; i < CS_PAM_CODES; i++)
        actions[i] = CS_PAM_UNDEFINED;
}

void cs_pam_control_default(int actions[CS_PAM_CODES], int action)
{
    for (size_t i = 0; i < CS_PAM_CODES; i++) {
        if (actions[i] == CS_PAM_UNDEFINED)
            actions[i] = action;
    }
}

static void skip_blanks(const char **text)
{
    while (isspace((unsigned char)**text))
        *text += 1;
}

/* The place of the name that the text begins with; `count`: of none. What follows the name does not
 * matter here, as with libpam. */
static size_t take_name(const char **text, const char *const names[], size_t count)
{
    size_t place = 0, length;

    while (place < count && strncmp(*text, names[place], strlen(names[place])) != 0)
        place++;
    length = place < count ? strlen(names[place]) : 0;
    *text += length;
    return place;
}

/* Jumps over 0 modules do not exist, nor, since 1.6, any over more than an int can count. */
static bool take_jump(const char **text, int *jump)
{
    *jump = 0;
    while (isdigit((unsigned char)**text)) {
        int digit = **text - '0';

        if (*jump > (INT_MAX - digit) / 10)
            return false;
        *jump = *jump * 10 + digit;
        *text += 1;
    }
    return *jump > 0;
}

/* "value = action" */
static bool take_pair(const char **text, int actions[CS_PAM_CODES])
{
    size_t code = take_name(text, codes, CS_ARRAY_SIZE(codes)), place;
    int action;

    if (code == CS_ARRAY_SIZE(codes))
        return false;
    skip_blanks(text);
    if (**text != '=')
        return false;
    *text += 1;
    skip_blanks(text);
    place = take_name(text, actions_by_place, CS_ARRAY_SIZE(actions_by_place));
    action = -(int)place;
    if (place == CS_ARRAY_SIZE(actions_by_place) && !take_jump(text, &action))
        return false;
    if (code == CS_PAM_CODES)
        cs_pam_control_default(actions, action);
    else
        actions[code] = action;
    return true;
}

bool cs_pam_control_read(int actions[CS_PAM_CODES], const char *word)
{
    bool understood = true;

    for (size_t i = 0; i < CS_ARRAY_SIZE(keywords); i++) {
        if (strcasecmp(word, keywords[i].word) != 0)
            continue;
        actions[PAM_SUCCESS] = actions[PAM_NEW_AUTHTOK_REQD] = keywords[i].success;
        actions[PAM_IGNORE] = keywords[i].ignore;
        cs_pam_control_default(actions, keywords[i].other);
        return true;
    }
    skip_blanks(&word);
    while (understood && *word != '\0') {
        understood = take_pair(&word, actions);
        skip_blanks(&word);
    }
    if (!understood)
        cs_pam_control_clear(actions);
    cs_pam_control_default(actions, CS_PAM_BAD);
    return understood;
}

const char *cs_pam_code_word(int code)
{
    return code >= 0 && code < CS_PAM_CODES ? codes[code] : "?";
}
