/* SPDX-License-Identifier: Apache-2.0 */
#include "login/people.h"

#include <stdlib.h>
#include <string.h>

#include "base/people.h"

/* The data of an errand. */
struct question {
    char *group;
    struct cs_strlist people;
    enum cs_named named;
    struct cs_error error;
};

static void ask(void *data)
{
    struct question *question = data;

    question->named = cs_people_of_group(question->group, &question->people, &question->error);
}

static void free_question(void *data)
{
    struct question *question = data;

    cs_strlist_free(&question->people);
    free(question->group);
    free(question);
}

static const struct cs_errand_kind asking = {ask, free_question};

static enum cs_err take_over(struct question *question, struct cs_strlist *people,
                             struct cs_error *error)
{
    enum cs_err result = CS_OK;

    if (question->named == CS_NAMED_ABSENT)
        return cs_fail(error, CS_ERR_NOT_FOUND, "there is no group '%s'", question->group);
    if (question->named == CS_NAMED_UNRESOLVED)
        return cs_fail(error, CS_ERR_UNRESOLVED, "%s", question->error.text);
    for (size_t i = 0; i < question->people.count && result == CS_OK; i++)
        result =
            cs_strlist_add(people, question->people.items[i], strlen(question->people.items[i]));
    return result == CS_OK ? CS_OK : cs_fail_nomem(error);
}

enum cs_err cs_people_find(struct cs_directory *directory, const char *group,
                           const struct cs_patience *patience, struct cs_strlist *people,
                           struct cs_error *error)
{
    CS_AUTO(cs_errand_release) struct cs_errand *errand = NULL;
    struct question *question = calloc(1, sizeof *question);
    enum cs_err result;

    if (question == NULL || (question->group = strdup(group)) == NULL) {
        free(question);
        return cs_fail_nomem(error);
    }
    result = cs_errand_start(cs_directory_errands(directory), &asking, question, &errand, error);
    if (result != CS_OK)
        return result;
    if (cs_errand_wait(errand, patience->cancel_fd, patience->until) != CS_WAITED_EVENT)
        return cs_fail(error, CS_ERR_UNRESOLVED,
                       "the name services did not say in time who is in the group '%s'", group);
    return take_over(cs_errand_data(errand), people, error);
}
