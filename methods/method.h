/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A method is one way to prove identity: one file here and one row in registry.c. `run` is straight
 * code: begin, ask, judge, loop within the tries, return a verdict.
 */
#ifndef CS_METHODS_METHOD_H
#define CS_METHODS_METHOD_H

#include "base/log.h"
#include "conversation/channel.h"
#include "conversation/phrasebook.h"
#include "conversation/waiting.h"
#include "providers/provider.h"

/* How a login ends. The first is the initial value. */
enum cs_verdict {
    CS_VERDICT_DENY,
    CS_VERDICT_ALLOW,
    CS_VERDICT_EXEMPT,
    CS_VERDICT_NOT_ENROLLED,
    CS_VERDICT_MAX_TRIES,
    CS_VERDICT_UNAVAILABLE,
    CS_VERDICT_UNREACHABLE, /* the provider could not be reached at all */
    CS_VERDICT_MISCONFIGURED,
    CS_VERDICT_UNKNOWN_USER,
    CS_VERDICT_ABORTED,
    CS_VERDICTS
};

enum cs_transients {
    CS_TRANSIENTS_ALL,
    CS_TRANSIENTS_EMAIL,
    CS_TRANSIENTS_PHONE,
    CS_TRANSIENTS_BOTH, /* all, written the other way round */
};

/* Settings of plans and methods; a part of the login's options. */
struct cs_method_options {
    const char *password_separator;
    unsigned retry;             /* further codes or choices after the first */
    unsigned password_retry;    /* further passwords after the first */
    unsigned poll_timeout;      /* seconds that an approval may take */
    unsigned transient_choices; /* enum cs_transients */
    bool password_first;
    bool ask_password_on_mismatch;
    bool add_devices_to_choice;
    bool transients_in_choice;
    bool voice_in_choice;
    bool no_enrollments_in_choice;
    bool ignore_isvalidated;
    bool accept_on_missing_auth_method;
    bool otp_echo;
    bool u2f_in_choice;
    const char *u2f_socket; /* of the helper for the keys of this machine; NULL: none */
};

/* What a run is given. Nobody changes it while it lasts, and everything in it outlives the run. */
struct cs_method_given {
    const struct cs_method_options *options;
    struct cs_channel *channel;
    struct cs_provider *provider;
    const struct cs_log *log;
    struct cs_call call;
    const struct cs_phrasebook *book; /* everything that is shown is said through it */
    enum cs_wait_mode wait_mode;
    enum cs_wait_mode number_mode; /* in place of silence, where a number has to be shown */
    const char *host;              /* the name of this one */
    const char *service;           /* that asks */
    const char *address;           /* of the client, numeric, or "" */
    const char *client;            /* network of the client, for counting */
    bool here;                     /* nothing says that the person is elsewhere */
    const char *name;              /* of the account as it was typed */
    bool foreign;                  /* the peer is not root: its PAM_AUTHTOK is nobody's word */
    const char *stranger;          /* counts the tries of accounts that have no identity */
};

/* What is known of the one to whom something would be sent. */
struct cs_sending {
    bool proven;    /* a first factor is */
    bool asked_for; /* something was typed that asks for it */
    bool attended;  /* a message behind a password that was accepted in this login */
};

/* Answers that must not be told apart by how many calls it took to refuse them. */
enum cs_pace_of {
    CS_PACE_FIRST_CODE,
    CS_PACE_LATER_CODE,
    CS_PACE_FIRST_PASSWORD,
    CS_PACE_LATER_PASSWORD,
    CS_PACE_FIRST_LINE, /* password and code in one */
    CS_PACE_LATER_LINE,
    CS_PACES
};

/* What a run may call, each with the login's `context`. */
struct cs_method_calls {
    /* The identity, looked up when it is first needed and not before: a prompt that comes at once
     * tells nothing about the account. NULL: there is none. */
    enum cs_err (*identify)(void *context, const char **ret_identity, struct cs_error *error);
    /* Whether a first factor is proven without this login's own password; `answered`: an answer
     * came which was not junk. */
    bool (*proven)(void *context, bool answered);
    /* Whether something may be sent to the person. Counts it. */
    bool (*may_send)(void *context, const struct cs_sending *sending);
    /* The person refused what was sent, let it expire, or left before it was answered. */
    void (*was_refused)(void *context);
    /* Whether nobody got in with that code of the identity before, nor tries to just now: then it
     * is this login's until it is settled. */
    enum cs_err (*claim_code)(void *context, const struct cs_secret *code, bool *ret_claimed,
                              struct cs_error *error);
    void (*settle_code)(void *context, const struct cs_secret *code, bool accepted);
    /* How long an answer of that sort takes to judge, this one of `elapsed` milliseconds included.
     */
    int64_t (*pace)(void *context, enum cs_pace_of of, int64_t elapsed);
    /* Waits until no other login of this identity has a request open at the provider, and keeps
     * the others waiting until give_turn. CS_ERR_TIMEOUT, CS_ERR_HANGUP: there is no turn. */
    enum cs_err (*take_turn)(void *context, struct cs_error *error);
    void (*give_turn)(void *context);
};

/* What the steps (steps.h) remember for each other. */
struct cs_method_state {
    struct cs_provider_user user;
    struct cs_listed_factors factors;
    unsigned listed;        /* CS_KIND() of what `factors` was asked for */
    bool sought;            /* `user` was looked for */
    bool answered;          /* an answer came that is not junk */
    bool doomed;            /* junk came: sshd refuses the account */
    bool password_accepted; /* in this login */
    bool sent;              /* something was sent to the person, or may have been */
    bool consented;         /* the person typed what asks for a delivery */
    int64_t line_started;   /* when a line of several parts came, while it is judged; else 0 */
    bool was_odd;           /* the last answer that was judged had a form that nothing has */
    bool repeated;          /* that answer came again: the login is over */
    struct cs_secret odd;   /* the last answer that could be nothing of ours */
    struct cs_secret typed; /* a code that was typed into the menu */
};

struct cs_method_result {
    struct cs_secret authtok; /* the password, for the modules that follow */
    const char *reason;       /* one word for the audit line */
    const char *last;         /* the same for the last answer that was judged, or NULL */
    unsigned answers;         /* how many were given */
};

/* What a method works on; made by the login. */
struct cs_method_login {
    const struct cs_method_given *given;
    const struct cs_method_calls *calls;
    void *context;
    struct cs_method_state state;
    struct cs_method_result result;
};

/* Releases what the run left behind. */
void cs_method_login_clear(struct cs_method_login *login);

struct cs_method {
    const char *name;
    enum cs_factor_kind kind;  /* the factor that it is about */
    enum cs_text menu;         /* its line in a menu ... */
    enum cs_text menu_checked; /* ... for a device that makes sure who approves */
    enum cs_text consent;      /* asks before something is sent */
    enum cs_text sent;         /* says that it was */
    const char *name_shown;    /* %N of a factor that has no name; NULL: "" */
    bool is_address;           /* the factor's name is a number or an address */
    bool takes_code;           /* its code may be typed into a menu */
    bool looks_up;             /* its first prompt depends on the user */
    /* `factor` is one of login->state.factors, or NULL where the plan asks before anything is
     * looked up.
     */
    enum cs_verdict (*run)(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor);
};

/* The method for a kind of factor; NULL when that is asked for in another way. */
const struct cs_method *cs_method_of(enum cs_factor_kind kind);

/* What a factor is called where it is shown. */
const char *cs_name_of(const struct cs_listed_factor *factor);

extern const struct cs_method cs_method_totp, cs_method_device, cs_method_smsotp,
    cs_method_emailotp, cs_method_voiceotp, cs_method_transsmsotp, cs_method_transemailotp,
    cs_method_u2f;

#endif
