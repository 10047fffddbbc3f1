/* SPDX-License-Identifier: Apache-2.0 */
/* The file of SecSign's PAM plugin, secsignid.config. Its grammar was never published; this takes
 * every form that files of its kind have, and refuses what could be meant in two ways. */
#include <stdbool.h>
#include <string.h>

#include "base/lower.h"
#include "mapping/map.h"
#include "mapping/map_grammar.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

static const char blanks[] = " \t";

/* Names of machines in a domain end in a dollar sign. */
static bool is_account(const char *text, size_t length)
{
    size_t plain = strspn(text, LETTERS);

    return plain > 0 && (plain == length || (text[plain] == '$' && plain + 1 == length)) &&
           length < CS_IDENTITY_SIZE;
}

static bool is_id(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length < CS_IDENTITY_SIZE && strspn(text, LETTERS "@") == length;
}

static enum cs_err refuse(const struct cs_map_line *line, const char *what, struct cs_error *error)
{
    return cs_fail(error, CS_ERR_CONFIG, "%s:%u: %s", line->file, line->number, what);
}

static enum cs_err read_secsign(const struct cs_map_line *line, struct cs_map_entry *ret_entry,
                                struct cs_error *error)
{
    size_t length = strcspn(line->text, ":= \t");
    char *id = line->text + length;

    if (!is_account(line->text, length))
        return refuse(line,
                      "an account's name expected first: letters, digits and _ . -, at most 255 "
                      "bytes; only map_format=countersign knows * and other names",
                      error);
    id += strspn(id, blanks);
    if (*id == ':' || *id == '=')
        id++;
    id += strspn(id, blanks);
    if (!is_id(id))
        return refuse(line,
                      "a SecSign ID expected after the account: letters, digits and _ @ . -, at "
                      "most 255 bytes, and nothing behind it",
                      error);
    line->text[length] = '\0';
    for (char *at = id; *at != '\0'; at++)
        *at = cs_lower(*at);
    *ret_entry = (struct cs_map_entry){.account = line->text, .identity = id, .line = line->number};
    return CS_OK;
}

const struct cs_map_grammar cs_map_grammar_secsign = {
    .line_bytes = 4096, .crlf = true, .read = read_secsign};
