/* SPDX-License-Identifier: Apache-2.0 */
/* Writes gettext catalogues, good ones and bad ones. */
#ifndef CS_TESTS_SUPPORT_MO_FILE_H
#define CS_TESTS_SUPPORT_MO_FILE_H

#include <stdbool.h>

#include "base/buffer.h"

/* Forms are separated by \001 here, where the file has a NUL. */
struct mo_message {
    const char *context, *text, *translation;
};

/* Appends a file with these messages; `swapped`: not in this machine's byte order. */
void mo_file_write(struct cs_buffer *out, const struct mo_message *messages, size_t count,
                   bool swapped);

#endif
