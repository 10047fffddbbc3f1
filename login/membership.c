/* SPDX-License-Identifier: Apache-2.0 */
#include "login/membership.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "login/group_list.h"

enum {
    LOCAL_MS = 500,  /* how long a local account waits for what a directory may add */
    STUCK_MS = 1000, /* a directory that has been silent for this long is not waited for */
};

/* What is known about one group. */
struct fact {
    enum cs_named named;
    struct cs_group group;
};

/* What the name services say: the data of an errand. */
struct answer {
    struct cs_account account;
    struct cs_strlist names;
    struct fact *facts; /* one for each name */
    enum cs_named gids_named;
    struct cs_gids gids; /* the account's groups */
    bool answered;       /* they include one beyond the primary group and those of /etc/group */
};

/* ---- what the name services say ---- */

static void free_answer(void *data)
{
    struct answer *answer = data;

    cs_strlist_free(&answer->names);
    cs_gids_free(&answer->gids);
    free(answer->facts);
    free(answer);
}

/* Whether the groups show that a directory answered: the files answer whether it does or not. */
static bool shows_an_answer(const struct answer *answer)
{
    struct cs_gids local = {0};
    bool shown = false;

    if (cs_names_local_gids(answer->account.name, &local, NULL) == CS_NAMED_FOUND) {
        for (size_t i = 0; i < answer->gids.count && !shown; i++)
            shown = answer->gids.items[i] != answer->account.gid &&
                    !cs_gids_have(&local, answer->gids.items[i]);
    }
    cs_gids_free(&local);
    return shown;
}

static void ask(void *data)
{
    struct answer *answer = data;

    answer->gids_named = cs_names_gids(&answer->account, &answer->gids, NULL);
    if (answer->gids_named != CS_NAMED_FOUND)
        return;
    answer->answered = shows_an_answer(answer);
    for (size_t i = 0; i < answer->names.count; i++)
        answer->facts[i].named = cs_names_group(answer->names.items[i], answer->account.name,
                                                &answer->facts[i].group, NULL);
}

static const struct cs_errand_kind asking = {ask, free_answer};

static struct answer *new_answer(const struct cs_account *account, const struct cs_strlist *names)
{
    struct answer *answer = calloc(1, sizeof *answer);
    bool copied;

    if (answer == NULL)
        return NULL;
    answer->account = *account;
    answer->facts = calloc(names->count, sizeof *answer->facts);
    copied = answer->facts != NULL;
    for (size_t i = 0; i < names->count && copied; i++)
        copied = cs_strlist_add(&answer->names, names->items[i], strlen(names->items[i])) == CS_OK;
    if (copied)
        return answer;
    free_answer(answer);
    return NULL;
}

/* The errand with the answer, or NULL if none came in time. */
static struct cs_errand *ask_services(struct cs_directory *directory,
                                      const struct cs_account *account,
                                      const struct cs_strlist *names,
                                      const struct cs_patience *patience)
{
    struct cs_errands *errands = cs_directory_errands(directory);
    int64_t soon = cs_clock_ms() + LOCAL_MS;
    int64_t until = account->local && soon < patience->until ? soon : patience->until;
    struct cs_errand *errand = NULL;
    struct answer *answer;

    if (account->local && cs_errands_stuck(errands, STUCK_MS))
        return NULL;
    answer = new_answer(account, names);
    if (answer == NULL || cs_errand_start(errands, &asking, answer, &errand, NULL) != CS_OK)
        return NULL;
    if (cs_errand_wait(errand, patience->cancel_fd, until) != CS_WAITED_EVENT)
        cs_errand_release(&errand);
    return errand;
}

/* ---- what it means ---- */

static bool is_local_member(const struct cs_account *account, const struct fact *local)
{
    return account->local && local->named == CS_NAMED_FOUND &&
           (local->group.lists || local->group.gid == account->gid);
}

/* If there is no answer, `answer` and `told` are NULL. */
static enum cs_membership judge(const struct cs_account *account, const struct fact *local,
                                const struct answer *answer, const struct fact *told)
{
    bool files_know = account->local && local->named == CS_NAMED_FOUND;

    if (is_local_member(account, local))
        return CS_MEMBERSHIP_MEMBER;
    if (answer == NULL)
        return files_know ? CS_MEMBERSHIP_NONE : CS_MEMBERSHIP_UNRESOLVED;
    if (answer->gids_named != CS_NAMED_FOUND || told->named != CS_NAMED_FOUND)
        return CS_MEMBERSHIP_UNRESOLVED;
    if (cs_gids_have(&answer->gids, told->group.gid))
        return CS_MEMBERSHIP_MEMBER;
    if (told->group.lists)
        return CS_MEMBERSHIP_LISTED;
    /* A list in /etc/group does not show what a directory would add to it. */
    if (files_know || answer->answered || (local->named == CS_NAMED_ABSENT && told->group.peopled))
        return CS_MEMBERSHIP_NONE;
    return CS_MEMBERSHIP_UNRESOLVED;
}

/* What the files say about each group. A long group may stand in several lines, of one name or of
 * several with one gid: each of them counts, as it does for getgrouplist. */
static struct fact *ask_files(const struct cs_account *account, const struct cs_strlist *names)
{
    CS_AUTO(cs_gids_free) struct cs_gids gids = {0};
    bool known = cs_names_local_gids(account->name, &gids, NULL) == CS_NAMED_FOUND;
    struct fact *facts = calloc(names->count, sizeof *facts);

    for (size_t i = 0; i < names->count && facts != NULL; i++) {
        struct cs_group *group = &facts[i].group;
        enum cs_named named = cs_names_local_group(names->items[i], account->name, group, NULL);

        facts[i].named = known ? named : CS_NAMED_UNRESOLVED;
        group->lists = group->lists || cs_gids_have(&gids, group->gid);
    }
    return facts;
}

/* The names from `first` up to `end`. */
static enum cs_membership best(const struct cs_account *account, const struct fact *local,
                               const struct answer *answer, size_t first, size_t end)
{
    enum cs_membership found = CS_MEMBERSHIP_NONE;

    for (size_t i = first; i < end; i++) {
        enum cs_membership one =
            judge(account, &local[i], answer, answer ? &answer->facts[i] : NULL);

        found = one > found ? one : found;
    }
    return found;
}

/* The first of the names from `first` up to `end` that no source has. */
static void find_absent(const struct fact *local, const struct answer *answer, size_t first,
                        size_t end, char ret_name[CS_GROUP_SHOWN_SIZE])
{
    if (answer->gids_named != CS_NAMED_FOUND)
        return; /* the groups were not asked for */
    for (size_t i = first; i < end && ret_name[0] == '\0'; i++) {
        if (local[i].named == CS_NAMED_ABSENT && answer->facts[i].named == CS_NAMED_ABSENT)
            (void)snprintf(ret_name, CS_GROUP_SHOWN_SIZE, "%s", answer->names.items[i]);
    }
}

/* The names in both lists, and how many are from the first. */
static bool read_lists(const struct cs_policy_groups *groups, struct cs_strlist *names,
                       size_t *ret_exempt)
{
    if (groups->exempt != NULL && cs_group_list_read(groups->exempt, names, NULL) != CS_OK)
        return false;
    *ret_exempt = names->count;
    return groups->asked == NULL || cs_group_list_read(groups->asked, names, NULL) == CS_OK;
}

struct cs_memberships cs_memberships_find(struct cs_directory *directory,
                                          const struct cs_account *account,
                                          const struct cs_policy_groups *groups,
                                          const struct cs_patience *patience)
{
    struct cs_memberships found = {
        .exempt = groups->exempt ? CS_MEMBERSHIP_UNRESOLVED : CS_MEMBERSHIP_NONE,
        .asked = groups->asked ? CS_MEMBERSHIP_UNRESOLVED : CS_MEMBERSHIP_NONE};
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};
    CS_AUTO(cs_errand_release) struct cs_errand *errand = NULL;
    struct fact *local = NULL;
    size_t exempt = 0;

    if (!read_lists(groups, &names, &exempt) || names.count == 0)
        return found;
    local = ask_files(account, &names);
    if (local == NULL)
        return found;
    found.exempt = best(account, local, NULL, 0, exempt);
    found.asked = best(account, local, NULL, exempt, names.count);
    if (found.exempt != CS_MEMBERSHIP_MEMBER && (exempt > 0 || found.asked != CS_MEMBERSHIP_MEMBER))
        errand = ask_services(directory, account, &names, patience);
    if (errand != NULL) {
        found.exempt = best(account, local, cs_errand_data(errand), 0, exempt);
        found.asked = best(account, local, cs_errand_data(errand), exempt, names.count);
        find_absent(local, cs_errand_data(errand), 0, exempt, found.no_exempt);
        find_absent(local, cs_errand_data(errand), exempt, names.count, found.no_asked);
    }
    free(local);
    return found;
}
