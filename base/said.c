/* SPDX-License-Identifier: Apache-2.0 */
#include "base/said.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/trusted_open.h"

enum { LOOK_BYTES_MAX = 256 * 1024 };

/* Past blanks and whole comments. A comment that does not end is no blank. */
static const char *skip_blanks(const char *at, const char *end)
{
    for (;;) {
        const char *after;

        while (at < end && memchr(" \t\r\n", *at, 4) != NULL)
            at++;
        if (end - at < 2 || at[0] != '/')
            return at;
        if (at[1] == '/')
            after = memchr(at, '\n', (size_t)(end - at));
        else
            after = at[1] == '*' ? memmem(at + 2, (size_t)(end - at) - 2, "*/", 2) : at;
        if (after == at || (after == NULL && at[1] == '*'))
            return at;
        at = after == NULL ? end : after + (at[1] == '/' ? 1 : 2);
    }
}

enum cs_said cs_said_in(const char *text, size_t length)
{
    const char *end = text + length, *at;

    if (length == 0)
        return CS_SAID_NOTHING;
    at = skip_blanks(text, end);
    if (at == end)
        return CS_SAID_NOTHING;
    if (*at != '{')
        return CS_SAID_SETTINGS;
    at = skip_blanks(at + 1, end);
    if (at == end || *at != '}')
        return CS_SAID_SETTINGS;
    return skip_blanks(at + 1, end) == end ? CS_SAID_DEFAULTS : CS_SAID_SETTINGS;
}

/* What is known without opening it. The module runs under root and lets the real uid be another's:
 * access(2) would be wrong. */
static enum cs_said guess(const char *path)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return errno == ENOENT ? CS_SAID_ABSENT : CS_SAID_SETTINGS;
    return S_ISREG(status.st_mode) && status.st_size == 0 ? CS_SAID_NOTHING : CS_SAID_SETTINGS;
}

enum cs_said cs_said_by(const char *path)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_said guessed = guess(path);

    if (guessed != CS_SAID_SETTINGS)
        return guessed;
    if (cs_open_trusted(path, &trust, &fd, NULL) != CS_OK ||
        cs_read_all(fd, path, LOOK_BYTES_MAX, &text, NULL) != CS_OK)
        return guess(path);
    return cs_said_in(text.data, text.length);
}

bool cs_said_by_other(const char *own, const char *other)
{
    return cs_said_by(other) != CS_SAID_ABSENT && cs_said_by(own) != CS_SAID_SETTINGS;
}
