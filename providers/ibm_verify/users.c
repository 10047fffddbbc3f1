/* SPDX-License-Identifier: Apache-2.0 */
/* The user whom a login is for. */
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "providers/ibm_verify/verify_priv.h"

static const char entitlement[] = "\"Read users and groups\" (readUserGroups)";

/* ---- the look-up ---- */

static enum cs_err look_up(struct cs_verify *verify, const struct cs_call *call, const char *target,
                           struct cs_provider_user *ret_user, struct cs_error *error)
{
    const struct cs_verify_request request = {.method = "GET",
                                              .target = target,
                                              .scim = true,
                                              .idempotent = true,
                                              .what = "the user look-up",
                                              .entitlement = entitlement};
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    enum cs_err result = cs_verify_call(verify, call, &request, &reply, error);

    if (result == CS_OK && reply.status == 400 &&
        strcasecmp(reply.refusal.scim_type, "invalidFilter") == 0)
        return cs_fail(error, CS_ERR_CONFIG,
                       "the tenant does not understand the filter that looks a user up; check that "
                       "user_name_attr names an attribute that its users have");
    if (result == CS_OK)
        result = cs_verify_expect_success(&request, &reply, error);
    if (result == CS_OK)
        result = cs_verify_read_users(reply.body.data, reply.body.length, ret_user, error);
    return result;
}

/* The name to check the password with, as far as the look-up has told it; "" if it has not. */
static enum cs_err link_name(const struct cs_link *link, struct cs_provider_user *user,
                             struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result =
        cs_verify_parse("the user look-up", user->record, strlen(user->record), &document, error);

    if (result == CS_OK && !cs_verify_link(cs_json_root(document), link, user->name))
        user->name[0] = '\0';
    return result;
}

static enum cs_err find(struct cs_verify *verify, const struct cs_call *call, const char *identity,
                        struct cs_provider_user *user, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer target = {0};
    const struct cs_verify_settings *settings = call->settings;
    const char *attribute = settings->user_name_attr;
    enum cs_err result;

    cs_buffer_text(&target, "/v2.0/Users?filter=");
    result = cs_scim_filter(attribute ? attribute : "userName", identity, &target, error);
    /* Nobody at the tenant can have such a name. */
    if (result == CS_ERR_INPUT) {
        user->reason = CS_REASON_UNKNOWN_IDENTITY;
        return CS_OK;
    }
    if (result == CS_OK)
        result = look_up(verify, call, target.text, user, error);
    /* A server that does not know the filter may answer with any user. */
    if (result == CS_OK && user->found && attribute == NULL &&
        strcasecmp(user->name, identity) != 0) {
        user->found = false;
        user->reason = CS_REASON_NOT_THAT_USER;
    }
    return result;
}

enum cs_err cs_verify_find_user(struct cs_provider *provider, const struct cs_call *call,
                                const char *identity, struct cs_provider_user *ret_user,
                                struct cs_error *error)
{
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user user = {0};
    const struct cs_verify_settings *settings = call->settings;
    const char *attribute = settings->id_link_attr;
    struct cs_link link = {0};
    enum cs_err result = attribute ? cs_link_parse(attribute, &link, error) : CS_OK;

    if (result == CS_OK)
        result = find((struct cs_verify *)provider, call, identity, &user, error);
    if (result == CS_OK && user.found && attribute != NULL)
        result = link_name(&link, &user, error);
    if (result == CS_OK) {
        *ret_user = user;
        user = (struct cs_provider_user){0};
    }
    return result;
}

/* ---- the whole record ---- */

enum cs_err cs_verify_fetch_user(struct cs_verify *verify, const struct cs_call *call,
                                 const char *id, struct cs_json **ret_document,
                                 struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer target = {0};
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    struct cs_verify_request request = {.method = "GET",
                                        .scim = true,
                                        .idempotent = true,
                                        .what = "reading the user's record",
                                        .entitlement = entitlement};
    enum cs_err result;

    cs_buffer_printf(&target, "/v2.0/Users/%s", id);
    if (target.failed)
        return cs_fail_nomem(error);
    request.target = target.text;
    result = cs_verify_call(verify, call, &request, &reply, error);
    if (result == CS_OK)
        result = cs_verify_expect_success(&request, &reply, error);
    if (result == CS_OK)
        result = cs_verify_read_user(reply.body.data, reply.body.length, id, ret_document, error);
    return result;
}

enum cs_err cs_verify_fetch_name(struct cs_verify *verify, const struct cs_call *call,
                                 const char *id, char ret_name[CS_PROVIDER_NAME_SIZE],
                                 struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    const struct cs_verify_settings *settings = call->settings;
    const char *attribute = settings->id_link_attr;
    struct cs_link link = {0};
    enum cs_err result = cs_link_parse(attribute ? attribute : "userName", &link, error);

    if (result == CS_OK)
        result = cs_verify_fetch_user(verify, call, id, &document, error);
    if (result == CS_OK && !cs_verify_link(cs_json_root(document), &link, ret_name))
        ret_name[0] = '\0';
    return result;
}
