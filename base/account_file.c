/* SPDX-License-Identifier: Apache-2.0 */
#include "base/account_file.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"

enum { FILE_BYTES_MAX = 256 * 1024 * 1024 };

static bool read_text(const char *path, struct cs_secret *ret_text)
{
    FILE *file = fopen(path, "re"); /* which tests give another file */
    enum cs_err result = CS_ERR_SYSTEM;

    if (file != NULL) {
        result = cs_read_all(fileno(file), path, FILE_BYTES_MAX, ret_text, NULL);
        (void)fclose(file);
    }
    if (result == CS_ERR_LIMIT)
        errno = EFBIG;
    return result == CS_OK;
}

/* Parsing costs far more than looking for the name, and from a file the C library asks for its
 * place in it before each line: a system call for every account of the machine, at each login. */
static size_t first_line(const struct cs_secret *text, const char *wanted)
{
    const char *found = memmem(text->data, text->length, wanted, strlen(wanted));
    const char *newline = found ? memrchr(text->data, '\n', (size_t)(found - text->data)) : NULL;

    if (found == NULL)
        return text->length;
    return newline != NULL ? (size_t)(newline + 1 - text->data) : 0;
}

FILE *cs_account_file_open(const char *path, const char *wanted, struct cs_secret *ret_text)
{
    size_t start;

    if (!read_text(path, ret_text))
        return NULL;
    start = wanted != NULL ? first_line(ret_text, wanted) : 0;
    return fmemopen(ret_text->data + start, ret_text->length - start, "r");
}
