/* SPDX-License-Identifier: Apache-2.0 */
/* What a stand-alone session inherits from whoever runs su or sudo, and must not. */
#ifndef CS_BROKER_FRESH_H
#define CS_BROKER_FRESH_H

#include "base/error.h"

/*
 * Resets every limit and priority that an unprivileged caller can set before it starts a program
 * that is set-user-id: with a limit on the size of files wrong codes could not be counted, and one
 * on time or memory would end a login where the caller wants. While it is still root;
 * CS_ERR_SYSTEM where a limit stays below what a login needs. Signals are reset where the session
 * is started (wire/standalone.c).
 */
enum cs_err cs_fresh_process(struct cs_error *error) CS_MUST_USE;

#endif
