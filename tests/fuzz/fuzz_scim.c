/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCIM filters and links: the first line is the attribute, the rest a value. A filter has only
 * characters allowed in a URL's query and ends in the value as one string, from which the value can
 * be read back.
 */
#include "tests/fuzz/fuzz.h"

#include "base/strlist.h"
#include "mapping/attribute.h"

/* Percent-decoded; every escape has two digits. */
static void decode(const char *text, struct cs_buffer *out)
{
    cs_buffer_text(out, "");
    for (const char *at = text; *at != '\0'; at++) {
        char byte = *at;

        if (byte == '%') {
            const char digits[] = {at[1], at[1] ? at[2] : '\0', '\0'};
            char *end;

            byte = (char)strtoul(digits, &end, 16);
            REQUIRE(end == digits + 2 && byte != '\0');
            at += 2;
        } else {
            REQUIRE(strchr(" \"\\&#?+/=<>", byte) == NULL && byte > ' ' && byte <= '~');
        }
        cs_buffer_add(out, &byte, 1);
    }
    REQUIRE(!out->failed);
}

/* Read as SCIM reads it, the filter ends in ` eq ` and one string, which is the value. */
static void require_value(const char *filter, const char *value)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer string = {0};
    const char *at = filter, *start = filter;
    bool quoted = false;

    for (; *at != '\0'; at++) {
        if (*at == '"') {
            quoted = !quoted;
            if (quoted) {
                start = at;
                cs_buffer_free(&string);
            }
            continue;
        }
        at += quoted && *at == '\\';
        if (quoted)
            cs_buffer_add(&string, at, 1);
    }
    REQUIRE(!quoted && at[-1] == '"' && !string.failed);
    REQUIRE(string.text != NULL && strcmp(string.text, value) == 0);
    REQUIRE(start - filter > 4 && strncmp(start - 4, " eq ", 4) == 0);
}

static void check_filter(const char *attribute, const char *value)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer filter = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer plain = {0};
    struct cs_error error = {0};

    if (cs_scim_filter(attribute, value, &filter, &error) != CS_OK) {
        REQUIRE(error.text[0] != '\0' && error.code != CS_ERR_NOMEM && filter.length == 0);
        return;
    }
    REQUIRE(filter.length > 0 && filter.length <= CS_SCIM_FILTER_BYTES);
    decode(filter.text, &plain);
    require_value(plain.text, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    struct cs_error error = {0};
    struct cs_link link;
    char *value = text, *attribute = strsep(&value, "\n");

    check_filter(attribute, value ? value : "x");
    if (cs_link_parse(attribute, &link, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_CONFIG && error.text[0] != '\0');
        return 0;
    }
    REQUIRE(strnlen(link.name, sizeof link.name) < sizeof link.name);
    REQUIRE((link.name[0] == '\0') == (link.kind == CS_LINK_USER_NAME));
    return 0;
}
