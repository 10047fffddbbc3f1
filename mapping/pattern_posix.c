/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <regex.h>
#include <stdio.h>

#include "mapping/pattern_priv.h"

static void refuse(struct cs_pattern_result *result, const char *why)
{
    result->outcome = CS_PATTERN_REFUSED;
    (void)snprintf(result->why, sizeof result->why, "%s", why);
}

static enum cs_err search(const regex_t *expression, const char *text,
                          struct cs_pattern_result *result, struct cs_error *error)
{
    regmatch_t found[CS_PATTERN_GROUPS];
    int status = regexec(expression, text, CS_PATTERN_GROUPS, found, 0);

    if (status == REG_NOMATCH)
        return CS_OK;
    if (status != 0)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < result->groups; i++) {
        if (found[i].rm_so >= 0 && found[i].rm_eo >= found[i].rm_so)
            result->spans[i] = (struct cs_span){true, (size_t)found[i].rm_so,
                                                (size_t)(found[i].rm_eo - found[i].rm_so)};
    }
    result->outcome = CS_PATTERN_MATCHED;
    return CS_OK;
}

/* The pattern is within the bounds. */
static enum cs_err run(const char *pattern, const char *text, struct cs_pattern_result *result,
                       struct cs_error *error)
{
    char reason[120] = "";
    regex_t expression;
    enum cs_err err = CS_OK;
    int status = regcomp(&expression, pattern, REG_EXTENDED);

    if (status == REG_ESPACE)
        return cs_fail_nomem(error);
    if (status != 0) {
        (void)regerror(status, &expression, reason, sizeof reason);
        refuse(result, reason);
        return CS_OK;
    }
    result->groups = expression.re_nsub + 1;
    result->outcome = CS_PATTERN_NO_MATCH;
    if (result->groups > CS_PATTERN_GROUPS)
        refuse(result, "more than 31 groups");
    else if (text != NULL)
        err = search(&expression, text, result, error);
    regfree(&expression);
    return err;
}

/* regcomp and regexec follow the thread's locale. In this locale a character is a byte, both in the
 * broker and in a command-line tool on a terminal. */
static enum cs_err run_in_c_locale(const char *pattern, const char *text,
                                   struct cs_pattern_result *result, struct cs_error *error)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
    enum cs_err err;

    if (plain == (locale_t)0)
        return cs_fail_nomem(error);
    before = uselocale(plain);
    err = run(pattern, text, result, error);
    (void)uselocale(before);
    freelocale(plain);
    return err;
}

enum cs_err cs_pattern_posix(const char *pattern, const char *text,
                             struct cs_pattern_result *ret_result, struct cs_error *error)
{
    struct cs_pattern_result result = {.outcome = CS_PATTERN_REFUSED};
    const char *beyond = cs_pattern_beyond_bounds(pattern);
    enum cs_err err = CS_OK;

    if (beyond != NULL)
        refuse(&result, beyond);
    else
        err = run_in_c_locale(pattern, text, &result, error);
    if (err == CS_OK)
        *ret_result = result;
    return err;
}
