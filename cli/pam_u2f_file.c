/* SPDX-License-Identifier: Apache-2.0 */
/* Only root runs this: nobody else may be able to read the file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strlist.h"
#include "cli/pam_u2f.h"

enum { FILE_BYTES_MAX = 16 << 20 };

enum cs_err cs_pam_u2f_read_file(const char *path, char **ret_text, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *text = calloc(1, FILE_BYTES_MAX + 2);
    bool input = strcmp(path, "-") == 0;
    FILE *file = input ? stdin : fopen(path, "re");
    enum cs_err result = CS_OK;
    size_t length;

    if (file == NULL)
        return cs_fail_errno(error, "%s: cannot open", path);
    errno = 0;
    length = text ? fread(text, 1, FILE_BYTES_MAX + 1, file) : 0;
    if (text == NULL)
        result = cs_fail_nomem(error);
    else if (ferror(file))
        result = cs_fail_errno(error, "%s: cannot read", path);
    else if (length > FILE_BYTES_MAX)
        result = cs_fail(error, CS_ERR_LIMIT, "%s: larger than %d bytes", path, FILE_BYTES_MAX);
    else if (strlen(text) != length)
        result = cs_fail(error, CS_ERR_INPUT, "%s: not a text file; nothing was imported", path);
    if (!input)
        (void)fclose(file);
    if (result == CS_OK) {
        *ret_text = text;
        text = NULL;
    }
    return result;
}
