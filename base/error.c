/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

CS_PRINTF(2, 0)
static void set_text(struct cs_error *error, const char *format, va_list arguments)
{
    int length = vsnprintf(error->text, sizeof error->text, format, arguments);

    if (length >= (int)sizeof error->text)
        memcpy(error->text + sizeof error->text - 4, "...", 4);
}

enum cs_err cs_fail(struct cs_error *error, enum cs_err code, const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;

        error->code = code;
        va_start(arguments, format);
        set_text(error, format, arguments);
        va_end(arguments);
    }
    return code;
}

enum cs_err cs_fail_errno(struct cs_error *error, const char *format, ...)
{
    int number = errno;
    enum cs_err code = number == ENOENT ? CS_ERR_NOT_FOUND : CS_ERR_SYSTEM;

    if (error != NULL) {
        va_list arguments;
        size_t used;

        error->code = code;
        va_start(arguments, format);
        set_text(error, format, arguments);
        va_end(arguments);
        used = strlen(error->text);
        (void)snprintf(error->text + used, sizeof error->text - used, ": %s",
                       strerrordesc_np(number) ? strerrordesc_np(number) : "unknown error");
    }
    return code;
}

enum cs_err cs_fail_nomem(struct cs_error *error)
{
    return cs_fail(error, CS_ERR_NOMEM, "out of memory");
}
