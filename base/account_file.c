/* SPDX-License-Identifier: Apache-2.0 */
#include "base/account_file.h"

#include <errno.h>
#include <string.h>

enum { CHUNK_BYTES = 4096 };

static int read_text(const char *path, struct cs_buffer *text)
{
    FILE *file = fopen(path, "re");
    char chunk[CHUNK_BYTES];
    int failure = 0;
    size_t got;

    if (file == NULL)
        return errno;
    do {
        errno = 0;
        got = fread(chunk, 1, sizeof chunk, file);
        cs_buffer_add(text, chunk, got);
        if (ferror(file) != 0)
            failure = errno != 0 ? errno : EIO;
    } while (failure == 0 && got == sizeof chunk);
    (void)fclose(file);
    return text->failed ? ENOMEM : failure;
}

/* Parsing costs far more than looking for the name, and from a file the C library asks for its
 * place in it before each line: a system call for every account of the machine, at each login. */
static size_t first_line(const struct cs_buffer *text, const char *wanted)
{
    const char *found = memmem(text->text, text->length, wanted, strlen(wanted));
    const char *newline = found ? memrchr(text->text, '\n', (size_t)(found - text->text)) : NULL;

    if (found == NULL)
        return text->length;
    return newline != NULL ? (size_t)(newline + 1 - text->text) : 0;
}

FILE *cs_account_file_open(const char *path, const char *wanted, struct cs_buffer *ret_text)
{
    int failure = read_text(path, ret_text);
    size_t start;

    if (failure == 0 && ret_text->length == 0)
        cs_buffer_add(ret_text, "\n", 1);
    if (failure != 0 || ret_text->failed) {
        errno = failure ? failure : ENOMEM;
        return NULL;
    }
    start = wanted != NULL ? first_line(ret_text, wanted) : 0;
    return fmemopen(ret_text->text + start, ret_text->length - start, "r");
}
