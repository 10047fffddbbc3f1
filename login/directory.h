/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts, and their groups, for logins. What stands in this machine's files is found there, at
 * once. Everything else is asked of the name services by threads of their own (login/errand.h), so
 * that a directory that hangs holds nobody for longer than he is prepared to wait, and local
 * accounts not at all.
 */
#ifndef CS_LOGIN_DIRECTORY_H
#define CS_LOGIN_DIRECTORY_H

#include "base/names.h"
#include "login/errand.h"

struct cs_directory;

struct cs_directory *cs_directory_new(void) CS_MUST_USE;
void cs_directory_free(struct cs_directory **directory);

/* How long somebody waits: until then (cs_clock_ms), or until the other end of the descriptor (-1:
 * none) is gone. */
struct cs_patience {
    int64_t until;
    int cancel_fd;
};

/* The search for one account. */
struct cs_search;

/* Begins it: it goes on by itself. `user` is copied. */
enum cs_err cs_directory_search(struct cs_directory *directory, const char *user,
                                struct cs_search **ret_search, struct cs_error *error) CS_MUST_USE;

/*
 * Waits for the result. CS_OK: the account, which is known or not. CS_ERR_TIMEOUT: not yet; it can
 * be waited for again. CS_ERR_UNRESOLVED: the name services did not say. CS_ERR_HANGUP.
 */
enum cs_err cs_search_wait(struct cs_search *search, const struct cs_patience *patience,
                           struct cs_account *ret_account, struct cs_error *error) CS_MUST_USE;

/* Accepts NULL and sets the pointer to NULL. */
void cs_search_release(struct cs_search **search);

/* The threads that ask the name services, for other questions. */
struct cs_errands *cs_directory_errands(struct cs_directory *directory);

#endif
