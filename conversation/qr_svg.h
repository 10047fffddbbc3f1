/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code as a picture: SVG, which browsers show and print at any size. */
#ifndef CS_CONVERSATION_QR_SVG_H
#define CS_CONVERSATION_QR_SVG_H

#include <stdbool.h>

#include "base/buffer.h"

/* Appends one element, black on white in any colour scheme, with its quiet zone. False, with
 * nothing appended: the text does not fit into a code, or memory ran out. */
bool cs_qr_svg_add(struct cs_buffer *out, const char *text);

#endif
