/* SPDX-License-Identifier: Apache-2.0 */
/* Records that a killed program left behind. */
#ifndef CS_LOGIN_KEPT_RECORDS_H
#define CS_LOGIN_KEPT_RECORDS_H

#include "login/engine.h"

/* Writes the records of the tool's acts that are still in the store of the usual configuration to
 * the log. May wait for the store, so not while a login waits for it. Says nothing if there is no
 * store: logins that need one do. */
void cs_log_kept_records(struct cs_engine *engine);

#endif
