/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the REST API. */
#include <inttypes.h>
#include <stdio.h>

#include "providers/secsign/answer.h"
#include "providers/secsign/service.h"
#include "json/json.h"

enum { STATES_MAX = 99 };

static enum cs_err parse(const char *what, const char *text, size_t length,
                         struct cs_json **ret_document, struct cs_error *error)
{
    enum cs_err result = length <= CS_SECSIGN_BODY_MAX
                             ? cs_json_parse(what, text, length, CS_JSON_STRICT, ret_document, NULL)
                             : CS_ERR_LIMIT;

    if (result == CS_ERR_NOMEM)
        return cs_fail_nomem(error);
    if (result != CS_OK || cs_json_type(cs_json_root(*ret_document)) != CS_JSON_OBJECT)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: what came is no answer of SecSign's REST API; check that server is "
                       "its URL",
                       what);
    return CS_OK;
}

static enum cs_err refuse(const char *what, const char *member, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_UNAVAILABLE, "%s: '%s' of the answer is missing or makes no sense",
                   what, member);
}

enum cs_err cs_secsign_rest_session(const char *text, size_t length, char *ret_session,
                                    char *ret_id, struct cs_error *error)
{
    static const char what[] = "the request for an approval";
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result = parse(what, text, length, &document, error);
    const struct cs_json_value *root;
    const char *id;
    int64_t session = 0;

    if (result != CS_OK)
        return result;
    root = cs_json_root(document);
    if (!cs_json_int64(cs_json_get(root, "authsessionid"), &session))
        return refuse(what, "authsessionid", error);
    id = cs_json_string(cs_json_get(root, "secsignid"), NULL);
    if (id == NULL || !cs_secsign_id(id, ret_id))
        return refuse(what, "secsignid", error);
    (void)snprintf(ret_session, CS_SECSIGN_SESSION_SIZE, "%" PRId64, session);
    return CS_OK;
}

enum cs_err cs_secsign_rest_state(const char *text, size_t length, int *ret_state,
                                  struct cs_error *error)
{
    static const char what[] = "the question whether it was approved";
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result = parse(what, text, length, &document, error);
    int64_t state = 0;

    if (result != CS_OK)
        return result;
    if (!cs_json_integer(cs_json_get(cs_json_root(document), "authsessionstate"), &state) ||
        state < 0 || state > STATES_MAX)
        return refuse(what, "authsessionstate", error);
    *ret_state = (int)state;
    return CS_OK;
}

enum cs_err cs_secsign_rest_valid(const char *text, size_t length, bool *ret_valid,
                                  struct cs_error *error)
{
    static const char what[] = "the check of a code";
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result = parse(what, text, length, &document, error);

    if (result == CS_OK && !cs_json_bool(cs_json_get(cs_json_root(document), "valid"), ret_valid))
        result = refuse(what, "valid", error);
    return result;
}
