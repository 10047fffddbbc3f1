/* SPDX-License-Identifier: Apache-2.0 */
/* The identity, asked for in the conversation. */
#ifndef CS_METHODS_IDENTITY_H
#define CS_METHODS_IDENTITY_H

#include "methods/method.h"

/* Asks which identity the user has at the provider, before the first step; nothing typed means that
 * the mapping's counts. CS_VERDICT_ALLOW: go on. Only for providers that decide whether account and
 * identity belong together: with any other, whoever types would choose whom to be. */
enum cs_verdict cs_ask_identity(struct cs_method_login *login);

#endif
