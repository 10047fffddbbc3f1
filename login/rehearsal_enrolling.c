/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolling at a login, rehearsed: who may is looked up; the key is a sample, and nothing is judged
 * or stored. */
#include "login/rehearsal_priv.h"
#include "providers/enrolling.h"

/* What countersign prompts shows too. */
static const char sample_key[] = "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567";
static const char sample_uri[] = "otpauth://totp/user?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char sample_code[] = "ABCD-EFGH-JKMN";

static enum cs_err look(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_enrol_standing *ret_standing,
                        struct cs_error *error)
{
    struct cs_provider *inner = ((const struct cs_pretender *)provider)->inner;

    return inner->ops->enrolling->look(inner, call, user, ret_standing, error);
}

static bool is_right(enum cs_way way)
{
    return way != CS_WAY_WRONG_CODE;
}

static enum cs_err judge_ticket(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_attempt *attempt, struct cs_enrolling *enrolling,
                                struct cs_outcome *ret_outcome, struct cs_error *error)
{
    const struct cs_stage *stage = ((const struct cs_pretender *)provider)->stage;

    (void)call;
    (void)attempt;
    (void)enrolling;
    (void)error;
    stage->seen->judged_other = true;
    *ret_outcome = (struct cs_outcome){.reason = CS_REASON_WRONG_TICKET};
    if (is_right(stage->script->way))
        *ret_outcome =
            (struct cs_outcome){.judgement = CS_JUDGED_RIGHT, .reason = CS_REASON_TICKET};
    return CS_OK;
}

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const char *issuer, const char *label,
                         struct cs_enrolling *enrolling, struct cs_error *error)
{
    (void)call;
    (void)user;
    (void)issuer;
    (void)label;
    /* Borrows: there is nothing to free. */
    enrolling->state = ((const struct cs_pretender *)provider)->stage;
    return cs_secret_set(&enrolling->key, sample_key, sizeof sample_key - 1) == CS_OK &&
                   cs_secret_set(&enrolling->uri, sample_uri, sizeof sample_uri - 1) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

static enum cs_err confirm(struct cs_enrolling *enrolling, const struct cs_secret *code,
                           bool *ret_right, struct cs_error *error)
{
    const struct cs_stage *stage = enrolling->state;

    (void)code;
    (void)error;
    stage->seen->judged_other = true;
    *ret_right = is_right(stage->script->way);
    return CS_OK;
}

static enum cs_err save(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_enrolling *enrolling,
                        uint32_t *foreseen, struct cs_enrolled *ret_enrolled,
                        struct cs_error *error)
{
    (void)provider;
    (void)call;
    (void)user;
    (void)foreseen;
    *ret_enrolled = (struct cs_enrolled){true, CS_REASON_SELF_ENROLLED};
    for (size_t i = 0; i < CS_ENROLLING_CODES_MAX; i++) {
        if (cs_secret_set(&enrolling->codes[i], sample_code, sizeof sample_code - 1) != CS_OK)
            return cs_fail_nomem(error);
        enrolling->codes_count = i + 1;
    }
    return CS_OK;
}

const struct cs_enrolling_ops cs_stage_enrolling = {
    .look = look,
    .judge_ticket = judge_ticket,
    .begin = begin,
    .confirm = confirm,
    .save = save,
};
