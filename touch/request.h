/* SPDX-License-Identifier: Apache-2.0 */
/* A request entered by hand: pasted, or as an argument. */
#ifndef CS_TOUCH_REQUEST_H
#define CS_TOUCH_REQUEST_H

#include "base/buffer.h"
#include "u2f/message.h"

/*
 * Appends the request in `given`, or, if that is NULL, in text pasted into standard input. Lines
 * and words around it do not matter, and neither do the breaks and marks that PuTTY put into it
 * (base/pasted_word.h); nothing else that was broken is joined. CS_ERR_INPUT for a damaged request
 * or none; its purpose is not checked.
 */
enum cs_err cs_touch_find_request(const char *given, enum cs_u2f_purpose purpose,
                                  struct cs_buffer *out, struct cs_error *error) CS_MUST_USE;

#endif
