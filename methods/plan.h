/* SPDX-License-Identifier: Apache-2.0 */
/* The values of auth_method. Each is a plan: a first step and a second one. A row in plan_table.c
 * makes a plan. */
#ifndef CS_METHODS_PLAN_H
#define CS_METHODS_PLAN_H

#include "methods/method.h"

enum cs_first_step {
    CS_FIRST_NONE,
    CS_FIRST_PASSWORD,
    CS_FIRST_PASSWORD_AND_TOTP,           /* both in one line, and nothing after it */
    CS_FIRST_PASSWORD_AND_TOTP_OR_DEVICE, /* the same, or the password and then a second step */
};

struct cs_plan {
    const char *name;
    enum cs_first_step first;
    const struct cs_method *direct; /* runs without a choice of factors; NULL: no such method */
    unsigned kinds; /* the kinds of factors for the second step; 0: no second step */
    bool choice;    /* `kinds` comes from the options */
};

/* NULL: there is no such plan. */
const struct cs_plan *cs_plan_find(const char *name);

/* The name of the plan in that row of the table; NULL after the last row. */
const char *cs_plan_name(size_t row);

/* The plan that another spelling stands for: underscores for hyphens, `password-and-device`. NULL:
 * none. */
const char *cs_plan_other_name(const char *written);

/* Whether the plan asks for anything besides the password. */
bool cs_plan_has_second(const struct cs_plan *plan);

/* Whether the plan asks for a single line: a code, a password, or both in one. */
bool cs_plan_asks_once(const struct cs_plan *plan);

/* Whether the first prompt comes before anything is looked up. */
bool cs_plan_asks_at_once(const struct cs_plan *plan, const struct cs_method_options *options);

/* The kinds of factors (CS_KIND() of each) that the second step asks for. 0: there is no second
 * step, or the options leave no kind. */
unsigned cs_plan_kinds(const struct cs_plan *plan, const struct cs_method_options *options);

/* CS_ERR_CONFIG if the plan could ask for nothing at the provider `name`, whose users can have
 * `provider_kinds`: nobody could log in. */
enum cs_err cs_plan_check(const struct cs_plan *plan, const struct cs_method_options *options,
                          const char *provider, unsigned provider_kinds,
                          struct cs_error *error) CS_MUST_USE;

/* Whether the plan asks for a password before or with the second factor. */
bool cs_plan_has_first(const struct cs_plan *plan);

enum cs_verdict cs_plan_run(const struct cs_plan *plan, struct cs_method_login *login);

/* The plan for users exempt from the second factor: the password by itself, even if the plan wants
 * both in one line; nothing at all if it wants no password. */
enum cs_verdict cs_plan_run_first(const struct cs_plan *plan, struct cs_method_login *login);

#endif
