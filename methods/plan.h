/* SPDX-License-Identifier: Apache-2.0 */
/* The values of auth_method: each is a plan, a first step and a second one. A row in plan_table.c
 * makes a plan. */
#ifndef CS_METHODS_PLAN_H
#define CS_METHODS_PLAN_H

#include "methods/method.h"

enum cs_first_step {
    CS_FIRST_NONE,
    CS_FIRST_PASSWORD,
    CS_FIRST_PASSWORD_AND_TOTP,           /* both in one line; nothing follows */
    CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE, /* the same, or the password alone and then the rest */
};

struct cs_plan {
    const char *name;
    enum cs_first_step first;
    const struct cs_method *direct; /* runs without a choice of factors; NULL: none does */
    unsigned kinds;                 /* of factors for the second step; 0: there is none */
    bool choice;                    /* `kinds` comes from the options */
};

/* NULL: there is no such plan. */
const struct cs_plan *cs_plan_find(const char *name);

/* The name of the plan in that row of the table; NULL behind the last. */
const char *cs_plan_name(size_t row);

/* The plan that a further spelling means: underscores for hyphens, `password-and-device`. NULL:
 * none. */
const char *cs_plan_other_name(const char *written);

/* Whether something besides the password is asked. */
bool cs_plan_has_second(const struct cs_plan *plan);

/* Whether the first prompt comes before anything is looked up. */
bool cs_plan_asks_at_once(const struct cs_plan *plan, const struct cs_method_options *options);

/* The kinds of factors (CS_KIND() of each) that the second step asks for; 0: there is none, or the
 * options leave none. */
unsigned cs_plan_kinds(const struct cs_plan *plan, const struct cs_method_options *options);

/* CS_ERR_CONFIG where a provider of that name whose users can have `provider_kinds` has nothing
 * that the plan could ask for: nobody could log in. */
enum cs_err cs_plan_check(const struct cs_plan *plan, const struct cs_method_options *options,
                          const char *provider, unsigned provider_kinds,
                          struct cs_error *error) CS_MUST_USE;

/* Whether a password is asked before or with the second factor. */
bool cs_plan_has_first(const struct cs_plan *plan);

enum cs_verdict cs_plan_run(const struct cs_plan *plan, struct cs_method_login *login);

/* For who is exempt from the second factor: the password by itself, also where the plan wants both
 * in one line; nothing at all where it wants none. */
enum cs_verdict cs_plan_run_first(const struct cs_plan *plan, struct cs_method_login *login);

#endif
