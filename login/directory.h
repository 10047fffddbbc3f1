/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts and their groups. Those in this machine's files are found there, at once. For everything
 * else, separate threads ask the name services (login/errand.h), so that a hanging directory holds
 * no login for longer than it is prepared to wait, and local accounts not at all. */
#ifndef CS_LOGIN_DIRECTORY_H
#define CS_LOGIN_DIRECTORY_H

#include "base/names.h"
#include "login/errand.h"

struct cs_directory;

struct cs_directory *cs_directory_new(void) CS_MUST_USE;
void cs_directory_free(struct cs_directory **directory);

/* How long to wait: until then (cs_clock_ms), or until the other end of the descriptor (-1: none)
 * is gone. */
struct cs_patience {
    int64_t until;
    int cancel_fd;
};

/* A search for one account. */
struct cs_search;

/* Starts a search, which goes on by itself. `user` is copied. */
enum cs_err cs_directory_search(struct cs_directory *directory, const char *user,
                                struct cs_search **ret_search, struct cs_error *error) CS_MUST_USE;

/* The same for the account of a uid; of several names that one uid has, one. */
enum cs_err cs_directory_search_of(struct cs_directory *directory, uid_t uid,
                                   struct cs_search **ret_search,
                                   struct cs_error *error) CS_MUST_USE;

/* Waits for the result. CS_OK: the account, known or not. CS_ERR_TIMEOUT: not yet; the caller may
 * wait again. CS_ERR_UNRESOLVED: the name services did not say. CS_ERR_HANGUP: the other end is
 * gone. */
enum cs_err cs_search_wait(struct cs_search *search, const struct cs_patience *patience,
                           struct cs_account *ret_account, struct cs_error *error) CS_MUST_USE;

/* Accepts NULL and sets the pointer to NULL. */
void cs_search_release(struct cs_search **search);

/* The threads that ask the name services, for use with other questions. */
struct cs_errands *cs_directory_errands(struct cs_directory *directory);

#endif
