/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "mapping/pattern_priv.h"

/* Limits for each position at which a match may start; a text has at most CS_GECOS_BYTES of
 * them. */
enum { STEPS_MAX = 10000, DEPTH_MAX = 4000, HEAP_KIB = 1024, NESTING_MAX = 32 };

static void free_code(pcre2_code **code)
{
    pcre2_code_free(*code);
}

static void free_match(pcre2_match_data **match)
{
    pcre2_match_data_free(*match);
}

static void free_compile_context(pcre2_compile_context **context)
{
    pcre2_compile_context_free(*context);
}

static void free_match_context(pcre2_match_context **context)
{
    pcre2_match_context_free(*context);
}

static enum cs_err compile(const char *pattern, pcre2_code **ret_code,
                           struct cs_pattern_result *result, struct cs_error *error)
{
    CS_AUTO(free_compile_context)
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    char reason[120] = "";
    PCRE2_SIZE offset = 0;
    int number = 0;

    if (context == NULL)
        return cs_fail_nomem(error);
    (void)pcre2_set_parens_nest_limit(context, NESTING_MAX);
    /* As in POSIX, $ matches only at the very end. \C, one byte of a character, is not allowed. */
    *ret_code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                              PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY, &number,
                              &offset, context);
    if (*ret_code != NULL)
        return CS_OK;
    if (number == PCRE2_ERROR_HEAP_FAILED)
        return cs_fail_nomem(error);
    (void)pcre2_get_error_message(number, (PCRE2_UCHAR *)reason, sizeof reason);
    (void)snprintf(result->why, sizeof result->why, "%s, at byte %zu", reason, offset + 1);
    return CS_OK;
}

static enum cs_err set_limits(pcre2_match_context *context, struct cs_error *error)
{
    if (context == NULL)
        return cs_fail_nomem(error);
    (void)pcre2_set_match_limit(context, STEPS_MAX);
    (void)pcre2_set_depth_limit(context, DEPTH_MAX);
    (void)pcre2_set_heap_limit(context, HEAP_KIB);
    return CS_OK;
}

static enum cs_err keep_spans(pcre2_match_data *match, const char *text,
                              struct cs_pattern_result *result, struct cs_error *error)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);

    for (size_t i = 0; i < result->groups; i++) {
        PCRE2_SIZE start = ends[2 * i], end = ends[2 * i + 1];

        if (start == PCRE2_UNSET || end == PCRE2_UNSET)
            continue;
        /* \K can put the start after the end. */
        if (start > end || end > strlen(text))
            return cs_fail(error, CS_ERR_CONFIG, "gecos_match: a match that ends before it starts");
        result->spans[i] = (struct cs_span){true, start, end - start};
    }
    result->outcome = CS_PATTERN_MATCHED;
    return CS_OK;
}

static enum cs_err search(const pcre2_code *code, const char *text,
                          struct cs_pattern_result *result, struct cs_error *error)
{
    CS_AUTO(free_match_context)
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    CS_AUTO(free_match)
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    int found;

    if (match == NULL || set_limits(context, error) != CS_OK)
        return cs_fail_nomem(error);
    found = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, PCRE2_NO_JIT, match, context);
    if (found == PCRE2_ERROR_NOMATCH)
        return CS_OK;
    if (found == PCRE2_ERROR_NOMEMORY)
        return cs_fail_nomem(error);
    if (found < 0)
        return cs_fail(error, CS_ERR_LIMIT,
                       "gecos_match takes too many steps for this GECOS text; write a simpler "
                       "expression (PCRE error %d)",
                       found);
    return keep_spans(match, text, result, error);
}

enum cs_err cs_pattern_pcre(const char *pattern, const char *text,
                            struct cs_pattern_result *ret_result, struct cs_error *error)
{
    CS_AUTO(free_code) pcre2_code *code = NULL;
    struct cs_pattern_result result = {.outcome = CS_PATTERN_REFUSED};
    uint32_t groups = 0;
    enum cs_err err = compile(pattern, &code, &result, error);

    if (err != CS_OK)
        return err;
    if (code != NULL) {
        (void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
        result.groups = (size_t)groups + 1;
        result.outcome =
            result.groups > CS_PATTERN_GROUPS ? CS_PATTERN_REFUSED : CS_PATTERN_NO_MATCH;
        if (result.outcome == CS_PATTERN_REFUSED)
            (void)snprintf(result.why, sizeof result.why, "more than %d groups",
                           CS_PATTERN_GROUPS - 1);
        else if (text != NULL)
            err = search(code, text, &result, error);
    }
    if (err == CS_OK)
        *ret_result = result;
    return err;
}
