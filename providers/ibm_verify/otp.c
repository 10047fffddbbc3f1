/* SPDX-License-Identifier: Apache-2.0 */
/* Codes: from a generator, or sent to the user. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "providers/ibm_verify/verify_priv.h"

enum {
    PATH_SIZE = 64 + 2 * CS_PROVIDER_ID_SIZE,
    CODE_BYTES_MAX = 20 /* the longest that a tenant can choose */
};

static const char entitlement[] = "\"Authenticate any user\" (authnAnyUser)";

static bool is_transient(const struct cs_listed_factor *factor)
{
    return factor->kind == CS_FACTOR_TRANS_EMAILOTP || factor->kind == CS_FACTOR_TRANS_SMSOTP;
}

static void write_path(const struct cs_listed_factor *factor, char ret_path[PATH_SIZE])
{
    (void)snprintf(ret_path, PATH_SIZE, "/v2.0/factors/%s/%s/verifications",
                   cs_verify_type(factor->kind), is_transient(factor) ? "transient" : factor->id);
}

/* ---- sending ---- */

/* The server chooses the correlation. */
static enum cs_err write_request(const struct cs_listed_factor *factor, struct cs_secret *ret_body,
                                 struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    if (is_transient(factor))
        cs_json_write_string(
            writer, factor->kind == CS_FACTOR_TRANS_EMAILOTP ? "emailAddress" : "phoneNumber",
            factor->name);
    cs_json_write_end(writer);
    return cs_json_print(writer, CS_JSON_COMPACT, ret_body, error);
}

/* Refusals that an administrator can do something about. */
static void explain(const struct cs_verify *verify, const struct cs_verify_refusal *refusal)
{
    static const struct {
        const char *id, *text;
    } rows[] = {
        {"CSIBN0081E", "sms-limit: the tenant sends no more text messages for now"},
        {"CSIAP3512E", "sms-limit: the tenant sends no more text messages for now"},
        {"CSIAH0642E", "bad-number: the tenant cannot send to the user's number"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].id, refusal->message_id) == 0)
            cs_log(verify->log, LOG_WARNING, "%s (%s)", rows[i].text, rows[i].id);
    }
}

enum cs_err cs_verify_send_code(struct cs_verify *verify, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listed_factor *factor,
                                struct cs_challenge *ret_challenge, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    char path[PATH_SIZE];
    const struct cs_verify_request request = {.method = "POST",
                                              .target = path,
                                              .body = &body,
                                              .what = "the request for a code",
                                              .entitlement = entitlement};
    enum cs_err result = write_request(factor, &body, error);

    write_path(factor, path);
    if (result == CS_OK)
        result = cs_verify_call(verify, call, &request, &reply, error);
    if (result != CS_OK)
        return result;
    explain(verify, &reply.refusal);
    result = cs_verify_expect_success(&request, &reply, error);
    return result == CS_OK ? cs_verify_read_delivery(reply.body.data, reply.body.length,
                                                     is_transient(factor) ? NULL : user->id,
                                                     ret_challenge, error)
                           : result;
}

/* ---- judging ---- */

/* Whether it could be a code. Nothing else is sent: a firewall in front of the tenant may cut a
 * connection because of what was typed, and that would look like an unreachable tenant. */
bool cs_verify_is_code(const struct cs_secret *answer)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    return answer->length > 0 && answer->length <= CODE_BYTES_MAX &&
           strspn(answer->data, plain) == answer->length;
}

/* What the refusal of a code means. False: nothing known. */
static bool read_meaning(const struct cs_verify_reply *reply, struct cs_outcome *ret_outcome)
{
    static const struct {
        const char *id;
        enum cs_judgement judgement;
        enum cs_reason reason;
    } rows[] = {
        {"CSIBN0021E", CS_JUDGED_WRONG, CS_REASON_WRONG_CODE},
        {"CSIBN0025E", CS_JUDGED_OVER, CS_REASON_EXPIRED},
        {"CSIBN0028E", CS_JUDGED_OVER, CS_REASON_EXPIRED},
        {"CSIAM0011E", CS_JUDGED_OVER, CS_REASON_EXPIRED},
        {"CSIAM0023E", CS_JUDGED_OVER, CS_REASON_TOO_MANY_TRIES},
        {"CSIAM0038E", CS_JUDGED_OVER, CS_REASON_TOO_MANY_TRIES},
    };

    /* The challenge is gone, whatever the word. An HTML page is another server's 404. */
    *ret_outcome = (struct cs_outcome){.judgement = CS_JUDGED_OVER, .reason = CS_REASON_EXPIRED};
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].id, reply->refusal.message_id) != 0)
            continue;
        *ret_outcome =
            (struct cs_outcome){.judgement = rows[i].judgement, .reason = rows[i].reason};
        return true;
    }
    return reply->status == 404 && reply->refusal.message_id[0] != '\0';
}

static enum cs_err submit(struct cs_verify *verify, const struct cs_call *call, const char *path,
                          const struct cs_secret *code, struct cs_outcome *outcome,
                          struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    CS_AUTO(cs_verify_reply_clear) struct cs_verify_reply reply = {0};
    const struct cs_verify_request request = {.method = "POST",
                                              .target = path,
                                              .body = &body,
                                              .what = "the check of a code",
                                              .entitlement = entitlement};
    bool passed = false;
    enum cs_err result;

    cs_json_write_object(writer, NULL);
    cs_json_write_bytes(writer, "otp", code->data, code->length);
    cs_json_write_end(writer);
    result = cs_json_print(writer, CS_JSON_COMPACT, &body, error);
    if (result == CS_OK)
        result = cs_verify_call(verify, call, &request, &reply, error);
    if (result == CS_OK)
        result = cs_verify_is_passed(&request, &reply, &passed, error);
    if (result != CS_OK)
        return result;
    if (passed)
        *outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT};
    else if (!read_meaning(&reply, outcome))
        return cs_fail(error, CS_ERR_UNAVAILABLE, "%s gave no judgement (status %ld%s%s)",
                       request.what, reply.status, reply.refusal.message_id[0] ? ", " : "",
                       reply.refusal.message_id);
    return CS_OK;
}

enum cs_err cs_verify_check_totp(struct cs_verify *verify, const struct cs_call *call,
                                 const struct cs_attempt *attempt, struct cs_outcome *outcome,
                                 struct cs_error *error)
{
    size_t count = attempt->factor_count;
    enum cs_err result = CS_OK;

    outcome->reason = count > 0 ? CS_REASON_WRONG_CODE : CS_REASON_NOT_ENROLLED;
    if (!cs_verify_is_code(attempt->answer))
        return CS_OK;
    for (size_t i = 0; i < count && result == CS_OK; i++) {
        struct cs_outcome one = {0};
        char path[PATH_SIZE];

        (void)snprintf(path, sizeof path, "/v2.0/factors/totp/%s", attempt->factors[i].id);
        result = submit(verify, call, path, attempt->answer, &one, error);
        if (result == CS_OK && one.judgement == CS_JUDGED_RIGHT) {
            *outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT, .reason = CS_REASON_TOTP};
            break;
        }
        /* If an enrolment was removed meanwhile, the others still count. */
        if (result == CS_OK && one.judgement == CS_JUDGED_OVER)
            cs_log(verify->log, LOG_INFO, "factor %s is gone", attempt->factors[i].id);
    }
    return result;
}

enum cs_err cs_verify_check_code(struct cs_verify *verify, const struct cs_call *call,
                                 const struct cs_attempt *attempt, struct cs_outcome *outcome,
                                 struct cs_error *error)
{
    static const enum cs_reason accepted[CS_FACTOR_KINDS] = {
        [CS_FACTOR_SMSOTP] = CS_REASON_SMSOTP,     [CS_FACTOR_TRANS_SMSOTP] = CS_REASON_SMSOTP,
        [CS_FACTOR_EMAILOTP] = CS_REASON_EMAILOTP, [CS_FACTOR_TRANS_EMAILOTP] = CS_REASON_EMAILOTP,
        [CS_FACTOR_VOICEOTP] = CS_REASON_VOICEOTP,
    };
    char path[PATH_SIZE], whole[PATH_SIZE + 1 + CS_PROVIDER_ID_SIZE];
    enum cs_err result;

    outcome->reason = CS_REASON_WRONG_CODE;
    if (attempt->challenge == NULL || attempt->factor_count == 0 ||
        !cs_verify_is_code(attempt->answer))
        return CS_OK;
    write_path(&attempt->factors[0], path);
    (void)snprintf(whole, sizeof whole, "%s/%s", path, attempt->challenge->id);
    result = submit(verify, call, whole, attempt->answer, outcome, error);
    if (result == CS_OK && outcome->judgement == CS_JUDGED_RIGHT)
        outcome->reason = accepted[attempt->kind];
    return result;
}
