/* SPDX-License-Identifier: Apache-2.0 */
/* What the store has about a user, for people and for programs. */
#ifndef CS_CLI_USER_THINGS_H
#define CS_CLI_USER_THINGS_H

#include "store/user.h"
#include "json/write.h"

/* One line for each thing that there is. */
void cs_say_things(const struct cs_user_tally *tally);

/* Adds an object `key` to the open one: the number of each thing. */
void cs_write_things(struct cs_json_writer *writer, const char *key,
                     const struct cs_user_tally *tally);

#endif
