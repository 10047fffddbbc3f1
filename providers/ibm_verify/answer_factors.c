/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolments other than devices. */
#include "providers/ibm_verify/answer.h"

#include <string.h>
#include <syslog.h>

static const char what[] = "the list of factors";

/* In menu order. */
static const struct {
    enum cs_factor_kind kind;
    const char *type;
    const char *address; /* the attribute with the number or address; NULL: none */
} rows[] = {
    {CS_FACTOR_EMAILOTP, "emailotp", "emailAddress"},
    {CS_FACTOR_SMSOTP, "smsotp", "phoneNumber"},
    {CS_FACTOR_TOTP, "totp", NULL},
    {CS_FACTOR_VOICEOTP, "voiceotp", "phoneNumber"},
};

const char *cs_verify_type(enum cs_factor_kind kind)
{
    if (kind == CS_FACTOR_TRANS_EMAILOTP)
        kind = CS_FACTOR_EMAILOTP;
    if (kind == CS_FACTOR_TRANS_SMSOTP)
        kind = CS_FACTOR_SMSOTP;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (rows[i].kind == kind)
            return rows[i].type;
    }
    return NULL;
}

enum cs_err cs_verify_get_list(const struct cs_json_value *root, const char *name,
                               const char *array, const struct cs_json_value **ret_list,
                               struct cs_error *error)
{
    const struct cs_json_value *list = cs_json_get(root, array);
    const struct cs_json_value *count = cs_json_get(root, "total");
    int64_t total = 0;

    if (cs_json_type(list) != CS_JSON_ARRAY)
        return cs_verify_nonsense(error, name, "there is no list in it");
    if (cs_json_type(count) != CS_JSON_NONE && !cs_json_integer(count, &total))
        return cs_verify_nonsense(error, name, "total is not a number");
    /* A factor on a page that was not read would look as if it were not enrolled. */
    if (total > (int64_t)cs_json_count(list))
        return cs_fail(error, CS_ERR_LIMIT,
                       "the answer to %s has %zu of %lld entries; remove some from the user", name,
                       cs_json_count(list), (long long)total);
    *ret_list = list;
    return CS_OK;
}

static bool is_known(const char *type)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].type, type) == 0)
            return true;
    }
    return false;
}

/* What must hold for every factor, even those that do not matter here. */
static enum cs_err check_all(const struct cs_json_value *list,
                             const struct cs_verify_wanted *wanted, struct cs_error *error)
{
    for (const struct cs_json_value *item = cs_json_first(list); item != NULL;
         item = cs_json_next(item)) {
        const char *type = cs_json_string(cs_json_get(item, "type"), NULL);

        if (type == NULL)
            return cs_verify_nonsense(error, what, "a factor has no type");
        if (!cs_verify_is_or_absent(item, "userId", wanted->user_id))
            return cs_verify_nonsense(error, what, "a factor is another user's");
        if (!is_known(type))
            cs_log(wanted->log, LOG_DEBUG, "factor skipped: its type is not used here");
    }
    return CS_OK;
}

/* Whether a factor counts; if not, the log gets the reason. */
static enum cs_err counts(const struct cs_json_value *item, const char *id, const char *type,
                          const struct cs_verify_wanted *wanted, bool *ret_counts,
                          struct cs_error *error)
{
    bool enabled = false, validated = false;

    if (!cs_json_bool(cs_json_get(item, "enabled"), &enabled) ||
        !cs_json_bool(cs_json_get(item, "validated"), &validated))
        return cs_verify_nonsense(error, what, "a factor is neither enabled nor disabled");
    validated = validated || wanted->listing->unvalidated;
    *ret_counts = enabled && validated;
    if (!*ret_counts)
        cs_log(wanted->log, LOG_INFO, "factor %s (%s) skipped: it is not %s", id, type,
               enabled ? "validated (ignore_isvalidated)" : "enabled");
    return CS_OK;
}

static enum cs_err add(const struct cs_json_value *item, size_t row,
                       const struct cs_verify_wanted *wanted, struct cs_listed_factors *factors,
                       struct cs_error *error)
{
    struct cs_listed_factor factor = {.kind = rows[row].kind};
    bool used = false;
    enum cs_err result;

    if (!cs_verify_get_id(item, "id", factor.id))
        return cs_verify_nonsense(error, what, "a factor has no acceptable id");
    result = counts(item, factor.id, rows[row].type, wanted, &used, error);
    if (result != CS_OK || !used)
        return result;
    if (rows[row].address != NULL &&
        (!cs_verify_get_text(cs_json_get(item, "attributes"), rows[row].address, factor.name,
                             sizeof factor.name) ||
         factor.name[0] == '\0'))
        return cs_verify_nonsense(error, what, "a factor has no number or address");
    return cs_listed_factors_add(factors, &factor, error);
}

static enum cs_err add_kind(const struct cs_json_value *list, size_t row,
                            const struct cs_verify_wanted *wanted,
                            struct cs_listed_factors *factors, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (const struct cs_json_value *item = cs_json_first(list); item != NULL && result == CS_OK;
         item = cs_json_next(item)) {
        if (strcmp(cs_json_string(cs_json_get(item, "type"), NULL), rows[row].type) == 0)
            result = add(item, row, wanted, factors, error);
    }
    return result;
}

enum cs_err cs_verify_read_factors(const char *text, size_t length, const char *array,
                                   const struct cs_verify_wanted *wanted,
                                   struct cs_listed_factors *factors, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_json_value *list = NULL;
    enum cs_err result = cs_verify_parse(what, text, length, &document, error);

    if (result == CS_OK)
        result = cs_verify_get_list(cs_json_root(document), what, array, &list, error);
    if (result == CS_OK)
        result = check_all(list, wanted, error);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows) && result == CS_OK; i++) {
        if ((wanted->listing->kinds & CS_KIND(rows[i].kind)) != 0)
            result = add_kind(list, i, wanted, factors, error);
    }
    return result;
}
