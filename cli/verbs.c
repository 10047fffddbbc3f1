/* SPDX-License-Identifier: Apache-2.0 */
#include "base/attributes.h"
#include "cli/verb.h"

const struct cs_verb *const cs_verbs[] = {
    &cs_verb_init,     &cs_verb_enroll_totp, &cs_verb_enroll_u2f,    &cs_verb_import_pam_u2f,
    &cs_verb_recovery, &cs_verb_list,        &cs_verb_lang,          &cs_verb_passwd,
    &cs_verb_remove,   &cs_verb_unlock,      &cs_verb_after_restore, &cs_verb_rekey,
    &cs_verb_try,      &cs_verb_check,       &cs_verb_map,           &cs_verb_prompts,
    &cs_verb_options,
};

const size_t cs_verbs_count = CS_ARRAY_SIZE(cs_verbs);
