/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` says about security keys besides the names they were registered for: whether the
 * programs and settings of this machine suit the keys that users have. */
#ifndef CS_CLI_CHECK_KEYS_H
#define CS_CLI_CHECK_KEYS_H

#include "cli/check_sink.h"
#include "cli/key_settings.h"
#include "store/key_tally.h"

/* Notes, for the socket of countersign-u2f-host (NULL: no setting asks for it), that it is missing
 * or that the program behind it speaks U2F only. Neither is wrong: keys
 * elsewhere need no helper. */
void cs_check_keys_note(const char *socket, const struct cs_check_sink *sink);

/* Adds a sentence for each sort of keys that logins cannot use. CS_ERR_NOMEM only. */
enum cs_err cs_check_keys_warn(const struct cs_key_settings *settings,
                               const struct cs_key_tallies *tallies, const char *socket,
                               struct cs_strlist *warnings) CS_MUST_USE;

#endif
