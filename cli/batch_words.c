/* SPDX-License-Identifier: Apache-2.0 */
/* A batch of words: a user in each line, and NAME=VALUE after it. */
#include <string.h>

#include "cli/batch_file.h"

#define BLANKS " \t\r"

/* One NAME=VALUE after the user's name. */
static bool take_word(char *word, struct cs_batch_line *line)
{
    char *equals = strchr(word, '=');
    enum cs_batch_column column;

    if (equals == NULL)
        return false;
    column = cs_batch_column_find(word, (size_t)(equals - word));
    if (column == CS_BATCH_COLUMNS || column == CS_BATCH_USER)
        return false;
    line->texts[column] = equals + 1;
    return true;
}

/* The first word, or a quoted one: a name may contain blanks. Moves `*rest` past it; false if the
 * quotes do not end. */
static bool take_user(char **rest, const char **ret_user)
{
    char *end;

    if (**rest != '"') {
        *ret_user = strsep(rest, BLANKS);
        return true;
    }
    end = strchr(++*rest, '"');
    if (end == NULL || (end[1] != '\0' && strchr(BLANKS, end[1]) == NULL))
        return false;
    *ret_user = *rest;
    *end = '\0';
    *rest = end + 1;
    return true;
}

/* Everything in a line; the user stays NULL if the line is empty. */
static enum cs_err split_line(char *text, struct cs_batch_line *line, struct cs_error *error)
{
    char *word, *rest = text + strspn(text, BLANKS);

    if (*rest == '\0' || *rest == '#')
        return CS_OK;
    if (!take_user(&rest, &line->texts[CS_BATCH_USER]))
        return cs_fail(error, CS_ERR_INPUT, "the quotes around the user's name do not end there");
    while ((word = strsep(&rest, BLANKS)) != NULL && word[0] != '#') {
        if (word[0] != '\0' && !take_word(word, line))
            return cs_fail(
                error, CS_ERR_INPUT,
                "only secret=, algorithm=, digits=, period=, counter=, label=, language= and "
                "kind=, each with a valid value, may follow the user's name");
    }
    return CS_OK;
}

enum cs_err cs_batch_read_words(struct cs_batch_reader *reader, char *text, struct cs_error *error)
{
    enum cs_err result = CS_OK;
    size_t number = 0;
    char *each;

    while (result == CS_OK && (each = strsep(&text, "\n")) != NULL) {
        struct cs_batch_line line = {.line = ++number};
        struct cs_error what = {0};
        enum cs_err split = split_line(each, &line, &what);

        if (split != CS_OK)
            result = cs_batch_wrong(reader, number, 0, split, &what, error);
        else if (line.texts[CS_BATCH_USER] != NULL)
            result = cs_batch_give(reader, &line, error);
    }
    return result;
}
