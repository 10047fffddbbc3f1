/* SPDX-License-Identifier: Apache-2.0 */
/* What users do about their own factors (`countersign self`), after the plan has accepted one. */
#ifndef CS_METHODS_SELF_SERVICE_H
#define CS_METHODS_SELF_SERVICE_H

#include "methods/plan.h"
#include "wire/messages.h"

struct cs_self_wish {
    enum cs_self_act act;
    const char *detail; /* NULL: nothing */
};

/* "self list", ...: the words for records. */
const char *cs_self_verb(enum cs_self_act act);

/* Runs the plan, then does what is wished, and tells the user what came of it. CS_VERDICT_ALLOW: it
 * was done. Nothing is done unless the plan has accepted a second factor in this very login: where
 * a rule would let somebody in without one, it does not. */
enum cs_verdict cs_self_service(const struct cs_plan *plan, struct cs_method_login *login,
                                const struct cs_self_wish *wish);

#endif
