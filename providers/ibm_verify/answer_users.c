/* SPDX-License-Identifier: Apache-2.0 */
/* Users of a tenant: SCIM records (RFC 7643) and lists of them (RFC 7644, 3.4.2). */
#include "providers/ibm_verify/answer.h"

#include <string.h>
#include <strings.h>

#include "base/sanitise.h"

static const char what[] = "the user look-up";

/* ---- the look-up ---- */

/* The list and how many there are of it in all. */
static enum cs_err read_list(const struct cs_json_value *root,
                             const struct cs_json_value **ret_list, int64_t *ret_total,
                             struct cs_error *error)
{
    const struct cs_json_value *list = cs_json_get(root, "Resources");
    int64_t listed;

    if (cs_json_type(list) != CS_JSON_NONE && cs_json_type(list) != CS_JSON_ARRAY)
        return cs_verify_nonsense(error, what, "Resources is not a list");
    if (!cs_json_integer(cs_json_get(root, "totalResults"), ret_total) || *ret_total < 0)
        return cs_verify_nonsense(error, what, "there is no sensible totalResults");
    listed = (int64_t)cs_json_count(list);
    if (listed > *ret_total)
        return cs_verify_nonsense(error, what, "there are more users than totalResults");
    if (listed == 0 && *ret_total == 1)
        return cs_verify_nonsense(error, what, "the one user is missing");
    *ret_list = list;
    return CS_OK;
}

static enum cs_err read_one(const struct cs_json_value *record, struct cs_provider_user *user,
                            struct cs_error *error)
{
    const struct cs_json_value *state = cs_json_get(record, "active");
    bool active = true;

    if (!cs_verify_get_id(record, "id", user->id))
        return cs_verify_nonsense(error, what, "the user has no acceptable id");
    if (!cs_verify_get_text(record, "userName", user->name, sizeof user->name) ||
        user->name[0] == '\0')
        return cs_verify_nonsense(error, what, "the user has no acceptable userName");
    if (cs_json_type(state) != CS_JSON_NONE && !cs_json_bool(state, &active))
        return cs_verify_nonsense(error, what, "active is neither true nor false");
    if (!active) {
        user->reason = CS_REASON_INACTIVE;
        return CS_OK;
    }
    user->found = true;
    return cs_verify_copy_record(record, &user->record, error);
}

enum cs_err cs_verify_read_users(const char *text, size_t length, struct cs_provider_user *ret_user,
                                 struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user user = {0};
    const struct cs_json_value *list = NULL;
    int64_t total = 0;
    enum cs_err result = cs_verify_parse(what, text, length, &document, error);

    if (result == CS_OK)
        result = read_list(cs_json_root(document), &list, &total, error);
    if (result == CS_OK && total == 0)
        user.reason = CS_REASON_UNKNOWN_IDENTITY;
    else if (result == CS_OK && total > 1)
        user.reason = CS_REASON_AMBIGUOUS;
    else if (result == CS_OK)
        result = read_one(cs_json_first(list), &user, error);
    if (result == CS_OK) {
        *ret_user = user;
        user = (struct cs_provider_user){0};
    }
    return result;
}

/* ---- one user ---- */

enum cs_err cs_verify_read_user(const char *text, size_t length, const char *id,
                                struct cs_json **ret_document, struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    char found[CS_PROVIDER_ID_SIZE];
    enum cs_err result = cs_verify_parse("the user's record", text, length, &document, error);

    if (result != CS_OK)
        return result;
    if (!cs_verify_get_id(cs_json_root(document), "id", found) || strcmp(found, id) != 0)
        return cs_verify_nonsense(error, "the user's record", "it is another user's");
    *ret_document = document;
    document = NULL;
    return CS_OK;
}

static bool is_mobile(const struct cs_json_value *item)
{
    const char *type = cs_json_string(cs_json_get(item, "type"), NULL);

    return type != NULL && strcasecmp(type, "mobile") == 0;
}

bool cs_verify_address(const struct cs_json_value *record, enum cs_factor_kind kind,
                       char ret_address[CS_PROVIDER_NAME_SIZE])
{
    bool phone = kind == CS_FACTOR_TRANS_SMSOTP;
    const struct cs_json_value *list = cs_json_get(record, phone ? "phoneNumbers" : "emails");
    const struct cs_json_value *item = cs_json_first(list);

    while (phone && item != NULL && !is_mobile(item))
        item = cs_json_next(item);
    return cs_json_type(list) == CS_JSON_ARRAY &&
           cs_verify_get_text(item, "value", ret_address, CS_PROVIDER_NAME_SIZE) &&
           ret_address[0] != '\0' && cs_is_clean(ret_address, strlen(ret_address));
}
