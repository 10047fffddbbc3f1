/* SPDX-License-Identifier: Apache-2.0 */
/* Users' preferences. All functions need an open transaction. */
#ifndef CS_STORE_PREFERENCE_H
#define CS_STORE_PREFERENCE_H

#include "store/store.h"

enum { CS_PREFERENCE_LANGUAGE_SIZE = 8 };

/* The user's language, or "" if none was set. */
enum cs_err cs_preference_language(const struct cs_transaction *transaction, const char *user,
                                   char ret_language[CS_PREFERENCE_LANGUAGE_SIZE],
                                   struct cs_error *error) CS_MUST_USE;

/* Sets it; "" removes it. */
enum cs_err cs_preference_set_language(const struct cs_transaction *transaction, const char *user,
                                       const char *language, struct cs_error *error) CS_MUST_USE;

#endif
