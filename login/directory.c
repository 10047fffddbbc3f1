/* SPDX-License-Identifier: Apache-2.0 */
#include "login/directory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* For this long, an account that was found is expected to be found again. */
enum { WITNESS_MS = 60 * 60 * 1000 };

/* If another name service comes after a failing directory, the answer is "no such account", which
 * hides the failure. The witness is the last account that came from a directory: while it cannot be
 * found either, no other account is certain to be missing. */
struct cs_directory {
    struct cs_errands *errands;
    pthread_mutex_t lock; /* guards the witness */
    char witness[CS_ACCOUNT_NAME_SIZE];
    int64_t witnessed; /* cs_clock_ms */
};

struct question {
    char *user; /* NULL: the account of `uid` is asked for */
    uid_t uid;
    char witness[CS_ACCOUNT_NAME_SIZE]; /* "": none */
    enum cs_named named;
    struct cs_account account;
    struct cs_error error;
};

struct cs_search {
    struct cs_directory *directory;
    struct cs_account account; /* set if no errand was needed */
    struct cs_errand *errand;
};

struct cs_directory *cs_directory_new(void)
{
    struct cs_directory *directory = calloc(1, sizeof *directory);

    if (directory == NULL)
        return NULL;
    pthread_mutex_init(&directory->lock, NULL);
    directory->errands = cs_errands_new();
    if (directory->errands == NULL)
        cs_directory_free(&directory);
    return directory;
}

void cs_directory_free(struct cs_directory **directory)
{
    if (*directory == NULL)
        return;
    cs_errands_free(&(*directory)->errands);
    pthread_mutex_destroy(&(*directory)->lock);
    free(*directory);
    *directory = NULL;
}

struct cs_errands *cs_directory_errands(struct cs_directory *directory)
{
    return directory->errands;
}

/* ---- the witness ---- */

static void call_witness(struct cs_directory *directory, char ret_name[CS_ACCOUNT_NAME_SIZE])
{
    pthread_mutex_lock(&directory->lock);
    if (cs_clock_ms() - directory->witnessed < WITNESS_MS)
        memcpy(ret_name, directory->witness, CS_ACCOUNT_NAME_SIZE);
    pthread_mutex_unlock(&directory->lock);
}

static void be_witness(struct cs_directory *directory, const struct cs_account *account)
{
    pthread_mutex_lock(&directory->lock);
    memcpy(directory->witness, account->name, CS_ACCOUNT_NAME_SIZE);
    directory->witnessed = cs_clock_ms();
    pthread_mutex_unlock(&directory->lock);
}

/* ---- the errand ---- */

static void free_question(void *data)
{
    struct question *question = data;

    free(question->user);
    free(question);
}

/* A directory may call an account like another one in /etc/passwd, and what is stored under the
 * name is that one's. */
static enum cs_named check_name(struct question *question)
{
    const struct cs_account *account = &question->account;
    struct cs_account other;
    enum cs_named named = cs_names_local_account(account->name, &other, &question->error);

    if (named == CS_NAMED_UNRESOLVED)
        return named;
    if (named == CS_NAMED_ABSENT || other.uid == account->uid)
        return CS_NAMED_FOUND;
    (void)cs_fail(
        &question->error, CS_ERR_UNRESOLVED,
        "the account '%s' is called '%s', like another account in /etc/passwd; rename one",
        question->user ? question->user : "of that uid", account->name);
    return CS_NAMED_UNRESOLVED;
}

static void ask(void *data)
{
    struct question *question = data;
    struct cs_account other;

    question->named =
        question->user ? cs_names_account(question->user, &question->account, &question->error)
                       : cs_names_account_of(question->uid, &question->account, &question->error);
    if (question->named == CS_NAMED_FOUND)
        question->named = check_name(question);
    if (question->named != CS_NAMED_ABSENT || question->witness[0] == '\0' ||
        cs_names_account(question->witness, &other, &question->error) == CS_NAMED_FOUND)
        return;
    question->named = CS_NAMED_UNRESOLVED;
    (void)cs_fail(
        &question->error, CS_ERR_UNRESOLVED,
        "a directory does not answer: it no longer knows '%s', whom it knew within the hour",
        question->witness);
}

static const struct cs_errand_kind asking = {ask, free_question};

static enum cs_err start(struct cs_search *search, const char *user, uid_t uid,
                         struct cs_error *error)
{
    struct question *question = calloc(1, sizeof *question);

    if (question == NULL)
        return cs_fail_nomem(error);
    call_witness(search->directory, question->witness);
    question->uid = uid;
    question->user = user ? strdup(user) : NULL;
    if (user != NULL && question->user == NULL) {
        free_question(question);
        return cs_fail_nomem(error);
    }
    return cs_errand_start(search->directory->errands, &asking, question, &search->errand, error);
}

/* ---- for logins ---- */

static enum cs_err begin(struct cs_directory *directory, const char *user, uid_t uid,
                         struct cs_search **ret_search, struct cs_error *error)
{
    struct cs_search *search = calloc(1, sizeof *search);
    enum cs_err result = CS_OK;
    enum cs_named named;

    if (search == NULL)
        return cs_fail_nomem(error);
    search->directory = directory;
    named = user ? cs_names_local_account(user, &search->account, error)
                 : cs_names_local_account_of(uid, &search->account, error);
    if (named == CS_NAMED_UNRESOLVED)
        result = CS_ERR_UNRESOLVED;
    else if (named == CS_NAMED_ABSENT)
        result = start(search, user, uid, error);
    if (result == CS_OK)
        *ret_search = search;
    else
        cs_search_release(&search);
    return result;
}

enum cs_err cs_directory_search(struct cs_directory *directory, const char *user,
                                struct cs_search **ret_search, struct cs_error *error)
{
    return begin(directory, user, (uid_t)-1, ret_search, error);
}

enum cs_err cs_directory_search_of(struct cs_directory *directory, uid_t uid,
                                   struct cs_search **ret_search, struct cs_error *error)
{
    return begin(directory, NULL, uid, ret_search, error);
}

enum cs_err cs_search_wait(struct cs_search *search, const struct cs_patience *patience,
                           struct cs_account *ret_account, struct cs_error *error)
{
    const struct question *question;

    *ret_account = search->account;
    if (search->errand == NULL)
        return CS_OK;
    switch (cs_errand_wait(search->errand, patience->cancel_fd, patience->until)) {
    case CS_WAITED_HANGUP:
        return cs_fail(error, CS_ERR_HANGUP, "the other end closed the connection");
    case CS_WAITED_TIME:
        return cs_fail(error, CS_ERR_TIMEOUT,
                       "the account cannot be looked up: the name services did not answer in time");
    case CS_WAITED_EVENT:
        break;
    }
    question = cs_errand_data(search->errand);
    if (question->named == CS_NAMED_UNRESOLVED) {
        if (error != NULL)
            *error = question->error;
        return CS_ERR_UNRESOLVED;
    }
    *ret_account = question->account;
    if (question->named == CS_NAMED_FOUND)
        be_witness(search->directory, ret_account);
    return CS_OK;
}

void cs_search_release(struct cs_search **search)
{
    if (*search == NULL)
        return;
    cs_errand_release(&(*search)->errand);
    free(*search);
    *search = NULL;
}
