/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` reads in the local provider's store. */
#ifndef CS_CLI_CHECK_STORE_H
#define CS_CLI_CHECK_STORE_H

#include "base/strlist.h"
#include "cli/check_sink.h"
#include "providers/local/local.h"
#include "store/clock_note.h"
#include "store/factor.h"
#include "store/key_tally.h"

struct cs_check_store {
    struct cs_key_apps apps; /* that keys are registered for */
    struct cs_key_tallies keys;
    struct cs_clock_common clock; /* codes that are off by the same time */
    unsigned suspended;           /* users */
    unsigned ahead;               /* factors whose last code is of a time to come */
    bool whole;                   /* nothing is wrong with it */
    unsigned prompt_bytes;        /* u2f_prompt_bytes, which bounds what one request names */
};

/* Opens and checks the store, and writes as a login does, as the account that the broker runs
 * as. */
enum cs_err cs_check_store_read(const struct cs_local_settings *local, unsigned prompt_bytes,
                                struct cs_check_store *ret_found,
                                struct cs_error *error) CS_MUST_USE;

/* Notes how many users are suspended, and how many have more security keys than one prompt names,
 * if any has. */
void cs_check_store_note(const struct cs_check_store *found, const struct cs_check_sink *sink);

/* Adds sentences to `warnings` if the codes of several users fail as if this machine's clock were
 * wrong, or if it was set back. CS_ERR_NOMEM only. */
enum cs_err cs_check_store_warn(const struct cs_check_store *found,
                                struct cs_strlist *warnings) CS_MUST_USE;

#endif
