/* SPDX-License-Identifier: Apache-2.0 */
/* Whether something may be sent to the person on another way: a message, a call, a request. */
#ifndef CS_METHODS_DELIVERY_H
#define CS_METHODS_DELIVERY_H

#include "methods/method.h"

/*
 * Whether it may be sent: a first factor is proven, the person chose it in a menu, or typed
 * here what asks for it and nothing else (conversation/consent.h); without proof only so often in
 * an hour, and not soon after a request was refused. Never after an answer
 * that shows that sshd refuses the account. *ret_verdict says how the login ends when it may not.
 */
bool cs_ask_consent(struct cs_method_login *login, const struct cs_method *method,
                    const struct cs_listed_factor *factor, enum cs_verdict *ret_verdict);

#endif
