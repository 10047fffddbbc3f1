/* SPDX-License-Identifier: Apache-2.0 */
/* What a login would ask, send and answer, found out by running one: the code of a login, with a
 * conversation that answers by itself and a provider that judges by agreement. Nothing is sent,
 * counted, spent or written; what is in this machine's store is read. */
#ifndef CS_LOGIN_REHEARSAL_H
#define CS_LOGIN_REHEARSAL_H

#include "login/login.h"

/* What happens at the person's end, or at the provider's. */
enum cs_way {
    CS_WAY_RIGHT,          /* every answer is right, every request is approved */
    CS_WAY_WRONG_PASSWORD, /* every answer is wrong */
    CS_WAY_WRONG_CODE,     /* only the password is right */
    CS_WAY_RECOVERY,       /* a recovery code in place of every code */
    CS_WAY_REFUSED,        /* the person refuses every request */
    CS_WAY_EXPIRED,        /* nobody answers any request in time */
    CS_WAY_NO_ANSWER,      /* the person leaves at the first prompt */
    CS_WAY_AWAY,           /* the provider cannot be reached */
    CS_WAYS
};

/* "right", "wrong-password", ... */
const char *cs_way_name(enum cs_way way);

/* What a prompt asks the person to type. */
enum cs_typed {
    CS_TYPED_ENTER, /* nothing: the Enter key alone */
    CS_TYPED_CODE,
    CS_TYPED_PASSWORD,
    CS_TYPED_CODE_AND_PASSWORD, /* in one line, in that order */
    CS_TYPED_PASSWORD_AND_CODE,
    CS_TYPED_CHOICE,  /* a number of the menu */
    CS_TYPED_CONSENT, /* the word that asks for a message or request */
    CS_TYPED_KEY,     /* the line of a security key */
    CS_TYPED_PIN,     /* that the provider wants before it asks a phone */
    CS_TYPED_TICKET,  /* for enrolling at a login */
    CS_TYPEDS
};

/* "enter", "code", ... */
const char *cs_typed_name(enum cs_typed typed);

enum cs_step_kind {
    CS_STEP_ASK,  /* a prompt, and what is typed */
    CS_STEP_TELL, /* text without a prompt */
    CS_STEP_SEND, /* something goes to the person: to the number, address or device `text` */
    CS_STEP_CALL, /* something goes to a provider elsewhere */
};

struct cs_step {
    enum cs_step_kind kind;
    char *text;          /* owned */
    const char *what;    /* what is typed; the kind of factor; the call. Static */
    enum cs_typed typed; /* of CS_STEP_ASK */
    bool echo;           /* the same */
};

/* A login as it would be. Release it with cs_rehearsed_clear. */
struct cs_rehearsed {
    struct cs_step *steps;
    size_t count;
    const char *verdict, *code, *reason, *last; /* words of the audit line, static */
    bool granted;
    bool standing;    /* nobody was asked anything, so the way does not matter */
    bool has_menu;    /* one of `listed` was to be chosen */
    bool alternative; /* the first line may hold a password alone */
    bool asked;       /* a prompt came */
    bool judged_password, judged_other, polled;
    bool takes_recovery; /* instead of what was judged last */
    bool found;          /* the provider knows the user, or is assumed to */
    bool told;           /* what is listed is what the provider said, not what was assumed */
    bool remote;         /* the provider is elsewhere */
    bool names_factors;
    unsigned kinds; /* of factors that users of the provider can have */
    struct cs_listed_factors listed;
    struct cs_strlist notes; /* warnings and errors that the log would get */
    struct cs_account account;
    bool looked_up;
    char identity[CS_IDENTITY_SIZE]; /* "": none */
    char language[CS_LANGUAGE_SIZE]; /* of the texts; "": English */
};

/* What is to be rehearsed. */
struct cs_rehearsal {
    const char *config_path;
    struct cs_request *request; /* borrowed */
    enum cs_way way;
    unsigned choice; /* of the menu, from 1 on */
    bool alone;      /* where that is possible the password is typed alone */
    bool online;     /* a provider elsewhere is asked what the user has; nothing is sent */
    /* In place of that: what the user has there. */
    bool unknown; /* nobody: the provider knows no such user */
    const struct cs_listed_factor *assumed;
    size_t assumed_count;
    /* What the store of this machine has, besides factors. */
    bool no_password;
    unsigned recovery_left;
};

/* Runs it as the broker would, for root. CS_ERR_NOMEM; anything else that fails is how the login
 * ends. */
enum cs_err cs_rehearse(const struct cs_rehearsal *rehearsal, struct cs_rehearsed *ret_rehearsed,
                        struct cs_error *error) CS_MUST_USE;
void cs_rehearsed_clear(struct cs_rehearsed *rehearsed);

#endif
