/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of accounts and identities. What is accepted is clean, each of its entries is what its
 * line says, and no account has two. A file that was cut off anywhere is refused or gives less:
 * never another identity, and never leave to name the accounts that are missing.
 */
#include "tests/fuzz/fuzz.h"

#include "base/sanitise.h"
#include "base/strlist.h"
#include "mapping/map.h"

enum { CUTS_MAX = 128 };

static struct cs_map_file *read_file(enum cs_map_format format, const uint8_t *data, size_t size)
{
    struct cs_map_file *file = NULL;
    struct cs_error error = {0};
    enum cs_err result = cs_map_file_parse("f", format, (const char *)data, size, &file, &error);

    REQUIRE((result == CS_OK) == (file != NULL));
    REQUIRE(result == CS_OK || (result == CS_ERR_CONFIG && error.code == result));
    REQUIRE(result == CS_OK || strncmp(error.text, "f:", 2) == 0);
    return file;
}

static void require_name(const char *text)
{
    size_t length = strlen(text);

    REQUIRE(length > 0 && length < CS_IDENTITY_SIZE && cs_is_clean(text, length));
    REQUIRE(text[0] != ' ' && text[length - 1] != ' ');
}

/* The account on a line; NULL: it has none. */
static char *account_of(char *line)
{
    line += strspn(line, " \t");
    if (*line == '#')
        return NULL;
    line[strcspn(line, " \t")] = '\0';
    return *line != '\0' ? line : NULL;
}

static void check_entries(const struct cs_map_file *file, char *text)
{
    char *line;
    unsigned number = 1, entries = 0;

    for (; (line = strsep(&text, "\n")) != NULL; number++) {
        const char *account = account_of(line);
        const struct cs_map_entry *entry = account ? cs_map_file_find(file, account) : NULL;

        if (account == NULL)
            continue;
        entries++;
        REQUIRE((entry == NULL) == (strcmp(account, "*") == 0));
        if (entry == NULL) {
            REQUIRE(cs_map_file_others(file) == number);
            continue;
        }
        REQUIRE(entry->line == number && strcmp(entry->account, account) == 0);
        require_name(entry->account);
        require_name(entry->identity);
    }
    REQUIRE(entries > 0);
}

static void check_part(const struct cs_map_file *file, const struct cs_map_file *part, char *text)
{
    char *line;

    REQUIRE(cs_map_file_others(part) == 0 || cs_map_file_others(part) == cs_map_file_others(file));
    while ((line = strsep(&text, "\n")) != NULL) {
        const char *account = account_of(line);
        const struct cs_map_entry *whole, *cut;

        if (account == NULL || strcmp(account, "*") == 0)
            continue;
        whole = cs_map_file_find(file, account);
        cut = cs_map_file_find(part, account);
        REQUIRE(cut == NULL || strcmp(cut->identity, whole->identity) == 0);
        REQUIRE(cut != NULL || cs_map_file_others(part) == 0);
    }
}

/* In SecSign's format no line is about all others, and identities are in lower case. */
static void check_secsign(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_map_file_free)
    struct cs_map_file *file = read_file(CS_MAP_SECSIGN, data, size);
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    char *rest = text, *line;

    if (file == NULL)
        return;
    REQUIRE(cs_map_file_others(file) == 0);
    while ((line = strsep(&rest, "\n")) != NULL) {
        const struct cs_map_entry *entry;

        line += strspn(line, " \t");
        line[strcspn(line, ":= \t\r")] = '\0';
        if (*line == '#' || *line == '\0')
            continue;
        entry = cs_map_file_find(file, line);
        REQUIRE(entry != NULL);
        require_name(entry->identity);
        REQUIRE(strpbrk(entry->identity, "ABCDEFGHIJKLMNOPQRSTUVWXYZ:= \t\r") == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_map_file_free) struct cs_map_file *file = read_file(CS_MAP_COUNTERSIGN, data, size);
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    CS_AUTO(cs_strlist_free) struct cs_strlist warnings = {0};

    check_secsign(data, size);
    if (file == NULL)
        return 0;
    check_entries(file, text);
    REQUIRE(cs_map_file_warn(file, &warnings) == CS_OK);
    for (size_t length = size > CUTS_MAX ? size - CUTS_MAX : 0; length < size; length++) {
        CS_AUTO(cs_map_file_free)
        struct cs_map_file *part = read_file(CS_MAP_COUNTERSIGN, data, length);
        CS_AUTO(cs_string_free) char *again = fuzz_text(data, size);

        if (part != NULL)
            check_part(file, part, again);
    }
    return 0;
}
