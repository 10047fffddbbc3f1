/* SPDX-License-Identifier: Apache-2.0 */
/* What pam-driver was asked to do. */
#ifndef CS_TESTS_SUPPORT_PAM_DRIVER_OPTIONS_H
#define CS_TESTS_SUPPORT_PAM_DRIVER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    DRIVER_EXIT_USAGE = 120, /* above every PAM code */
    DRIVER_MAX_USERS = 128,
    DRIVER_MAX_TEXTS = 64,
};

struct driver_answers {
    const char *items[DRIVER_MAX_TEXTS];
    size_t count;
};

struct driver_user {
    const char *name;
    struct driver_answers answers;
};

struct driver_options {
    const char *confdir;
    const char *service;
    const char *rhost;
    const char *tty;
    const char *ruser;
    const char *account_user; /* PAM_USER from then on; or NULL */
    const char *children;     /* how to treat SIGCHLD: "default", "ignore" or "handler"; or NULL */
    const char *env[DRIVER_MAX_TEXTS];
    size_t env_count;
    struct driver_answers common; /* those before the first --user */
    struct driver_user users[DRIVER_MAX_USERS];
    size_t user_count;
    unsigned threads; /* 0: the main thread only */
    unsigned repeat;
    bool silent;
    bool setcred;
    bool account; /* call pam_acct_mgmt after a success */
    bool no_auth; /* call no pam_authenticate */
    bool null_answer;
    bool interactive;
    bool close_std;
};

extern const char driver_usage[];

/* False if the arguments make no sense; --help prints and exits. Texts are borrowed from argv. */
bool driver_parse(int argc, char **argv, struct driver_options *options);

#endif
