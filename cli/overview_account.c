/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/overview_account.h"

#include "base/clock.h"

enum { FIND_MS = 5000, FAILURES_MAX = 3 };

const char *cs_overview_state_word(enum cs_overview_state state)
{
    static const char *const words[] = {[CS_ACCOUNT_UNASKED] = "unasked",
                                        [CS_ACCOUNT_FOUND] = "yes",
                                        [CS_ACCOUNT_ABSENT] = "no",
                                        [CS_ACCOUNT_UNRESOLVED] = "unresolved"};

    return words[state];
}

enum cs_err cs_overview_accounts_open(struct cs_overview_accounts *accounts, struct cs_error *error)
{
    if (accounts->unasked)
        return CS_OK;
    if (cs_names_local_accounts(&accounts->local, error) != CS_NAMED_FOUND)
        return CS_ERR_UNRESOLVED;
    accounts->directory = cs_directory_new();
    return accounts->directory != NULL ? CS_OK : cs_fail_nomem(error);
}

void cs_overview_accounts_clear(struct cs_overview_accounts *accounts)
{
    cs_strlist_free(&accounts->local);
    cs_directory_free(&accounts->directory);
}

static enum cs_err ask(const struct cs_overview_accounts *accounts, const char *name,
                       struct cs_account *ret_account, struct cs_error *error)
{
    const struct cs_patience patience = {cs_clock_ms() + FIND_MS, -1};
    CS_AUTO(cs_search_release) struct cs_search *search = NULL;
    enum cs_err result = cs_directory_search(accounts->directory, name, &search, error);

    if (result == CS_OK)
        result = cs_search_wait(search, &patience, ret_account, error);
    return result == CS_ERR_TIMEOUT ? cs_fail(error, CS_ERR_UNRESOLVED,
                                              "the account '%s' cannot be looked up: the name "
                                              "services did not answer within %d s",
                                              name, FIND_MS / 1000)
                                    : result;
}

static enum cs_overview_state note_failure(struct cs_overview_accounts *accounts,
                                           const struct cs_error *why)
{
    if (accounts->unresolved++ == 0)
        accounts->why = *why;
    return CS_ACCOUNT_UNRESOLVED;
}

enum cs_overview_state cs_overview_account(struct cs_overview_accounts *accounts, const char *name,
                                           struct cs_uid *ret_uid)
{
    struct cs_account found = {0};
    struct cs_error error = {0};

    *ret_uid = (struct cs_uid){0};
    if (accounts->unasked)
        return CS_ACCOUNT_UNASKED;
    *ret_uid = cs_names_listed_uid(&accounts->local, name);
    if (ret_uid->known)
        return CS_ACCOUNT_FOUND;
    if (cs_user_name_check(name, NULL) != CS_OK)
        return CS_ACCOUNT_ABSENT; /* no account can be called that */
    if (accounts->most > 0 && accounts->asked == accounts->most)
        return CS_ACCOUNT_UNASKED;
    if (accounts->failures == FAILURES_MAX)
        return note_failure(accounts, &accounts->why);
    accounts->asked++;
    if (ask(accounts, name, &found, &error) != CS_OK) {
        accounts->failures++;
        return note_failure(accounts, &error);
    }
    accounts->failures = 0;
    if (!found.known)
        return CS_ACCOUNT_ABSENT;
    *ret_uid = (struct cs_uid){.known = true, .value = found.uid};
    return CS_ACCOUNT_FOUND;
}
