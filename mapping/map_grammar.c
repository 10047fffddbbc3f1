/* SPDX-License-Identifier: Apache-2.0 */
#include "mapping/map_grammar.h"

#include <stdbool.h>
#include <string.h>

#include "base/sanitise.h"
#include "mapping/map.h"

static bool means_others(const struct cs_map_entry *entry)
{
    return strcmp(entry->account, "*") == 0;
}

static bool names_everybody(const struct cs_map_entry *entry)
{
    return means_others(entry) && entry->identity != NULL;
}

static bool has_one_word(const struct cs_map_entry *entry)
{
    return entry->identity == NULL && !means_others(entry);
}

/* In passwd(5) a colon ends the name; other modules' files have one, or `=`, between the two. */
static bool has_separator(const struct cs_map_entry *entry)
{
    return strchr(entry->account, ':') != NULL ||
           (entry->identity != NULL && strchr(":=", entry->identity[0]) != NULL);
}

static bool is_long(const char *text)
{
    return text != NULL && strlen(text) >= CS_IDENTITY_SIZE;
}

static bool is_too_long(const struct cs_map_entry *entry)
{
    return is_long(entry->account) || is_long(entry->identity);
}

static bool has_tab(const struct cs_map_entry *entry)
{
    return entry->identity != NULL && strchr(entry->identity, '\t') != NULL;
}

static bool is_quoted(const struct cs_map_entry *entry)
{
    return entry->account[0] == '"' || (entry->identity != NULL && entry->identity[0] == '"');
}

static bool has_comment(const struct cs_map_entry *entry)
{
    return entry->identity != NULL &&
           (entry->identity[0] == '#' || strstr(entry->identity, " #") != NULL);
}

/* Whatever people write here from habit would become part of a name, and nobody would be found. */
static const struct {
    bool (*applies)(const struct cs_map_entry *entry);
    const char *what;
} faults[] = {
    {names_everybody, "* takes no identity, because every account would have the same; write * "
                      "alone to name the others by gecos_* and append"},
    {has_separator, "only blanks may stand between the account and its identity; remove the ':' "
                    "or '='"},
    {has_one_word, "no identity follows the account; write both, with a blank between them"},
    {has_comment, "a comment needs a line of its own; move it"},
    {is_quoted, "quotes are not needed, an identity may contain blanks; remove them"},
    {has_tab, "there is a tab within the identity; use blanks"},
    {is_too_long, "the account or its identity is longer than 255 bytes; shorten it"},
};

_Static_assert(CS_IDENTITY_SIZE == 256, "a fault names the number");

static enum cs_err read_words(const struct cs_map_line *line, struct cs_map_entry *ret_entry,
                              struct cs_error *error)
{
    char *rest = line->text + strcspn(line->text, " \t");

    if (*rest != '\0')
        *rest++ = '\0';
    rest += strspn(rest, " \t");
    *ret_entry = (struct cs_map_entry){
        .account = line->text, .identity = *rest != '\0' ? rest : NULL, .line = line->number};
    for (size_t i = 0; i < CS_ARRAY_SIZE(faults); i++) {
        if (faults[i].applies(ret_entry))
            return cs_fail(error, CS_ERR_CONFIG, "%s:%u: %s", line->file, line->number,
                           faults[i].what);
    }
    return CS_OK;
}

const struct cs_map_grammar cs_map_grammar_words = {.line_bytes = 1024, .read = read_words};
