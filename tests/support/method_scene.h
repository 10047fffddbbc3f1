/* SPDX-License-Identifier: Apache-2.0 */
/* A login as a method sees it: a scripted conversation, and a provider that records what it is
 * asked. Time passes only while something waits. */
#ifndef CS_TESTS_SUPPORT_METHOD_SCENE_H
#define CS_TESTS_SUPPORT_METHOD_SCENE_H

#include "methods/method.h"
#include "tests/support/channel_script.h"

enum { METHOD_SCENE_FACTORS_MAX = 12 };

/* The settings of the scene's provider, in a shape of its own. */
struct method_scene_settings {
    const char *right_code;
    bool approves_elsewhere; /* what an empty answer means where that is taken */
    bool lenient;            /* accepts answers that come from nobody, too */
};

struct method_scene {
    struct cs_method_login login; /* what the method gets */
    struct cs_method_given given;
    struct cs_method_options options;
    struct cs_catalogue english;
    struct cs_phrasebook book;
    struct cs_text_variant own; /* for an administrator's text */
    struct cs_provider provider;
    struct cs_provider_ops ops; /* remote, able to list, and with the slots that methods cannot do
                                   without, unless a test changes it */
    struct cs_script_channel script;
    struct cs_channel_ops channel_ops;
    struct cs_log log;

    /* The situation. The right password is "secret"; the right code says the login's settings,
     * "123456" unless a test changes it. */
    struct method_scene_settings settings;
    const char *identity;   /* NULL: the account has none */
    char claimed[256];      /* what the user says that it is; "": nothing */
    enum cs_reason missing; /* why the provider does not know the user; NONE: it does */
    bool key;               /* a first factor is proven, whatever the answers */
    bool key_if_answered;   /* ... only after an answer that is not junk */
    bool key_if_known;      /* ... or once the account was looked up */
    bool known;             /* that it was */
    bool withheld;          /* a factor is there that may not be used */
    bool autopush;          /* codes may be sent without one */
    bool slow;              /* refusals take as long as the longest before */
    bool quiet;             /* a request was refused a moment ago */
    bool flooded;           /* too much was requested already */
    bool over;              /* a wrong code ends its challenge */
    unsigned days;          /* on which a user without a factor is still let in */
    int64_t shown_time;     /* what the provider knows of the time, with every slot */
    enum cs_err shown_result;
    int64_t asked_time; /* the time at which `days` was last asked for; 0: never */
    bool recovery;      /* the right code is a recovery code, of which nine are left */
    struct cs_listed_factor factors[METHOD_SCENE_FACTORS_MAX];
    size_t factors_count;
    unsigned kinds; /* that the provider can have; all */
    struct cs_standing standing;
    bool look_ups_answered; /* although judging finds the server unreachable */
    bool away;              /* judging did, and they are not */
    enum cs_err find_result, list_result, begin_result, judge_result, poll_result, cancel_result,
        account_result, turn_result, claim_result;
    unsigned rests_ms;          /* what a challenge says */
    enum cs_reason over_before; /* the same */
    unsigned rest_ms;           /* of the last turn that was given back */
    const char *accepted;       /* a code that somebody got in with; NULL: none */
    unsigned outages;           /* so many polls fail with poll_result, then none; 0: all */
    unsigned failed_polls;      /* counts them */
    const struct cs_approval_state *approvals; /* one for each poll; then pending */
    size_t approvals_count;
    const char *correlation; /* of a challenge; NULL: none */
    const char *line;        /* what the person's side needs; the same */
    const char *origin;      /* what a key of this machine signs for; the same */
    unsigned keys;           /* of which each request names one, if rounds are allowed */
    bool verifies;           /* what a challenge says */
    const char *url, *code;  /* the same */
    const char *scan;        /* the same */
    bool compares;           /* the correlation is a word that the device shows, too */
    bool unsent;             /* nothing can have reached the user */
    const char *user_code;   /* that requests need; NULL: none */
    unsigned poll_ms;        /* the same; 0: none */
    unsigned slow_down_ms;   /* the same, from the first poll on; 0: as before */
    int64_t judge_ms;        /* that judging takes */

    /* What happened. One word each: ask (a prompt was shown), find:NAME, list:KIND+KIND,
     * begin:KIND=ID, judge:KIND=ANSWER, poll (the first of a row), cancel:KIND=ID, account:ID,
     * language:NAME, take-turn, give-turn. */
    struct cs_buffer calls;  /* with a blank before each word */
    struct cs_buffer judged; /* one line per attempt: NAME or nobody, countable, proven */
    struct cs_buffer lines;  /* of the log */
    struct cs_buffer message;
    struct cs_buffer user_codes; /* that requests carried: one line each, "-" for none */
    size_t room, more_room;      /* of the last request */
    unsigned seconds, polls, refusals;
    int64_t longest; /* that judging took */
    enum cs_pace_of paced;
    unsigned claims, kept;      /* codes that are being judged; that were accepted */
    unsigned held;              /* challenges that were not released yet */
    int64_t polled;             /* when the last poll was */
    int64_t least_gap;          /* the shortest time between two polls; 0: there were none */
    struct cs_call cancel_call; /* the last one's */
    int64_t waited_until;
    struct cs_listing listing;  /* the last one */
    bool countable, proven;     /* of the last attempt */
    const char *subject, *user; /* of the last attempt; user: "" for nobody */
};

/* Those of a provider that leaves out what it may leave out, but begin and poll. */
extern const struct cs_provider_ops method_scene_ops;

struct method_scene *method_scene_new(void);
void method_scene_free(struct method_scene *scene);

/* Gives the provider the slots that it may leave out, too. */
void method_scene_use_every_slot(struct method_scene *scene);

/* One more factor of the user; its id is that of the listing. */
void method_scene_add(struct method_scene *scene, enum cs_factor_kind kind, const char *id,
                      const char *name);

/* The words in `calls` so far, separated by blanks; "" if there were none. */
const char *method_scene_calls(const struct method_scene *scene);

#endif
