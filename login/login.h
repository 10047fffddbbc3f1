/* SPDX-License-Identifier: Apache-2.0 */
/* One login, from the request to the verdict. */
#ifndef CS_LOGIN_LOGIN_H
#define CS_LOGIN_LOGIN_H

#include "conversation/channel.h"
#include "login/account.h"
#include "login/client.h"
#include "login/directory.h"
#include "login/engine.h"
#include "methods/plan.h"
#include "wire/messages.h"

/* The peer of the connection, as reported by the kernel. */
struct cs_peer {
    uid_t uid;
    bool service_account; /* not root, but may ask for others */
    bool self_only;       /* may ask for nothing but `countersign self` */
    pid_t pid;            /* who connected; 0: not known */
};

struct cs_login {
    struct cs_engine *engine;
    struct cs_request *request;
    struct cs_peer peer;
    struct cs_log log; /* the engine's, with the login's own debug setting */
    struct cs_config *config;
    struct cs_options options;
    const struct cs_plan *plan; /* NULL: the login is misconfigured */
    bool here;                  /* nothing suggests that the user is elsewhere */
    struct cs_search *search;   /* for the account; NULL: not started */
    bool looked_up;
    struct cs_account account; /* all zero until then */
    char identity[256];        /* the mapping's: requests to a phone are counted for it */
    struct cs_uid uid;         /* the account's, if the identity is its own name */
    char claimed[256];         /* what the user says instead, of the same account; "": nothing */
    struct cs_phrasebook book;
    struct cs_listener listener;     /* to the book; empty: nobody */
    char address[CS_CLIENT_SIZE];    /* numeric, or "" */
    char client[CS_CLIENT_SIZE];     /* for counting, never "" */
    char stranger[CS_STRANGER_SIZE]; /* for counting tries at an account without an identity */
    enum cs_reason reason, last;
    unsigned answers;   /* prompts answered */
    bool self_recorded; /* what `countersign self` did has its record */
    struct cs_tally tally;
    unsigned days_left;             /* of enrol_by, which let the user in; else 0 */
    bool enrol_by_over;             /* the date has passed, whatever the clock says */
    int64_t clock_off;              /* of a code that was off, in seconds; else 0 */
    bool proven;                    /* a first factor is proven; valid once the plan has run */
    bool sent;                      /* something was sent to the user, or may have been */
    bool refused;                   /* an answer was judged and was not right */
    struct cs_secret authtok;       /* for the modules that follow */
    char *record;                   /* the provider's record of the user as JSON, or NULL */
    int64_t started;                /* cs_clock_ms */
    struct cs_running_place *place; /* what a kill leaves of this login; NULL: nothing */
    int cancel_fd;                  /* its closing ends every wait; -1: none */
};

/* Prepares a login: removes from `request`, which is borrowed, what a peer that is not root may not
 * say, and resolves the options. Problems are logged and make cs_login_run end at once; the time
 * limit is in `login->options` in any case. */
void cs_login_prepare(struct cs_login *login, struct cs_engine *engine, struct cs_request *request,
                      const struct cs_peer *peer);

/* Whether sshd's list of finished methods names a key. */
bool cs_login_has_key(const struct cs_login *login);

/* How long it may last, from its request on. */
uint32_t cs_login_lasts_ms(const struct cs_login *login);

/* Whether the first prompt comes before anything is looked up. */
bool cs_login_asks_at_once(const struct cs_login *login);

/* Starts looking the account up if that is still to be done, to use the time in which the user
 * types. `login` is a struct cs_login. A failure shows when the account is needed. */
void cs_login_look_ahead(void *login);

/* Runs the login on `channel`, writes the audit line, and fills in the verdict to be sent. */
void cs_login_run(struct cs_login *login, struct cs_channel *channel,
                  struct cs_verdict_message *ret_verdict);

void cs_login_clear(struct cs_login *login);

#endif
