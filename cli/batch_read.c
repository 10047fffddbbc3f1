/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "cli/batch_file.h"
#include "cli/cli.h"

enum { FILE_BYTES_MAX = 64 << 20 };

static enum cs_err end(const struct cs_batch_reader *reader, struct cs_error *error)
{
    if (reader->wrong == 0)
        return CS_OK;
    if (reader->wrong == 1)
        return cs_fail(error, CS_ERR_INPUT, "%s", reader->first.text);
    (void)cs_complain(&reader->first);
    return cs_fail(error, CS_ERR_INPUT, "%s: %zu lines are wrong", reader->path, reader->wrong);
}

static enum cs_err read_text(const char *path, struct cs_secret *ret_text, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum cs_err result;

    if (fd < 0)
        return cs_fail_errno(error, "%s: cannot open", path);
    result = cs_read_all(fd, path, FILE_BYTES_MAX, ret_text, error);
    if (result == CS_OK && strlen(ret_text->data) != ret_text->length)
        return cs_fail(error, CS_ERR_INPUT,
                       "%s: not a text file (of UTF-8: a spreadsheet may have saved it as UTF-16); "
                       "nobody was enrolled",
                       path);
    return result;
}

enum cs_err cs_batch_read(const char *path, cs_batch_take *take, void *context,
                          struct cs_error *error)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8; some editors begin with it */
    struct cs_batch_reader reader = {.path = path, .take = take, .context = context};
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    char separator, *text;
    enum cs_err result = read_text(path, &content, error);

    if (result != CS_OK)
        return result;
    text = content.data;
    if (strncmp(text, mark, strlen(mark)) == 0)
        text += strlen(mark);
    result = cs_batch_is_csv(text, &separator) ? cs_batch_read_csv(&reader, text, separator, error)
                                               : cs_batch_read_words(&reader, text, error);
    return result == CS_OK ? end(&reader, error) : result;
}
