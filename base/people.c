/* SPDX-License-Identifier: Apache-2.0 */
#include "base/people.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/account_file.h"

enum { ENTRY_BYTES = 4 << 20, NOBODY = 65534 }; /* groups may have thousands of members */

/* Lines of the old compat source name no entry themselves. No look-up takes a longer name. */
static int add(struct cs_strlist *people, const char *name)
{
    if (name[0] == '+' || name[0] == '-' || strlen(name) > CS_USER_NAME_MAX)
        return 0;
    return cs_strlist_add(people, name, strlen(name)) == CS_OK ? 0 : ENOMEM;
}

static int add_members(struct cs_strlist *people, const struct group *group)
{
    int failure = 0;

    for (size_t i = 0; group->gr_mem[i] != NULL && failure == 0; i++)
        failure = add(people, group->gr_mem[i]);
    return failure;
}

/* The end of the file is ENOENT, and so is a machine without one. */
static int finish(FILE *file, int failure)
{
    if (file != NULL)
        (void)fclose(file);
    return failure == ENOENT ? 0 : failure;
}

/* Which accounts of /etc/passwd: those from a uid on, or those of a primary group. */
struct wanted {
    const uid_t *least;
    gid_t gid;
};

static bool is_wanted(const struct passwd *entry, const struct wanted *wanted)
{
    if (wanted->least == NULL)
        return entry->pw_gid == wanted->gid;
    return entry->pw_uid >= *wanted->least && entry->pw_uid != NOBODY;
}

static int read_passwd(const struct wanted *wanted, char *buffer, struct cs_strlist *people)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    FILE *file = cs_account_file_open("/etc/passwd", NULL, &text);
    struct passwd entry, *found = NULL;
    int failure = file ? 0 : errno;

    while (failure == 0) {
        failure = fgetpwent_r(file, &entry, buffer, ENTRY_BYTES, &found);
        if (failure == 0 && is_wanted(&entry, wanted))
            failure = add(people, entry.pw_name);
    }
    return finish(file, failure);
}

/* A long group may stand in several lines, of one name or of several with one gid. */
static int read_group(gid_t gid, char *buffer, struct cs_strlist *people)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    FILE *file = cs_account_file_open("/etc/group", NULL, &text);
    struct group entry, *found = NULL;
    int failure = file ? 0 : errno;

    while (failure == 0) {
        failure = fgetgrent_r(file, &entry, buffer, ENTRY_BYTES, &found);
        if (failure == 0 && entry.gr_gid == gid)
            failure = add_members(people, &entry);
    }
    return finish(file, failure);
}

static int ask_services(const char *group, char *buffer, struct cs_strlist *people, gid_t *ret_gid,
                        bool *ret_found)
{
    struct group entry, *found = NULL;
    int failure = getgrnam_r(group, &entry, buffer, ENTRY_BYTES, &found);

    *ret_found = failure == 0 && found != NULL;
    if (!*ret_found)
        return failure;
    *ret_gid = found->gr_gid;
    return add_members(people, found);
}

static enum cs_named unresolved(struct cs_error *error, int failure, const char *what,
                                const char *name)
{
    errno = failure;
    (void)cs_fail_errno(error, "%s '%s' cannot be looked up", what, name);
    if (error != NULL)
        error->code = CS_ERR_UNRESOLVED;
    return CS_NAMED_UNRESOLVED;
}

enum cs_named cs_people_from_uid(uid_t least, struct cs_strlist *people, struct cs_error *error)
{
    const struct wanted wanted = {.least = &least};
    CS_AUTO(cs_string_free) char *buffer = malloc(ENTRY_BYTES);
    int failure = buffer ? read_passwd(&wanted, buffer, people) : ENOMEM;

    return failure == 0 ? CS_NAMED_FOUND
                        : unresolved(error, failure, "the accounts in", "/etc/passwd");
}

enum cs_named cs_people_of_group(const char *group, struct cs_strlist *people,
                                 struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *buffer = malloc(ENTRY_BYTES);
    struct wanted wanted = {0};
    bool found = false;
    int failure = buffer ? ask_services(group, buffer, people, &wanted.gid, &found) : ENOMEM;

    if (failure == 0 && !found)
        return CS_NAMED_ABSENT;
    if (failure == 0)
        failure = read_group(wanted.gid, buffer, people);
    if (failure == 0)
        failure = read_passwd(&wanted, buffer, people);
    return failure == 0 ? CS_NAMED_FOUND : unresolved(error, failure, "the group", group);
}

void cs_people_sort(struct cs_strlist *people)
{
    size_t kept = 0;

    cs_strlist_sort(people);
    for (size_t i = 0; i < people->count; i++) {
        if (kept > 0 && strcmp(people->items[kept - 1], people->items[i]) == 0)
            cs_string_free(&people->items[i]);
        else
            people->items[kept++] = people->items[i];
    }
    people->count = kept;
}
