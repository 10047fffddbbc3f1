/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_services.h"

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/stall.h"

#define SHOWN __attribute__((visibility("default")))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fake_services set_services;
static int failures[FAKE_CALLS];
static bool away;
static int away_number;
static atomic_uint asked;

void fake_services_set(const struct fake_services *set)
{
    pthread_mutex_lock(&lock);
    set_services = *set;
    memset(failures, 0, sizeof failures);
    away = false;
    asked = 0;
    pthread_mutex_unlock(&lock);
    stall_reset();
}

/* A look-up that an earlier test left behind may still read them. */
static struct fake_services current(void)
{
    struct fake_services copy;

    pthread_mutex_lock(&lock);
    copy = set_services;
    pthread_mutex_unlock(&lock);
    return copy;
}

void fake_services_fail(enum fake_call call, int number)
{
    pthread_mutex_lock(&lock);
    failures[call] = number;
    pthread_mutex_unlock(&lock);
}

void fake_services_away(int number)
{
    pthread_mutex_lock(&lock);
    away = true;
    away_number = number;
    pthread_mutex_unlock(&lock);
}

void fake_services_stall(void)
{
    stall_set(true);
}

void fake_services_release(void)
{
    stall_set(false);
    stall_drain();
}

void fake_services_wait_hanging(unsigned count)
{
    stall_wait(count);
}

unsigned fake_services_most(void)
{
    return stall_most();
}

unsigned fake_services_asked(void)
{
    return asked;
}

static int failure_of(enum fake_call call)
{
    int number;

    pthread_mutex_lock(&lock);
    number = failures[call];
    pthread_mutex_unlock(&lock);
    return number;
}

/* What there is of the directory now, after a wait if it hangs; *ret_number is what not finding
 * anything there means. */
static const char *reach(const char *there, const char *cached, int *ret_number)
{
    const char *text;

    asked++;
    stall_here();
    pthread_mutex_lock(&lock);
    *ret_number = away ? away_number : 0;
    text = away ? cached : there;
    pthread_mutex_unlock(&lock);
    return text;
}

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* ---- the files ---- */

static FILE *open_text(const char *text)
{
    int fd = text != NULL && *text != '\0' ? memfd_create("accounts", MFD_CLOEXEC) : -1;

    if (fd >= 0 && pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text))
        return fdopen(fd, "r");
    errno = ENOENT;
    return NULL;
}

SHOWN FILE *fopen(const char *path, const char *mode)
{
    bool passwd = strcmp(path, "/etc/passwd") == 0;
    FILE *(*real)(const char *, const char *) = NULL;
    void *symbol = next("fopen");

    memcpy(&real, &symbol, sizeof real);
    if (!passwd && strcmp(path, "/etc/group") != 0)
        return real(path, mode);
    errno = failure_of(passwd ? FAKE_OPEN_PASSWD : FAKE_OPEN_GROUP);
    return errno != 0 ? NULL : open_text(passwd ? current().passwd : current().group);
}

static int read_passwd(FILE *file, struct passwd *entry, char *buffer, size_t size)
{
    int (*real)(FILE *, struct passwd *, char *, size_t, struct passwd **) = NULL;
    void *symbol = next("fgetpwent_r");
    struct passwd *found;

    memcpy(&real, &symbol, sizeof real);
    return real(file, entry, buffer, size, &found);
}

SHOWN int fgetpwent_r(FILE *file, struct passwd *entry, char *buffer, size_t size,
                      struct passwd **found)
{
    int failure = failure_of(FAKE_READ_PASSWD);

    failure = failure ? failure : read_passwd(file, entry, buffer, size);
    *found = failure ? NULL : entry;
    return failure;
}

static int read_group(FILE *file, struct group *entry, char *buffer, size_t size)
{
    int (*real)(FILE *, struct group *, char *, size_t, struct group **) = NULL;
    void *symbol = next("fgetgrent_r");
    struct group *found;

    memcpy(&real, &symbol, sizeof real);
    return real(file, entry, buffer, size, &found);
}

SHOWN int fgetgrent_r(FILE *file, struct group *entry, char *buffer, size_t size,
                      struct group **found)
{
    int failure = failure_of(FAKE_READ_GROUP);

    failure = failure ? failure : read_group(file, entry, buffer, size);
    *found = failure ? NULL : entry;
    return failure;
}

/* ---- the services ---- */

static bool find_account(const char *text, int (*compare)(const char *, const char *),
                         const char *name, struct passwd *entry, char *buffer, size_t size)
{
    FILE *file = open_text(text);
    bool found = false;

    while (file != NULL && !found && read_passwd(file, entry, buffer, size) == 0)
        found = compare(entry->pw_name, name) == 0;
    if (file != NULL)
        (void)fclose(file);
    return found;
}

SHOWN int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
                     struct passwd **found)
{
    const struct fake_services services = current();
    int failure = failure_of(FAKE_GETPWNAM), absent;
    const char *text;

    *found = NULL;
    if (failure != 0)
        return failure;
    if (find_account(services.passwd, strcmp, name, entry, buffer, size)) {
        *found = entry;
        return 0;
    }
    text = reach(services.directory, services.cached, &absent);
    if (!find_account(text, strcasecmp, name, entry, buffer, size))
        return absent;
    *found = entry;
    return 0;
}

static bool find_group(const char *text, const char *name, struct group *entry, char *buffer,
                       size_t size)
{
    FILE *file = open_text(text);
    bool found = false;

    while (file != NULL && !found && read_group(file, entry, buffer, size) == 0)
        found = strcmp(entry->gr_name, name) == 0;
    if (file != NULL)
        (void)fclose(file);
    return found;
}

SHOWN int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
                     struct group **found)
{
    const struct fake_services services = current();
    int failure = failure_of(FAKE_GETGRNAM), absent;
    const char *text;

    *found = NULL;
    if (failure != 0)
        return failure;
    if (find_group(services.group, name, entry, buffer, size)) {
        *found = entry;
        return 0;
    }
    text = reach(services.memberships, services.cached_groups, &absent);
    if (!find_group(text, name, entry, buffer, size))
        return absent;
    *found = entry;
    return 0;
}

static void add_groups(const char *text, const char *user, gid_t *gids, int *count)
{
    FILE *file = open_text(text);
    char buffer[4096];
    struct group entry;

    while (file != NULL && read_group(file, &entry, buffer, sizeof buffer) == 0) {
        for (char **member = entry.gr_mem; *member != NULL; member++) {
            if (strcmp(*member, user) == 0)
                gids[(*count)++] = entry.gr_gid; /* tests have no more than fit */
        }
    }
    if (file != NULL)
        (void)fclose(file);
}

SHOWN int getgrouplist(const char *user, gid_t group, gid_t *gids, int *count)
{
    const struct fake_services services = current();
    int failure = failure_of(FAKE_GETGROUPLIST), absent;
    const char *text;

    gids[0] = group;
    *count = 1;
    if (failure != 0) {
        errno = failure;
        return 1;
    }
    add_groups(services.group, user, gids, count);
    text = reach(services.memberships, NULL, &absent);
    add_groups(text, user, gids, count);
    return *count;
}
