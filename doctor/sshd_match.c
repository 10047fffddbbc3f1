/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/sshd_match.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor/sshd_text.h"

/* A criterion, and the part of a connection that it is about. RFC 5737 has addresses that nobody
 * has. */
static const struct row {
    const char *name;
    size_t offset;
    const char *fallback;
    enum cs_sshd_reach reach;
} rows[] = {
    {"user", offsetof(struct cs_sshd_connection, user), "nobody-in-particular", CS_SSHD_ACCOUNTS},
    {"address", offsetof(struct cs_sshd_connection, address), "192.0.2.1", CS_SSHD_NETWORKS},
    {"host", offsetof(struct cs_sshd_connection, host), "client.invalid", CS_SSHD_NETWORKS},
    {"localaddress", offsetof(struct cs_sshd_connection, local_address), "192.0.2.2",
     CS_SSHD_NETWORKS},
    {"localport", offsetof(struct cs_sshd_connection, local_port), "22", CS_SSHD_NETWORKS},
    {"rdomain", offsetof(struct cs_sshd_connection, domain), "nowhere", CS_SSHD_NETWORKS},
};

static char **part(struct cs_sshd_connection *connection, const struct row *row)
{
    return (char **)(void *)((char *)connection + row->offset);
}

enum cs_err cs_sshd_connection_any(struct cs_sshd_connection *ret_connection)
{
    bool failed = false;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        *part(ret_connection, &rows[i]) = strdup(rows[i].fallback);
        failed = failed || *part(ret_connection, &rows[i]) == NULL;
    }
    return failed ? CS_ERR_NOMEM : CS_OK;
}

void cs_sshd_connection_clear(struct cs_sshd_connection *connection)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        cs_string_free(part(connection, &rows[i]));
}

/* ---- one criterion ---- */

/* `name value`, or from OpenSSH 9.9 on also `name=value`. */
struct criterion {
    char *name, *value; /* in the words; value NULL: it has none */
};

static struct criterion next(struct cs_strlist *words, size_t *place)
{
    struct criterion result = {.name = words->items[(*place)++]};
    char *equals = strchr(result.name, '=');

    if (equals != NULL) {
        *equals = '\0';
        result.value = equals + 1;
    } else if (strcasecmp(result.name, "all") != 0 && *place < words->count) {
        result.value = words->items[(*place)++];
    }
    return result;
}

static const struct row *find(const char *name)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcasecmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static bool is_everything(const char *value)
{
    static const char *const all[] = {"*", "0.0.0.0/0", "0.0.0.0/0,::/0", "::/0,0.0.0.0/0", "*,!"};

    for (size_t i = 0; i < CS_ARRAY_SIZE(all); i++) {
        if (strcmp(value, all[i]) == 0)
            return true;
    }
    return false;
}

/* Something that the first pattern matches which rules nothing out: "10.0.*" is met by "10.0.1",
 * "10.0.0.0/8" by its own address. */
static char *example(const char *patterns, const char *fallback)
{
    size_t length = strcspn(patterns, ",");
    char *text;

    while (*patterns == '!') {
        patterns += length + (patterns[length] == ',');
        length = strcspn(patterns, ",");
    }
    if (length == 0 || (length == 1 && *patterns == '*'))
        return strdup(fallback);
    text = strndup(patterns, length);
    if (text == NULL)
        return NULL;
    text[strcspn(text, "/")] = '\0';
    for (char *byte = text; *byte != '\0'; byte++) {
        if (*byte == '*' || *byte == '?')
            *byte = '1';
    }
    return text;
}

/* The first member whom the name that is asked for, if any, does not rule out. */
static enum cs_err meet_group(const struct cs_accounts *accounts, const char *patterns,
                              const char *users, struct cs_sshd_connection *connection,
                              enum cs_sshd_reach *reach)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist members = {0};
    enum cs_err result = cs_accounts_in_groups(accounts, patterns, &members);

    *reach = CS_SSHD_UNKNOWN;
    for (size_t i = 0; i < members.count && result == CS_OK; i++) {
        if (users != NULL && cs_sshd_match(members.items[i], users) <= 0)
            continue;
        cs_string_free(&connection->user);
        connection->user = strdup(members.items[i]);
        *reach = CS_SSHD_ACCOUNTS;
        return connection->user != NULL ? CS_OK : CS_ERR_NOMEM;
    }
    return result;
}

/* What the criteria ask for all together. */
struct wanted {
    const char *users, *groups;
    enum cs_sshd_reach reach;
};

static enum cs_err meet(const struct criterion *criterion, struct cs_sshd_connection *connection,
                        struct wanted *wanted)
{
    const struct row *row = find(criterion->name);
    char **text;

    if (criterion->value == NULL)
        return CS_OK;
    if (strcasecmp(criterion->name, "group") == 0) {
        wanted->groups = criterion->value;
        return CS_OK;
    }
    if (row == NULL) {
        wanted->reach = CS_SSHD_UNKNOWN;
        return CS_OK;
    }
    if (row->reach == CS_SSHD_ACCOUNTS)
        wanted->users = criterion->value;
    if (!is_everything(criterion->value) && wanted->reach > row->reach)
        wanted->reach = row->reach;
    text = part(connection, row);
    cs_string_free(text);
    *text = example(criterion->value, row->fallback);
    return *text != NULL ? CS_OK : CS_ERR_NOMEM;
}

enum cs_err cs_sshd_match_example(const char *criteria, const struct cs_accounts *accounts,
                                  struct cs_sshd_connection *connection,
                                  enum cs_sshd_reach *ret_reach)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist words = {0};
    struct wanted wanted = {.reach = CS_SSHD_EVERYBODY};
    enum cs_err result = cs_sshd_words(criteria, &words);

    for (size_t i = 0; i < words.count && result == CS_OK;) {
        struct criterion criterion = next(&words, &i);

        result = meet(&criterion, connection, &wanted);
    }
    if (result == CS_OK && wanted.groups != NULL && wanted.reach != CS_SSHD_UNKNOWN &&
        !is_everything(wanted.groups))
        result = meet_group(accounts, wanted.groups, wanted.users, connection, &wanted.reach);
    *ret_reach = wanted.reach;
    return result;
}

/* ---- groups of an image ---- */

/* A pattern that nobody's name matches stands for a group that nobody is in. */
static enum cs_err write_members(const struct cs_accounts *accounts, const char *patterns,
                                 struct cs_buffer *out)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist members = {0};
    enum cs_err result = cs_accounts_in_groups(accounts, patterns, &members);

    cs_buffer_text(out, " User ");
    for (size_t i = 0; i < members.count; i++)
        cs_buffer_printf(out, "%s%s", i > 0 ? "," : "", members.items[i]);
    cs_buffer_text(out, members.count == 0 ? "!*" : "");
    return result;
}

enum cs_err cs_sshd_match_rewrite(const char *criteria, const struct cs_accounts *accounts,
                                  struct cs_buffer *out, struct cs_error *error)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist words = {0};
    enum cs_err result = cs_sshd_words(criteria, &words);

    for (size_t i = 0; i < words.count && result == CS_OK;) {
        struct criterion criterion = next(&words, &i);

        if (criterion.value != NULL && strcasecmp(criterion.name, "group") == 0)
            result = write_members(accounts, criterion.value, out);
        else
            cs_buffer_printf(out, criterion.value != NULL ? " %s \"%s\"" : " %s%s", criterion.name,
                             criterion.value != NULL ? criterion.value : "");
    }
    return result == CS_OK ? CS_OK : cs_fail_nomem(error);
}
