/* SPDX-License-Identifier: Apache-2.0 */
/* A file of pam_u2f: one line per user counts, and every key that is read is usable. */
#include "tests/fuzz/fuzz.h"

#include "cli/pam_u2f.h"
#include "u2f/verify.h"

/* No later line is the same user's. */
static void require_last(const struct cs_pam_u2f_lines *lines, size_t place)
{
    for (size_t i = place + 1; i < lines->count && i < place + 64; i++) {
        REQUIRE(lines->items[i].number > lines->items[place].number);
        REQUIRE(strcmp(lines->items[i].user, lines->items[place].user) != 0);
    }
}

/* Usable, and what the text demands is demanded. */
static void require_form(const struct cs_pam_u2f_key *key, const char *text)
{
    const char *options = strchr(strchr(text, ',') + 1, ',');
    struct cs_error error = {0};

    REQUIRE(key->fido2 == (options != NULL));
    REQUIRE(key->fido2 || (key->touched && !key->verifies));
    REQUIRE(key->fido2 || key->public_key.algorithm == CS_U2F_ES256);
    if (options != NULL && (strstr(options, "+pin") != NULL || strstr(options, "+veri") != NULL))
        REQUIRE(key->verifies);
    REQUIRE(cs_u2f_check_public_key(&key->public_key, &error) == CS_OK);
}

static void read_keys(char *rest)
{
    const char *text;

    while ((text = strsep(&rest, ":")) != NULL) {
        struct cs_pam_u2f_key key = {0};
        struct cs_error error = {0};

        if (cs_pam_u2f_read_key(text, &key, &error) != CS_OK) {
            REQUIRE(error.code == CS_ERR_INPUT && error.text[0] != '\0');
            REQUIRE(key.handle.length == 0);
            continue;
        }
        REQUIRE(key.handle.length > 0 && key.handle.length <= CS_U2F_HANDLE_MAX);
        require_form(&key, text);
    }
}

/* Another line's start is inside, and has keys of its own. */
static void look_for_glued(const char *keys)
{
    const char *other = keys != NULL ? cs_pam_u2f_glued(keys) : NULL;

    REQUIRE(other == NULL || (other > keys && other < keys + strlen(keys)));
    REQUIRE(other == NULL || (*other != ':' && strchr(other, ':') != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct cs_pam_u2f_lines lines = {0};

    if (cs_pam_u2f_split(text, &lines, NULL) != CS_OK) {
        REQUIRE(strncmp(text, "-----BEGIN OPENSSH", 18) == 0);
        free(text);
        return 0;
    }
    for (size_t i = 0; i < lines.count; i++) {
        REQUIRE(strpbrk(lines.items[i].user, ":\n") == NULL);
        if (!lines.items[i].superseded)
            require_last(&lines, i);
        look_for_glued(lines.items[i].keys);
        read_keys(lines.items[i].keys);
    }
    cs_pam_u2f_lines_clear(&lines);
    free(text);
    return 0;
}
