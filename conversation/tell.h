/* SPDX-License-Identifier: Apache-2.0 */
/* A text that nobody has to answer. */
#ifndef CS_CONVERSATION_TELL_H
#define CS_CONVERSATION_TELL_H

#include "base/log.h"
#include "conversation/channel.h"
#include "conversation/phrasebook.h"

/* Says the text of `key` with `values` (NULL: those of the login alone); nothing where it is empty.
 */
enum cs_err cs_tell_text(struct cs_channel *channel, const struct cs_phrasebook *book,
                         enum cs_text key, const struct cs_values *values,
                         struct cs_error *error) CS_MUST_USE;

/* The last text of a login that ends anyway: whoever does not get to see it is noted in the log. */
void cs_tell_last(struct cs_channel *channel, const struct cs_phrasebook *book, enum cs_text key,
                  const struct cs_log *log);

#endif
