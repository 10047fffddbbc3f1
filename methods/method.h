/* SPDX-License-Identifier: Apache-2.0 */
/* A method is one way to prove identity: one file here and one row in registry.c. `run` is
 * straight-line code: begin, ask, judge, repeat until the tries run out, return a verdict. */
#ifndef CS_METHODS_METHOD_H
#define CS_METHODS_METHOD_H

#include "base/log.h"
#include "conversation/channel.h"
#include "conversation/phrasebook.h"
#include "conversation/repeats.h"
#include "conversation/waiting.h"
#include "methods/tally.h"
#include "providers/provider.h"

/* How a login ends. The first is the initial value. */
enum cs_verdict {
    CS_VERDICT_DENY,
    CS_VERDICT_ALLOW,
    CS_VERDICT_EXEMPT,
    CS_VERDICT_NOT_ENROLLED,
    CS_VERDICT_ENROL_BY, /* not enrolled, and let in until a date */
    CS_VERDICT_MAX_TRIES,
    CS_VERDICT_UNAVAILABLE,
    CS_VERDICT_UNREACHABLE, /* the provider cannot be reached at all */
    CS_VERDICT_MISCONFIGURED,
    CS_VERDICT_UNKNOWN_USER,
    CS_VERDICT_ABORTED,
    CS_VERDICTS
};

enum cs_transients {
    CS_TRANSIENTS_ALL,
    CS_TRANSIENTS_EMAIL,
    CS_TRANSIENTS_PHONE,
    CS_TRANSIENTS_BOTH, /* the same as ALL */
};

/* Whether a page's address is shown as a QR code as well, and for which terminals. */
enum cs_browser_qr { CS_BROWSER_QR_NO, CS_BROWSER_QR_DARK_GROUND, CS_BROWSER_QR_LIGHT_GROUND };

/* Whether users without a factor may enrol at a login. */
enum cs_self_enrol { CS_SELF_ENROL_NO, CS_SELF_ENROL_TICKET, CS_SELF_ENROL_YES };

/* What this login's user needs for that. */
enum cs_enrol_leave {
    CS_ENROL_NEVER, /* the initial value: nothing helps */
    CS_ENROL_BY_TICKET,
    CS_ENROL_FREELY,
};

/* What happened to somebody's factors, to be told to their owner. */
enum cs_change {
    CS_CHANGE_ENROLLED, /* the first one, at a login */
    CS_CHANGE_ADDED,
    CS_CHANGE_REPLACED,
    CS_CHANGE_REMOVED,
    CS_CHANGE_RECOVERY, /* new recovery codes */
    CS_CHANGES
};

/* Settings of plans and methods; a part of the login's options. */
struct cs_method_options {
    const char *password_separator;
    unsigned retry;             /* codes or choices after the first */
    unsigned password_retry;    /* passwords after the first */
    unsigned poll_timeout;      /* seconds to wait for an approval */
    unsigned transient_choices; /* enum cs_transients */
    bool password_first;
    bool ask_password_on_mismatch;
    bool add_devices_to_choice;
    bool transients_in_choice;
    bool voice_in_choice;
    bool no_enrollments_in_choice;
    bool ignore_isvalidated;
    bool accept_on_missing_auth_method;
    bool enrol_by; /* the date has not come, and nothing else rules this login out */
    bool otp_echo;
    bool one_answer; /* there is no prompt but the one */
    bool u2f_in_choice;
    bool ask_identity; /* the user says which identity it is */
    bool browser_in_choice;
    bool browser_without_first_factor;
    unsigned browser_qr;       /* enum cs_browser_qr */
    unsigned self_enrol;       /* enum cs_self_enrol */
    unsigned self_enrol_qr;    /* enum cs_browser_qr */
    unsigned u2f_prompt_bytes; /* of a prompt with a request to a key; 0: any number */
    const char *u2f_socket;    /* the helper for keys in this machine; NULL: none */
};

/* What a run is given. It does not change during the run, and everything in it outlives the run. */
struct cs_method_given {
    const struct cs_method_options *options;
    struct cs_channel *channel;
    struct cs_provider *provider;
    const struct cs_log *log;
    struct cs_call call;
    const struct cs_phrasebook *book; /* shows everything that the user sees */
    enum cs_wait_mode wait_mode;
    enum cs_wait_mode number_mode; /* used instead of silence if a number must be shown */
    const char *enrol_by;          /* the date, as people see it; NULL: none */
    const char *host;              /* this host's name */
    const char *service;           /* the service that asks */
    const char *address;           /* the client's numeric address, or "" */
    const char *client;            /* the client's network, for counting */
    bool here;                     /* nothing suggests that the user is elsewhere */
    const char *name;              /* the account's name as it was typed */
    bool foreign;                  /* the peer is not root: its PAM_AUTHTOK cannot be trusted */
    const char *issuer, *label;    /* of an entry in an authenticator app; with %U and %H */
    bool never_proven;             /* not even a password of this login counts as proven */
    const char *stranger;          /* counts tries at accounts without an identity */
};

/* What is known about the user to whom something would be sent. */
struct cs_sending {
    bool proven;    /* a first factor is proven */
    bool asked_for; /* the user typed what asks for it */
    bool attended;  /* it is a message, after a password that was accepted in this login */
};

/* Sorts of answers. Within a sort, the time must not tell how many calls a refusal took. */
enum cs_pace_of {
    CS_PACE_FIRST_CODE,
    CS_PACE_LATER_CODE,
    CS_PACE_FIRST_PASSWORD,
    CS_PACE_LATER_PASSWORD,
    CS_PACE_FIRST_LINE, /* password and code in one */
    CS_PACE_LATER_LINE,
    CS_PACES
};

struct cs_method_result;
struct cs_self_change;
struct cs_enrolling;
struct cs_enrolled;

/* What a run may call. Each function gets the login's `context`. */
struct cs_method_calls {
    /* The identity, looked up when it is first needed and no earlier: a prompt that comes at once
     * reveals nothing about the account. NULL: there is none. */
    enum cs_err (*identify)(void *context, const char **ret_identity, struct cs_error *error);
    /* What the user says the identity is; counts only for an account that has one. False: it is too
     * long. */
    bool (*claim_identity)(void *context, const char *text, size_t length);
    /* Whether a first factor is proven apart from this login's own password. `answered`: an answer
     * came that was not junk. */
    bool (*proven)(void *context, bool answered);
    /* Whether something may be sent to the user. Counts it. */
    bool (*may_send)(void *context, const struct cs_sending *sending);
    /* What the user needs to enrol at this login, at the time `now`. Asks the name services about
     * groups. */
    enum cs_enrol_leave (*may_enrol)(void *context, int64_t now);
    /* The user's factors have changed for good. Tells the user elsewhere; never fails, and never
     * waits. */
    void (*changed)(void *context, enum cs_change change);
    /* The user refused the request, let it expire, or left before it was answered. */
    void (*was_refused)(void *context);
    /* Whether this code of the identity has let nobody in before, and no other login is trying it
     * now. If so, this login holds it until it is settled. */
    enum cs_err (*claim_code)(void *context, const struct cs_secret *code, bool *ret_claimed,
                              struct cs_error *error);
    void (*settle_code)(void *context, const struct cs_secret *code, bool accepted);
    /* An answer is about to be judged. Returns where the judge writes the reason that it will have,
     * for the case that this process is killed before it can say so; or NULL. */
    uint32_t *(*judging)(void *context);
    /* It was judged, or could not be; `result` is what the login has come to. */
    void (*judged)(void *context, const struct cs_method_result *result);
    /* For `countersign self`: does what the user wishes (providers/self_service.h), with a record
     * of it. ret_changed->done counts, whatever is returned. */
    enum cs_err (*change_self)(void *context, const struct cs_self_change *change,
                               struct cs_enrolling *enrolling, struct cs_enrolled *ret_changed,
                               struct cs_error *error);
    /* From now on what the user sees is in that language, or in the default one (""). */
    void (*speak)(void *context, const char *language);
    /* How many days, the one of `now` among them, the account may still log in without a factor; 0:
     * none, or enrol_by does not cover it. */
    unsigned (*days_to_enrol)(void *context, int64_t now);
    /* How long an answer of that sort takes to judge, counting this one, which took `elapsed`
     * milliseconds. */
    int64_t (*pace)(void *context, enum cs_pace_of of, int64_t elapsed);
    /* Waits until no other login of this identity on this machine has a request open at the
     * provider, then holds the others back until give_turn. On CS_ERR_TIMEOUT, CS_ERR_HANGUP or
     * CS_ERR_RESTING there is no turn. */
    enum cs_err (*take_turn)(void *context, struct cs_error *error);
    /* `rest_ms`: how long there is no turn for anybody. */
    void (*give_turn)(void *context, unsigned rest_ms);
};

/* What the steps (steps.h) share. */
struct cs_method_state {
    struct cs_provider_user user;
    struct cs_listed_factors factors;
    unsigned listed;        /* the kinds (CS_KIND()) that `factors` was listed for */
    bool sought;            /* `user` was looked up */
    bool answered;          /* an answer came that was not junk */
    bool doomed;            /* a junk answer came: sshd refuses the account */
    bool password_accepted; /* in this login */
    bool sent;              /* something was sent to the user, or may have been */
    bool refused;           /* an answer was judged and was not right */
    bool consented;         /* the user typed what asks for a delivery */
    int64_t line_started;   /* when the combined line being judged came in; else 0 */
    unsigned judged;        /* answers judged so far, counting the one in hand */
    bool repeated;          /* the same answer came again: the login is over */
    struct cs_repeats odd;  /* the answers of an impossible form, and those that chose nothing */
    struct cs_secret typed; /* a code typed into the menu */
};

struct cs_method_result {
    struct cs_secret authtok; /* the password, for the modules that follow */
    enum cs_reason reason;    /* for the audit line */
    enum cs_reason last;      /* the same for the last answer judged; CS_REASON_NONE: none was */
    struct cs_tally tally;
    int64_t factor;     /* the one that the last right code was of; 0: none, or unknown */
    unsigned days_left; /* until the date of enrol_by, which lets the user in; 0: it does not */
    int64_t clock_off;  /* of the last code with that reason, in seconds; 0: there was none */
};

/* What a method works on. The login creates it. */
struct cs_method_login {
    const struct cs_method_given *given;
    const struct cs_method_calls *calls;
    void *context;
    struct cs_method_state state;
    struct cs_method_result result;
};

/* Releases what the run leaves behind. */
void cs_method_login_clear(struct cs_method_login *login);

struct cs_method {
    const char *name;
    enum cs_factor_kind kind;  /* the factor in question */
    enum cs_text menu;         /* a factor's line in a menu ... */
    enum cs_text menu_checked; /* ... for a device that verifies who approves */
    enum cs_text menu_unnamed; /* ... for one without a name, if `unnamed` */
    enum cs_text consent;      /* the prompt before something is sent */
    enum cs_text consent_unnamed;
    bool unnamed;           /* its factors may have no name */
    enum cs_text sent;      /* the text saying that it was sent */
    const char *name_shown; /* %N for a factor without a name; NULL: "" */
    bool is_address;        /* the factor's name is a number or an address */
    bool takes_code;        /* the user may type its code into a menu */
    bool looks_up;          /* its first prompt depends on the user */
    /* `factor` is one of login->state.factors, or NULL if the plan asks before anything is looked
     * up. */
    enum cs_verdict (*run)(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor);
};

/* The method for a kind of factor; NULL if that kind is asked for in another way. */
const struct cs_method *cs_method_of(enum cs_factor_kind kind);

/* A factor's name as users see it. */
const char *cs_name_of(const struct cs_listed_factor *factor);

extern const struct cs_method cs_method_totp, cs_method_device, cs_method_smsotp,
    cs_method_emailotp, cs_method_voiceotp, cs_method_transsmsotp, cs_method_transemailotp,
    cs_method_browser, cs_method_u2f;

#endif
