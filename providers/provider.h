/* SPDX-License-Identifier: Apache-2.0 */
/* A provider knows users and judges their answers. Everything that crosses this interface is plain
 * data, so that a provider could live in another process. One folder and one row in registry.c make
 * a provider. */
#ifndef CS_PROVIDERS_PROVIDER_H
#define CS_PROVIDERS_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hold.h"
#include "base/log.h"
#include "base/meter.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/uid.h"

enum { CS_PROVIDER_LANGUAGE_SIZE = 8, CS_PROVIDER_ID_SIZE = 128, CS_PROVIDER_NAME_SIZE = 256 };

/* Every kind of factor. Each has a row in methods/registry.c, or a row saying that it needs no
 * method: otherwise that file does not compile. */
#define CS_FACTOR_KIND_LIST(X)                                                                     \
    X(PASSWORD)                                                                                    \
    X(TOTP)                                                                                        \
    X(SMSOTP) /* sent to an enrolled number or address */                                          \
    X(EMAILOTP)                                                                                    \
    X(VOICEOTP)                                                                                    \
    X(TRANS_EMAILOTP) /* sent to the address or number in the user's record */                     \
    X(TRANS_SMSOTP)                                                                                \
    X(DEVICE)  /* an approval on another device */                                                 \
    X(BROWSER) /* a sign-in to the provider with a browser */                                      \
    X(U2F)     /* any of the user's security keys */

#define CS_FACTOR_ENUMERATOR(kind) CS_FACTOR_##kind,

enum cs_factor_kind { CS_FACTOR_KIND_LIST(CS_FACTOR_ENUMERATOR) CS_FACTOR_KINDS };

/* A set of kinds: CS_KIND(CS_FACTOR_TOTP) | ... */
#define CS_KIND(kind) (1U << (unsigned)(kind))

/* The login's side of a call that may take a while. Borrowed. */
struct cs_call {
    int64_t deadline;     /* cs_clock_ms; the provider gives up at this time */
    int cancel_fd;        /* the call ends with CS_ERR_HANGUP when its other end closes; -1: none */
    const void *settings; /* this login's, in its kind's own struct (kind.h); `by_login` settings
                             are only here */
    const char *language; /* of texts from the provider; NULL: its own choice */
    const char *account;  /* its canonical name, once it was looked up; else "". NULL: nobody's */
    const struct cs_uid *uid; /* of the account that the identity is the very name of, once it was
                                 looked up; NULL or not known: there is nothing to compare */
    const char
        *address; /* where the user comes from, numeric; "" or NULL: from here, or not known */
    struct cs_hold *hold; /* of poll(), whose question is asked with it; NULL: it is asked once */
};

/* A user as the provider knows it. */
struct cs_provider_user {
    bool found;
    enum cs_reason reason;            /* if not found: why not */
    char id[CS_PROVIDER_ID_SIZE];     /* the provider's own */
    char name[CS_PROVIDER_NAME_SIZE]; /* the name with which the password is checked */
    char *record;                     /* what the provider knows, as JSON; NULL: nothing */
};

void cs_provider_user_clear(struct cs_provider_user *user);

/* One factor of a user. The texts come from outside: they are cleaned before they are shown. */
struct cs_listed_factor {
    enum cs_factor_kind kind;
    char id[CS_PROVIDER_ID_SIZE];     /* the enrolment's; for a device: that of what signs */
    char device[CS_PROVIDER_ID_SIZE]; /* for a device: its own id; else "" */
    char name[CS_PROVIDER_NAME_SIZE]; /* number, address, device name or label */
    bool checks_user; /* for a device: it verifies who approves, not only that somebody does */
};

enum { CS_LISTED_FACTORS_MAX = 64 };

/* Which factors to list. */
struct cs_listing {
    unsigned kinds;   /* CS_KIND() of each */
    bool unvalidated; /* include those that were never confirmed */
};

struct cs_listed_factors {
    struct cs_listed_factor *items;
    size_t count;
    bool withheld; /* the user has other factors of these kinds that may not be used, so none is
                      missing */
};

/* Appends a copy. CS_ERR_LIMIT if there are CS_LISTED_FACTORS_MAX already. */
enum cs_err cs_listed_factors_add(struct cs_listed_factors *factors,
                                  const struct cs_listed_factor *factor,
                                  struct cs_error *error) CS_MUST_USE;
void cs_listed_factors_clear(struct cs_listed_factors *factors);

/* What a challenge tells the user. */
struct cs_challenge_request {
    const char *message; /* shown on a device */
    const char *client;  /* its numeric address, or NULL */
    const char *program; /* the service that asks: "sshd" */
    const char *host;    /* this host's name */
    unsigned seconds;    /* time allowed for an approval */
    const char *name;    /* as it was typed; a user without a security key gets a decoy */
    /* For security keys: */
    size_t room;      /* characters that the request may have; 0: as many as all keys need */
    size_t more_room; /* ... of which it leaves so many free if an empty answer is to ask for
                         further keys; 0: an empty answer means something else */
    unsigned skipped; /* keys that earlier requests named */
    bool silent;      /* nothing is shown here, so there is no word to compare */
    const struct cs_secret *user_code; /* the user's own secret for requests; NULL: not asked yet */
};

enum {
    CS_CHALLENGE_URL_SIZE = 201, /* a prompt has room for no more */
    CS_CHALLENGE_SCAN_SIZE = 135,
    CS_CHALLENGE_ORIGIN_SIZE = 256,
};

/* A delivery or approval that was started and awaits its answer. All texts are cleaned before they
 * are shown. */
struct cs_challenge {
    char id[CS_PROVIDER_ID_SIZE]; /* the provider's name for it; logged, so never a secret */
    char correlation[32]; /* what the message also shows, or the number to choose; "": none */
    bool compares;        /* `correlation` is a word that the device shows as well */
    char url[CS_CHALLENGE_URL_SIZE];   /* where the user signs in with a browser; "": nowhere */
    char code[32];                     /* what the user types there; "": nothing */
    char scan[CS_CHALLENGE_SCAN_SIZE]; /* the page's address with the code in it; "": there is none
                                        * that a QR code of a screen's height has room for */
    char *request; /* what the user's side needs to answer, shown in the prompt (for a security key:
                      u2f/relay.h's request); NULL: nothing */
    unsigned further; /* keys that this request and earlier ones named, if there are further ones,
                         which an empty answer asks for; 0: there are none */
    bool verifies;    /* every key in the request must make sure of who it is that touches it */
    char origin[CS_CHALLENGE_ORIGIN_SIZE]; /* what a key in this machine signs as the place of the
                                              login; "": nothing is signed here */
    int64_t expires;                       /* cs_clock_ms; 0: never */
    unsigned tries;                        /* answers allowed; 0: not said */
    unsigned poll_ms;       /* shortest time between two polls; 0: the method's own */
    unsigned poll_limit_ms; /* time limit of one poll, where the server may hold it; 0: usual */
    bool wants_user_code; /* nothing was started: begin again with the user's own secret, which was
                             not given or was wrong */
    bool unsent;          /* nothing can have reached the user, after an error too */
    enum cs_reason over;  /* it was refused before it began, and looks like one that was denied: no
                             poll reaches the provider. CS_REASON_NONE: it was not */
    unsigned rest_ms;     /* with one_pending: how long no request of this identity may follow,
                             because it would do harm; begin() or poll() sets it */
    void *state;          /* the provider's own, secrets included; NULL: none */
    void (*free_state)(void *state); /* wipes and releases `state`; set if that is set */
};

/* Wipes and releases everything; leaves an empty challenge. */
void cs_challenge_clear(struct cs_challenge *challenge);

/* One answer to be judged. */
struct cs_attempt {
    const char *identity;                /* NULL: none, so refuse at an ordinary answer's cost */
    const struct cs_provider_user *user; /* as found; NULL if the provider needs no look-up */
    enum cs_factor_kind kind;
    /* Of that kind, one of which the answer must fit. NULL if judge() needs no list. */
    const struct cs_listed_factor *factors;
    size_t factor_count;
    const struct cs_challenge *challenge; /* the one that the answer belongs to, or NULL */
    /* As typed, at most CS_ANSWER_BYTES_MAX; a code without characters pasted along with it. Empty:
     * the user approves elsewhere (`accepts_empty`). */
    const struct cs_secret *answer;
    const char *subject; /* under which the tries are counted: the identity, or a stand-in */
    const char *client;  /* the client's network for counting, never NULL */
    bool proven;         /* a first factor is proven: only then does the user's own counter move */
    uint32_t *foreseen; /* NULL, or where the reason (enum cs_reason) is written before what decides
                           it is committed */
    bool countable; /* false: the answer says nothing about the user (empty, junk, not a code) */
};

enum cs_judgement {
    CS_JUDGED_WRONG, /* the initial value */
    CS_JUDGED_RIGHT,
    CS_JUDGED_OVER, /* wrong, and the challenge takes no more answers */
};

struct cs_outcome {
    enum cs_judgement judgement;
    enum cs_reason reason;
    bool recovery;          /* a recovery code was spent ... */
    unsigned recovery_left; /* ... and this many are left */
    int64_t clock_off;      /* "clock-off": seconds that the device is ahead (+) or behind (-) */
    int64_t factor;         /* that a right answer was of, by its number; 0: it has none */
    char alert[256];        /* what the administrator must know, for the log; "": nothing */
};

/* For a judge that commits what it has decided: says what that is before it does. */
static inline void cs_foresee(const struct cs_attempt *attempt, const struct cs_outcome *outcome)
{
    if (attempt->foreseen != NULL)
        *attempt->foreseen = outcome->reason;
}

enum cs_approval {
    CS_APPROVAL_PENDING, /* the initial value */
    CS_APPROVAL_GIVEN,
    CS_APPROVAL_DENIED, /* by the user, or in a way that the provider does not know */
    CS_APPROVAL_FRAUD,  /* denied, and reported as fraud */
    CS_APPROVAL_EXPIRED,
    CS_APPROVAL_IMPOSSIBLE, /* the provider refuses this machine: no poll will bring it any more */
};

struct cs_approval_state {
    enum cs_approval approval;
    enum cs_reason reason;
};

/* Whether a user may log in at all, whatever was proven. */
struct cs_standing {
    bool may_log_in; /* the initial value: no */
    bool abstains;   /* ... as far as this provider goes: it vouches for nobody, and leaves the
                        decision to the rest of the PAM stack */
    enum cs_reason reason;
};

/* What a provider with a store of its own can say of it. */
struct cs_measures {
    struct cs_meter commits;
    unsigned waiting; /* logins that wait for it */
};

struct cs_enrolling_ops;
struct cs_provider; /* an opened provider; each kind has a struct of its own */

/* Slots marked optional may be NULL; methods/provider_call.c says what that means. An error means
 * that no judgement was possible. CS_ERR_UNREACHABLE: the provider cannot be reached; only this may
 * let anybody in, and only if the administrator says so. CS_ERR_HANGUP: the user is gone. */
struct cs_provider_ops {
    const char *name;

    /* Calls go over the network and may take long: refusals are held to a common step. */
    bool remote;

    /* judge() finds the user and the factors by itself, so that one answer costs one call. */
    bool judges_unlisted;

    /* find_user() asks nobody, so it cannot tell whether the server is there. judge() then fails
     * with CS_ERR_UNREACHABLE only if nothing that was typed can have left this machine: whoever
     * types must not decide that the server is away. */
    bool finds_offline;

    /* judge() itself accepts no code twice, whichever process asks; for other providers the login
     * remembers the accepted codes. */
    bool spends_codes;

    /* Its factors have names: a number, an address, a device. */
    bool names_factors;

    /* It is told both the account and the identity and decides whether they belong together, so the
     * user may say which identity it is (ask_identity). */
    bool binds_identity;

    /* Kinds (CS_KIND() of each) of which it holds one request for each identity, so that a second
     * one would end the first: logins of one identity on this machine wait for each other. */
    unsigned one_pending;

    /* Kinds (CS_KIND() of each) for which an empty answer means "I approve elsewhere": judge() then
     * asks the user there and waits. It gets an empty answer only if something may be sent. */
    unsigned accepts_empty;

    /* account() asks the user elsewhere, and waits. */
    bool account_asks;

    /* The kinds of factors that its users may have, as configured: CS_KIND() of each. */
    unsigned (*kinds)(const struct cs_provider *provider);

    /* Whether an answer has a form that this kind can have. One that has not is never right, and
     * says nothing about the user. Codes come without characters pasted along with them
     * (base/typed_code.h). Optional: any form fits. */
    bool (*fits)(enum cs_factor_kind kind, const struct cs_secret *answer);

    /* Finds the user with that identity. Not found, ambiguous and inactive are not errors. A
     * provider that judges unlisted users is asked only whether its server answers at all. */
    enum cs_err (*find_user)(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error);

    /* Lists the factors that count, in menu order. */
    enum cs_err (*list_factors)(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error);

    /* The user's preferred language, or "". Optional: no preferences. */
    enum cs_err (*language)(struct cs_provider *provider, const char *identity,
                            char ret_language[CS_PROVIDER_LANGUAGE_SIZE], struct cs_error *error);

    /* Starts a delivery or an approval. If it fails, it leaves nothing behind that could still be
     * answered, and of `ret_challenge` only `unsent` counts. Optional: nothing can be started. */
    enum cs_err (*begin)(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error);

    /* Judges an answer: a code, or a password if attempt->kind says so. */
    enum cs_err (*judge)(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error);

    /* Asks how an approval stands, once, or with call->hold until something changes; may change the
     * challenge's poll_ms. CS_ERR_UNREACHABLE,
     * which lets nobody in here, for every failure that may pass: the login asks again at the usual
     * time. Optional, with begin. */
    enum cs_err (*poll)(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                        struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                        struct cs_error *error);

    /* Withdraws a challenge that did not end in an approval or a right answer, whatever ended it.
     * `call` is not the login's: it has a few seconds of its own, and no hang-up ends it. Optional:
     * challenges expire by themselves. */
    enum cs_err (*cancel)(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_provider_user *user,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge *challenge, struct cs_error *error);

    /* Whether the user may log in now, apart from any factor (PAM's account phase). Sends nothing
     * to the user, unless `account_asks`. Optional: the provider has no say. */
    enum cs_err (*account)(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user, struct cs_standing *ret_standing,
                           struct cs_error *error);

    /* A time that has certainly passed, in seconds since 1970, because devices of its users have
     * shown it; 0: none is known. The clock of this machine may have been set back since. Optional:
     * the machine's clock is all there is. */
    enum cs_err (*shown_time)(struct cs_provider *provider, int64_t *ret_time,
                              struct cs_error *error);

    /* Adds its measurements to `measures`. Optional: there are none. */
    void (*measure)(const struct cs_provider *provider, struct cs_measures *measures);

    /* Enrolling at a login (enrolling.h). Optional: nobody enrols here. */
    const struct cs_enrolling_ops *enrolling;
    /* What users may change of their own (self_service.h). Optional: nothing. */
    const struct cs_self_ops *self;

    void (*close)(struct cs_provider *provider);
};

/* Every provider's struct starts with this. */
struct cs_provider {
    const struct cs_provider_ops *ops;
};

#endif
