/* SPDX-License-Identifier: Apache-2.0 */
/* As PuTTY's authentication plugin (PuTTY's manual, appendix H): the key answers what the server
 * asks it, and the person everything else, in PuTTY's window. */
#ifndef CS_TOUCH_PUTTY_H
#define CS_TOUCH_PUTTY_H

#include "touch/arguments.h"

/*
 * Serves the PuTTY that writes to `in` and reads from `out` until it ends. The host is the one that
 * PuTTY is connected to, unless `arguments` name one. Error: what PuTTY sent is not the protocol
 * (CS_ERR_PROTOCOL), its version or host cannot be served (CS_ERR_INPUT, which PuTTY shows too), or
 * a pipe or memory fails; PuTTY then ends the login, or asks the person by itself.
 */
enum cs_err cs_touch_serve_putty(const struct cs_touch_arguments *arguments, int in, int out,
                                 struct cs_error *error) CS_MUST_USE;

#endif
