/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/accounts.h"

#include <string.h>

#include "doctor/root.h"
#include "doctor/sshd_text.h"

enum { FIELDS = 4 };

/* A file of lines with fields, and where those that matter go. */
struct table {
    const char *path;
    struct cs_strlist *fields[FIELDS]; /* NULL: not kept */
};

static enum cs_err take_line(const struct table *table, const char *line, const char *end)
{
    enum cs_err result = CS_OK;
    const char *begins[FIELDS + 1] = {line};

    for (size_t i = 1; i <= FIELDS; i++) {
        const char *colon = memchr(begins[i - 1], ':', (size_t)(end - begins[i - 1]));

        if (colon == NULL && i < FIELDS)
            return CS_OK;
        begins[i] = colon != NULL ? colon + 1 : end + 1;
    }
    for (size_t i = 0; i < FIELDS && result == CS_OK; i++) {
        if (table->fields[i] != NULL)
            result = cs_strlist_add(table->fields[i], begins[i],
                                    (size_t)(begins[i + 1] - begins[i]) - 1);
    }
    return result;
}

static enum cs_err read_table(const char *root, const struct table *table, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    enum cs_err result = cs_root_read(root, table->path, &content, error);
    const char *next = content.data, *end = content.data + content.length;

    if (result != CS_OK)
        return result == CS_ERR_NOT_FOUND ? CS_OK : result;
    while (next < end && result == CS_OK) {
        const char *newline = memchr(next, '\n', (size_t)(end - next));
        const char *last = newline != NULL ? newline : end;

        if (memchr(next, '\0', (size_t)(last - next)) == NULL)
            result = take_line(table, next, last);
        next = last + 1;
    }
    return result == CS_OK ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_accounts_read(const char *root, struct cs_accounts *ret_accounts,
                             struct cs_error *error)
{
    const struct table passwd = {"/etc/passwd",
                                 {&ret_accounts->users, NULL, NULL, &ret_accounts->primary}};
    const struct table group = {
        "/etc/group",
        {&ret_accounts->groups, NULL, &ret_accounts->numbers, &ret_accounts->members}};
    enum cs_err result = read_table(root, &passwd, error);

    return result == CS_OK ? read_table(root, &group, error) : result;
}

static bool is_member(const struct cs_accounts *accounts, size_t user, size_t group)
{
    const char *name = accounts->users.items[user], *rest = accounts->members.items[group];

    if (strcmp(accounts->primary.items[user], accounts->numbers.items[group]) == 0)
        return true;
    while (*rest != '\0') {
        size_t length = strcspn(rest, ",");

        if (length == strlen(name) && strncmp(rest, name, length) == 0)
            return true;
        rest += length + (rest[length] == ',');
    }
    return false;
}

/* One group that is ruled out is enough. */
static bool is_meant(const struct cs_accounts *accounts, size_t user, const char *patterns)
{
    bool found = false;

    for (size_t i = 0; i < accounts->groups.count; i++) {
        int match =
            is_member(accounts, user, i) ? cs_sshd_match(accounts->groups.items[i], patterns) : 0;

        if (match < 0)
            return false;
        found = found || match > 0;
    }
    return found;
}

enum cs_err cs_accounts_in_groups(const struct cs_accounts *accounts, const char *patterns,
                                  struct cs_strlist *ret_users)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < accounts->users.count && result == CS_OK; i++) {
        const char *name = accounts->users.items[i];

        if (is_meant(accounts, i, patterns))
            result = cs_strlist_add(ret_users, name, strlen(name));
    }
    return result;
}

void cs_accounts_clear(struct cs_accounts *accounts)
{
    cs_strlist_free(&accounts->users);
    cs_strlist_free(&accounts->primary);
    cs_strlist_free(&accounts->groups);
    cs_strlist_free(&accounts->numbers);
    cs_strlist_free(&accounts->members);
}
