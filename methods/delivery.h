/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a message, a call or a request may be sent to the user. */
#ifndef CS_METHODS_DELIVERY_H
#define CS_METHODS_DELIVERY_H

#include "methods/method.h"

/* Allowed if a first factor is proven, if the user chose it in a menu, or if the user typed here
 * exactly what asks for it (conversation/consent.h). Without a proven first factor there is an
 * hourly limit, and a pause after a refused request. Never allowed after an answer that shows that
 * sshd refuses the account. If it is not allowed, *ret_verdict says how the login ends. */
bool cs_ask_consent(struct cs_method_login *login, const struct cs_method *method,
                    const struct cs_listed_factor *factor, enum cs_verdict *ret_verdict);

#endif
