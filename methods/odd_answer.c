/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/odd_answer.h"

enum cs_err cs_note_odd_answer(struct cs_method_login *login, const struct cs_secret *answer,
                               bool *ret_repeated, struct cs_error *error)
{
    struct cs_secret *before = &login->state.odd;

    *ret_repeated = before->data != NULL && before->length == answer->length &&
                    cs_equal_ct(before->data, answer->data, answer->length);
    if (*ret_repeated) {
        login->state.repeated = true;
        login->result.reason = "repeated-answer";
        return CS_OK;
    }
    return cs_secret_set(before, answer->data, answer->length) == CS_OK ? CS_OK
                                                                        : cs_fail_nomem(error);
}
