/* SPDX-License-Identifier: Apache-2.0 */
/* A login as a method sees it: a scripted conversation, and a provider that notes what it is asked.
 * Time passes only where something waits. */
#ifndef CS_TESTS_SUPPORT_METHOD_SCENE_H
#define CS_TESTS_SUPPORT_METHOD_SCENE_H

#include "methods/method.h"
#include "tests/support/channel_script.h"

enum { METHOD_SCENE_FACTORS_MAX = 12 };

struct method_scene {
    struct cs_method_login login; /* first: what the method gets */
    struct cs_method_options options;
    struct cs_catalogue english;
    struct cs_phrasebook book;
    struct cs_text_variant own; /* for a text of the administrator */
    struct cs_provider provider;
    struct cs_provider_ops ops; /* remote, and asked for lists, until a test changes it */
    struct cs_script_channel script;
    struct cs_channel_ops channel_ops;
    struct cs_log log;

    /* What the world is like. The right password is "secret", the right code "123456". */
    const char *identity; /* NULL: the account has none */
    const char *missing;  /* why the provider does not know the user; NULL: it does */
    bool key;             /* a first factor is proven, whatever is answered */
    bool key_if_answered; /* ... only after an answer that is not junk */
    bool autopush;        /* things may be sent without one */
    bool quiet;           /* nothing may be sent unasked at all */
    bool flooded;         /* too much was asked for already */
    bool over;            /* a wrong code ends its challenge */
    bool lenient;         /* the provider says right of nobody, too */
    bool recovery;        /* the right code is a recovery code, and nine are left */
    struct cs_listed_factor factors[METHOD_SCENE_FACTORS_MAX];
    size_t factors_count;
    enum cs_err find_result, list_result, begin_result, verify_result, poll_result;
    const struct cs_approval_state *approvals; /* one for each poll; then pending */
    size_t approvals_count;
    const char *correlation; /* of a challenge; NULL: none */
    const char *line;        /* the same */
    int64_t verify_ms;       /* that a verification takes */

    /* What happened. One word each: ask (a prompt was shown), find:NAME, list:KIND+KIND,
     * begin:KIND=ID, verify:KIND=ANSWER, poll. */
    struct cs_buffer calls;  /* with a blank before each word */
    struct cs_buffer judged; /* a line for each attempt: NAME or nobody, countable, proven */
    struct cs_buffer lines;  /* of the log */
    struct cs_buffer message;
    unsigned seconds, polls, refusals;
    int64_t waited_until;
    struct cs_listing listing;  /* the last one */
    bool countable, proven;     /* of the last attempt */
    const char *subject, *user; /* of the last attempt; user: "" for nobody */
};

struct method_scene *method_scene_new(void);
void method_scene_free(struct method_scene *scene);

/* One more factor of the user; its id is that of the listing. */
void method_scene_add(struct method_scene *scene, enum cs_factor_kind kind, const char *id,
                      const char *name);

/* The words of `calls` so far, with a blank between each; "" when there were none. */
const char *method_scene_calls(const struct method_scene *scene);

#endif
