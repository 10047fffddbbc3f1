/* SPDX-License-Identifier: Apache-2.0 */
/* A QR code in text: two rows of modules in each line, as half blocks. */
#ifndef CS_CONVERSATION_QR_H
#define CS_CONVERSATION_QR_H

#include <stdbool.h>

#include "base/buffer.h"

/* What is drawn. A reader wants dark on light; on a terminal with light letters on a dark ground
 * that takes blocks for the light modules. */
enum cs_qr_blocks { CS_QR_DARK, CS_QR_LIGHT };

/* Appends the lines, each with a newline, the quiet zone included. False, with nothing appended:
 * the text needs more than `most` lines (0: any number will do), or memory ran out. */
bool cs_qr_add(struct cs_buffer *out, const char *text, enum cs_qr_blocks blocks, unsigned most);

/* The same in ASCII: two letters "##" or blanks for each module, and a line for each row. */
bool cs_qr_add_ascii(struct cs_buffer *out, const char *text, enum cs_qr_blocks blocks);

#endif
