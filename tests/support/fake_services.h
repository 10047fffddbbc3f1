/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name services that take the place of the C library's: /etc/passwd and /etc/group, and a directory
 * behind them that takes names in any case; as texts in the form of those files. Each call can be
 * made to fail, and the directory to be away or to hang.
 */
#ifndef CS_TESTS_SUPPORT_FAKE_SERVICES_H
#define CS_TESTS_SUPPORT_FAKE_SERVICES_H

struct fake_services {
    const char *passwd, *group;          /* the files */
    const char *directory, *memberships; /* the same of the directory, as it is */
    const char *cached, *cached_groups;  /* what is known of it while it is away; NULL: nothing */
};

enum fake_call {
    FAKE_OPEN_PASSWD,
    FAKE_READ_PASSWD,
    FAKE_OPEN_GROUP,
    FAKE_READ_GROUP,
    FAKE_GETPWNAM,
    FAKE_GETGRNAM,
    FAKE_GETGROUPLIST, /* succeeds with the primary group alone, and leaves errno behind */
    FAKE_CALLS,
};

/* Borrowed until the next call; everything works and nothing hangs from here on. */
void fake_services_set(const struct fake_services *services);

/* The call fails with that errno from here on. */
void fake_services_fail(enum fake_call call, int number);

/* The directory is away. `number` is what getpwnam_r and getgrnam_r fail with for what is not
 * cached; 0: they succeed and find nothing. getgrouplist succeeds. */
void fake_services_away(int number);

/* Questions that reach the directory hang from here on, or go on. The second waits until none hangs
 * any more. */
void fake_services_stall(void);
void fake_services_release(void);

/* Waits until so many hang. */
void fake_services_wait_hanging(unsigned count);

/* The most that hung at once, and the number of questions that reached the directory. */
unsigned fake_services_most(void);
unsigned fake_services_asked(void);

#endif
