/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/pattern.h"

#include <string.h>

#include "base/sanitise.h"
#include "mapping/pattern_priv.h"

#define CHOOSE "put pcre: or posix: in front of it to choose one"

static const struct flavour {
    const char *prefix;
    const char *name;
    enum cs_err (*search)(const char *pattern, const char *text,
                          struct cs_pattern_result *ret_result, struct cs_error *error);
} flavours[] = {
    {"pcre:", "PCRE", cs_pattern_pcre},
    {"posix:", "POSIX", cs_pattern_posix},
};

static enum cs_err refused(const struct flavour *flavour, const char *why, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_CONFIG, "gecos_match is not a regular expression (%s): %s",
                   flavour->name, why);
}

/* Compares the outcomes of compiling the expression in both flavours. */
static enum cs_err compare_patterns(const struct cs_pattern_result results[2],
                                    struct cs_error *error)
{
    bool good[] = {results[0].outcome != CS_PATTERN_REFUSED,
                   results[1].outcome != CS_PATTERN_REFUSED};

    if (!good[0] && !good[1])
        return refused(&flavours[0], results[0].why, error);
    if (good[0] != good[1])
        return cs_fail(
            error, CS_ERR_CONFIG,
            "gecos_match is a valid regular expression for %s but not for %s (%s); " CHOOSE,
            flavours[good[0] ? 0 : 1].name, flavours[good[0] ? 1 : 0].name,
            results[good[0] ? 1 : 0].why);
    if (results[0].groups != results[1].groups)
        return cs_fail(error, CS_ERR_CONFIG,
                       "gecos_match has %zu groups for PCRE and %zu for POSIX; " CHOOSE,
                       results[0].groups - 1, results[1].groups - 1);
    return CS_OK;
}

static bool same_span(const struct cs_span *one, const struct cs_span *other)
{
    return one->took_part == other->took_part && one->start == other->start &&
           one->length == other->length;
}

static enum cs_err compare_matches(const struct cs_pattern_result results[2],
                                   struct cs_error *error)
{
    if (results[0].outcome != results[1].outcome)
        return cs_fail(error, CS_ERR_CONFIG,
                       "gecos_match matches this GECOS text for %s but not for %s; " CHOOSE,
                       flavours[results[0].outcome == CS_PATTERN_MATCHED ? 0 : 1].name,
                       flavours[results[0].outcome == CS_PATTERN_MATCHED ? 1 : 0].name);
    for (size_t i = 0; i < results[0].groups; i++) {
        if (!same_span(&results[0].spans[i], &results[1].spans[i]))
            return cs_fail(error, CS_ERR_CONFIG,
                           "gecos_match matches this GECOS text differently for PCRE and for POSIX "
                           "($%zu); " CHOOSE,
                           i);
    }
    return CS_OK;
}

static enum cs_err search_both(const char *pattern, const char *text,
                               struct cs_pattern_result *ret_result, struct cs_error *error)
{
    struct cs_pattern_result results[2];
    enum cs_err err = CS_OK;

    for (size_t i = 0; i < 2 && err == CS_OK; i++)
        err = flavours[i].search(pattern, text, &results[i], error);
    if (err == CS_OK)
        err = compare_patterns(results, error);
    if (err == CS_OK)
        err = compare_matches(results, error);
    if (err == CS_OK)
        *ret_result = results[0];
    return err;
}

static enum cs_err search_as(const struct flavour *flavour, const char *pattern, const char *text,
                             struct cs_pattern_result *ret_result, struct cs_error *error)
{
    enum cs_err err;

    if (*pattern == '\0')
        return cs_fail(error, CS_ERR_CONFIG, "gecos_match has nothing after %s", flavour->prefix);
    err = flavour->search(pattern, text, ret_result, error);
    if (err == CS_OK && ret_result->outcome == CS_PATTERN_REFUSED)
        return refused(flavour, ret_result->why, error);
    return err;
}

static enum cs_err search(const char *pattern, const char *text,
                          struct cs_pattern_result *ret_result, struct cs_error *error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(flavours); i++) {
        size_t prefix = strlen(flavours[i].prefix);

        if (strncmp(pattern, flavours[i].prefix, prefix) == 0)
            return search_as(&flavours[i], pattern + prefix, text, ret_result, error);
    }
    return search_both(pattern, text, ret_result, error);
}

/* Runs before anything else uses the two. */
static enum cs_err check_texts(const char *pattern, const char *replacement, struct cs_error *error)
{
    const struct {
        const char *option, *text;
        size_t most;
    } rows[] = {{"gecos_match", pattern, CS_PATTERN_BYTES},
                {"gecos_replace", replacement, CS_REPLACEMENT_BYTES}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        size_t length = strnlen(rows[i].text, rows[i].most + 1);

        if (length == 0 || length > rows[i].most || !cs_is_clean(rows[i].text, length))
            return cs_fail(error, CS_ERR_CONFIG,
                           "%s is empty, is longer than %zu bytes, or contains control characters "
                           "or bytes that are not UTF-8",
                           rows[i].option, rows[i].most);
    }
    return CS_OK;
}

/* Appends what follows a dollar sign in the replacement. Without a text it only checks. */
static enum cs_err expand_one(char letter, const struct cs_pattern_result *result, const char *text,
                              struct cs_buffer *out, struct cs_error *error)
{
    const struct cs_span *span;
    size_t group;

    if (letter == '$') {
        cs_buffer_add(out, "$", 1);
        return CS_OK;
    }
    if (letter < '0' || letter > '9')
        return cs_fail(
            error, CS_ERR_CONFIG,
            "gecos_replace: a $ must be followed by a digit, or by another $ for the sign itself");
    group = (size_t)(letter - '0');
    if (group >= result->groups)
        return cs_fail(error, CS_ERR_CONFIG,
                       "gecos_replace uses $%zu, but gecos_match has only %zu groups", group,
                       result->groups - 1);
    span = &result->spans[group];
    if (text != NULL && span->took_part)
        cs_buffer_add(out, text + span->start, span->length);
    return CS_OK;
}

static enum cs_err expand(const char *replacement, const struct cs_pattern_result *result,
                          const char *text, struct cs_buffer *out, struct cs_error *error)
{
    for (const char *at = replacement; *at != '\0'; at++) {
        enum cs_err err;

        if (*at != '$') {
            cs_buffer_add(out, at, 1);
            continue;
        }
        at++;
        err = expand_one(*at, result, text, out, error);
        if (err != CS_OK)
            return err;
    }
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

enum cs_err cs_pattern_check(const char *pattern, const char *replacement, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer unused = {0};
    struct cs_pattern_result result;
    enum cs_err err = check_texts(pattern, replacement, error);

    if (err == CS_OK)
        err = search(pattern, NULL, &result, error);
    return err == CS_OK ? expand(replacement, &result, NULL, &unused, error) : err;
}

enum cs_err cs_pattern_replace(const char *pattern, const char *replacement, const char *text,
                               struct cs_buffer *out, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer expanded = {0};
    struct cs_pattern_result result;
    enum cs_err err = check_texts(pattern, replacement, error);

    if (err == CS_OK)
        err = search(pattern, text, &result, error);
    if (err == CS_OK)
        err = expand(replacement, &result, text, &expanded, error);
    if (err != CS_OK)
        return err;
    if (result.outcome != CS_PATTERN_MATCHED)
        return cs_fail(error, CS_ERR_INPUT,
                       "gecos_match does not match the GECOS text; correct the account or the "
                       "expression");
    cs_buffer_append(out, &expanded);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}
