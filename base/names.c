/* SPDX-License-Identifier: Apache-2.0 */
#include "base/names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/account_file.h"

/* Directory services return long entries, and groups of thousands. The C library's malloc() keeps
 * freed pieces of up to 1032 bytes for their thread: a login would hold one until it ends. */
enum { ENTRY_BYTES_MIN = 2048, ENTRY_BYTES_MAX = 4 << 20, GIDS_MIN = 64, GIDS_MAX = 65536 };

enum cs_named cs_names_unresolved(struct cs_error *error, int failure, const char *what,
                                  const char *name)
{
    errno = failure;
    (void)cs_fail_errno(error, "%s '%s' cannot be looked up", what, name);
    if (error != NULL)
        error->code = CS_ERR_UNRESOLVED;
    return CS_NAMED_UNRESOLVED;
}

/*
 * One try with a buffer of that size: ERANGE asks for a larger one, 0 with *ret_found unset says
 * that there is none, anything else is a failure.
 */
typedef int look(const void *question, char *buffer, size_t size, void *ret_answer,
                 bool *ret_found);

static enum cs_named grow_and_look(look *try, const void *question, void *ret_answer, int *failure)
{
    for (size_t size = ENTRY_BYTES_MIN; size <= ENTRY_BYTES_MAX; size *= 4) {
        CS_AUTO(cs_string_free) char *buffer = malloc(size);
        bool found = false;

        *failure = buffer ? try(question, buffer, size, ret_answer, &found) : ENOMEM;
        if (*failure == ERANGE)
            continue;
        if (*failure != 0)
            return CS_NAMED_UNRESOLVED;
        return found ? CS_NAMED_FOUND : CS_NAMED_ABSENT;
    }
    return CS_NAMED_UNRESOLVED;
}

/* ---- accounts ---- */

static int take_account(const struct passwd *entry, struct cs_account *account)
{
    size_t length = strlen(entry->pw_name);

    if (length >= sizeof account->name)
        return ENAMETOOLONG;
    memcpy(account->name, entry->pw_name, length + 1);
    if (entry->pw_gecos != NULL && strlen(entry->pw_gecos) < sizeof account->gecos)
        memcpy(account->gecos, entry->pw_gecos, strlen(entry->pw_gecos) + 1);
    account->uid = entry->pw_uid;
    account->gid = entry->pw_gid;
    account->known = true;
    return 0;
}

struct passwd_question {
    const char *name; /* NULL: the uid is asked for */
    uid_t uid;
};

static int look_in_passwd(const void *question, char *buffer, size_t size, void *ret_answer,
                          bool *ret_found)
{
    const struct passwd_question *asked = question;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct passwd entry, *found = NULL;
    char number[24];
    FILE *file;
    int failure;

    (void)snprintf(number, sizeof number, "%lu", (unsigned long)asked->uid);
    file = cs_account_file_open("/etc/passwd", asked->name ? asked->name : number, &text);
    failure = file ? 0 : errno;

    while (failure == 0 && !*ret_found) {
        failure = fgetpwent_r(file, &entry, buffer, size, &found);
        *ret_found =
            failure == 0 && cs_account_file_names(entry.pw_name) &&
            (asked->name ? strcmp(entry.pw_name, asked->name) == 0 : entry.pw_uid == asked->uid);
    }
    if (*ret_found)
        failure = take_account(&entry, ret_answer);
    return cs_account_file_close(file, failure);
}

/* Some directories answer ENOENT when they cannot be reached; one that does not know the name
 * succeeds and finds nothing. */
static int look_in_services(const void *question, char *buffer, size_t size, void *ret_answer,
                            bool *ret_found)
{
    const struct passwd_question *asked = question;
    struct passwd entry, *found = NULL;
    int failure = asked->name ? getpwnam_r(asked->name, &entry, buffer, size, &found)
                              : getpwuid_r(asked->uid, &entry, buffer, size, &found);

    *ret_found = failure == 0 && found != NULL;
    return *ret_found ? take_account(found, ret_answer) : failure;
}

static enum cs_named fail_look(const struct passwd_question *question, int failure,
                               struct cs_error *error)
{
    return cs_names_unresolved(error, failure, "the account",
                               question->name ? question->name : "of that uid");
}

static enum cs_named find_local(const struct passwd_question *question,
                                struct cs_account *ret_account, struct cs_error *error)
{
    int failure = 0;
    enum cs_named named;

    *ret_account = (struct cs_account){.uid = (uid_t)-1, .gid = (gid_t)-1};
    named = grow_and_look(look_in_passwd, question, ret_account, &failure);
    ret_account->local = ret_account->local_uid = named == CS_NAMED_FOUND;
    return named == CS_NAMED_UNRESOLVED ? fail_look(question, failure, error) : named;
}

enum cs_named cs_names_local_account(const char *name, struct cs_account *ret_account,
                                     struct cs_error *error)
{
    return find_local(&(const struct passwd_question){.name = name}, ret_account, error);
}

enum cs_named cs_names_local_account_of(uid_t uid, struct cs_account *ret_account,
                                        struct cs_error *error)
{
    return find_local(&(const struct passwd_question){.uid = uid}, ret_account, error);
}

/* Two names of one uid are one account to the system. Unless it is known that they are not. */
static bool has_local_uid(const struct cs_account *account)
{
    struct cs_account other;

    return cs_names_local_account_of(account->uid, &other, NULL) != CS_NAMED_ABSENT;
}

static enum cs_named find_anywhere(const struct passwd_question *question,
                                   struct cs_account *ret_account, struct cs_error *error)
{
    int failure = 0;
    enum cs_named named;

    *ret_account = (struct cs_account){.uid = (uid_t)-1, .gid = (gid_t)-1};
    named = grow_and_look(look_in_services, question, ret_account, &failure);
    if (named == CS_NAMED_UNRESOLVED)
        return fail_look(question, failure, error);
    if (named == CS_NAMED_FOUND)
        ret_account->local_uid = has_local_uid(ret_account);
    return named;
}

enum cs_named cs_names_account(const char *name, struct cs_account *ret_account,
                               struct cs_error *error)
{
    return find_anywhere(&(const struct passwd_question){.name = name}, ret_account, error);
}

enum cs_named cs_names_account_of(uid_t uid, struct cs_account *ret_account, struct cs_error *error)
{
    return find_anywhere(&(const struct passwd_question){.uid = uid}, ret_account, error);
}

enum cs_named cs_names_any_account(const char *name, struct cs_account *ret_account,
                                   struct cs_error *error)
{
    enum cs_named named = cs_names_local_account(name, ret_account, error);

    return named == CS_NAMED_ABSENT ? cs_names_account(name, ret_account, error) : named;
}

/* ---- all names of a file ---- */

/* "NAME:UID" of an account, or a group's name. */
static int add_entry(struct cs_strlist *names, const struct passwd *account,
                     const struct group *group)
{
    const char *name = group != NULL ? group->gr_name : account->pw_name;
    char text[CS_ACCOUNT_NAME_SIZE + 16];
    int length = group != NULL
                     ? snprintf(text, sizeof text, "%s", name)
                     : snprintf(text, sizeof text, "%s:%u", name, (unsigned)account->pw_uid);

    /* No look-up takes a longer name. */
    if (!cs_account_file_names(name) || length >= (int)sizeof text)
        return 0;
    return cs_strlist_add(names, text, (size_t)length) == CS_OK ? 0 : ENOMEM;
}

static int list_entries(const void *question, char *buffer, size_t size, void *ret_answer,
                        bool *ret_found)
{
    bool groups = question != NULL;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    FILE *file = cs_account_file_open(groups ? "/etc/group" : "/etc/passwd", NULL, &text);
    struct cs_strlist *names = ret_answer;
    struct passwd account = {0}, *account_found = NULL;
    struct group group = {0}, *group_found = NULL;
    int failure = file ? 0 : errno;

    cs_strlist_free(names);
    while (failure == 0) {
        failure = groups ? fgetgrent_r(file, &group, buffer, size, &group_found)
                         : fgetpwent_r(file, &account, buffer, size, &account_found);
        if (failure == 0)
            failure = add_entry(names, &account, groups ? &group : NULL);
    }
    *ret_found = failure == ENOENT;
    return cs_account_file_close(file, failure);
}

static enum cs_named list_names(const char *groups, struct cs_strlist *ret_names,
                                struct cs_error *error)
{
    int failure = 0;

    *ret_names = (struct cs_strlist){0};
    if (grow_and_look(list_entries, groups, ret_names, &failure) == CS_NAMED_UNRESOLVED) {
        cs_strlist_free(ret_names);
        return cs_names_unresolved(error, failure, "the names in", groups ? groups : "/etc/passwd");
    }
    cs_strlist_sort(ret_names);
    return CS_NAMED_FOUND;
}

enum cs_named cs_names_local_accounts(struct cs_strlist *ret_names, struct cs_error *error)
{
    return list_names(NULL, ret_names, error);
}

enum cs_named cs_names_local_groups(struct cs_strlist *ret_names, struct cs_error *error)
{
    return list_names("/etc/group", ret_names, error);
}

/* ---- groups ---- */

struct group_question {
    const char *name, *account;
};

static bool is_listed(const struct group *entry, const char *account)
{
    for (size_t i = 0; entry->gr_mem[i] != NULL; i++) {
        if (strcmp(entry->gr_mem[i], account) == 0)
            return true;
    }
    return false;
}

static void take_group(const struct group *entry, const char *account, struct cs_group *group)
{
    *group = (struct cs_group){.gid = entry->gr_gid,
                               .lists = is_listed(entry, account),
                               .peopled = entry->gr_mem[0] != NULL};
}

static int look_in_group(const void *question, char *buffer, size_t size, void *ret_answer,
                         bool *ret_found)
{
    const struct group_question *asked = question;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    FILE *file = cs_account_file_open("/etc/group", asked->name, &text);
    struct group entry, *found = NULL;
    int failure = file ? 0 : errno;

    while (failure == 0 && !*ret_found) {
        failure = fgetgrent_r(file, &entry, buffer, size, &found);
        *ret_found = failure == 0 && cs_account_file_names(entry.gr_name) &&
                     strcmp(entry.gr_name, asked->name) == 0;
    }
    if (*ret_found)
        take_group(&entry, asked->account, ret_answer);
    return cs_account_file_close(file, failure);
}

static int look_for_group(const void *question, char *buffer, size_t size, void *ret_answer,
                          bool *ret_found)
{
    const struct group_question *asked = question;
    struct group entry, *found = NULL;
    int failure = getgrnam_r(asked->name, &entry, buffer, size, &found);

    *ret_found = failure == 0 && found != NULL;
    if (*ret_found)
        take_group(found, asked->account, ret_answer);
    return failure;
}

static enum cs_named find_group(look *try, const char *name, const char *account,
                                struct cs_group *ret_group, struct cs_error *error)
{
    const struct group_question question = {name, account};
    int failure = 0;
    enum cs_named named;

    *ret_group = (struct cs_group){0};
    named = grow_and_look(try, &question, ret_group, &failure);
    return named == CS_NAMED_UNRESOLVED ? cs_names_unresolved(error, failure, "the group", name)
                                        : named;
}

enum cs_named cs_names_local_group(const char *name, const char *account,
                                   struct cs_group *ret_group, struct cs_error *error)
{
    return find_group(look_in_group, name, account, ret_group, error);
}

enum cs_named cs_names_group(const char *name, const char *account, struct cs_group *ret_group,
                             struct cs_error *error)
{
    return find_group(look_for_group, name, account, ret_group, error);
}

/* ---- all groups of an account ---- */

static int list_in_group(const void *question, char *buffer, size_t size, void *ret_answer,
                         bool *ret_found)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    FILE *file = cs_account_file_open("/etc/group", question, &text);
    struct cs_gids *gids = ret_answer;
    struct group entry, *found = NULL;
    int failure = file ? 0 : errno;

    cs_gids_free(gids);
    while (failure == 0) {
        failure = fgetgrent_r(file, &entry, buffer, size, &found);
        if (failure == 0 && is_listed(&entry, question) && !cs_gids_add(gids, entry.gr_gid))
            failure = ENOMEM;
    }
    *ret_found = failure == ENOENT;
    return cs_account_file_close(file, failure);
}

enum cs_named cs_names_local_gids(const char *account, struct cs_gids *ret_gids,
                                  struct cs_error *error)
{
    int failure = 0;

    *ret_gids = (struct cs_gids){0};
    if (grow_and_look(list_in_group, account, ret_gids, &failure) != CS_NAMED_UNRESOLVED)
        return CS_NAMED_FOUND;
    return cs_names_unresolved(error, failure, "the groups of", account);
}

/* getgrouplist succeeds although a source has failed, and may then leave the reason in errno. */
static bool is_failure(int number)
{
    static const int failures[] = {EMFILE, ENFILE, ENOMEM, EIO, ETIMEDOUT};

    for (size_t i = 0; i < CS_ARRAY_SIZE(failures); i++) {
        if (failures[i] == number)
            return true;
    }
    return false;
}

enum cs_named cs_names_gids(const struct cs_account *account, struct cs_gids *ret_gids,
                            struct cs_error *error)
{
    int failure = EOVERFLOW;

    *ret_gids = (struct cs_gids){0};
    for (int size = GIDS_MIN; size <= GIDS_MAX; size *= 4) {
        int count = size;

        cs_gids_free(ret_gids);
        ret_gids->items = calloc((size_t)size, sizeof *ret_gids->items);
        if (ret_gids->items == NULL)
            return cs_names_unresolved(error, ENOMEM, "the groups of", account->name);
        errno = 0;
        if (getgrouplist(account->name, account->gid, ret_gids->items, &count) < 0)
            continue;
        if (is_failure(errno)) {
            failure = errno;
            break;
        }
        ret_gids->count = (size_t)count;
        return CS_NAMED_FOUND;
    }
    cs_gids_free(ret_gids);
    return cs_names_unresolved(error, failure, "the groups of", account->name);
}
