/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider knows users and judges what they answer. Everything that crosses this line is plain
 * data, so that a provider could live in another process. One folder and one row in registry.c make
 * a provider.
 */
#ifndef CS_PROVIDERS_PROVIDER_H
#define CS_PROVIDERS_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/secret.h"

enum { CS_PROVIDER_LANGUAGE_SIZE = 8, CS_PROVIDER_ID_SIZE = 128, CS_PROVIDER_NAME_SIZE = 256 };

/* Every kind of factor. Each has a row in methods/registry.c, or the row says that it has none:
 * otherwise that file does not compile. */
#define CS_FACTOR_KIND_LIST(X)                                                                     \
    X(PASSWORD)                                                                                    \
    X(TOTP)                                                                                        \
    X(SMSOTP) /* to an enrolled number or address */                                               \
    X(EMAILOTP)                                                                                    \
    X(VOICEOTP)                                                                                    \
    X(TRANS_EMAILOTP) /* to the address or number of the user's record */                          \
    X(TRANS_SMSOTP)                                                                                \
    X(DEVICE) /* an approval on another device */                                                  \
    X(U2F)    /* a security key; one of the user's */

#define CS_FACTOR_ENUMERATOR(kind) CS_FACTOR_##kind,

enum cs_factor_kind { CS_FACTOR_KIND_LIST(CS_FACTOR_ENUMERATOR) CS_FACTOR_KINDS };

/* A set of kinds: CS_KIND(CS_FACTOR_TOTP) | ... */
#define CS_KIND(kind) (1U << (unsigned)(kind))

/* The login's side of a call that may take a while. Borrowed. */
struct cs_call {
    int64_t deadline;     /* cs_clock_ms; the provider gives up by then */
    int cancel_fd;        /* the call ends with CS_ERR_HANGUP when its other end closes; -1: none */
    const void *settings; /* this login's, in the shape of the provider's kind (kind.h): what is
                             `by_login` stands here alone */
    const char *language; /* of texts that the provider sends; NULL: its own choice */
};

/* A user as the provider knows it. */
struct cs_provider_user {
    bool found;
    const char *reason;               /* when not: one word for the log ("ambiguous", ...) */
    char id[CS_PROVIDER_ID_SIZE];     /* the provider's own */
    char name[CS_PROVIDER_NAME_SIZE]; /* by which the password is checked */
    char *record;                     /* what the provider knows, as JSON; NULL: nothing */
};

void cs_provider_user_clear(struct cs_provider_user *user);

/* One factor of a user. The texts come from outside: they are cleaned where they are shown. */
struct cs_listed_factor {
    enum cs_factor_kind kind;
    char id[CS_PROVIDER_ID_SIZE];     /* of the enrolment; of a device: of what signs */
    char device[CS_PROVIDER_ID_SIZE]; /* of a device: its own id; else "" */
    char name[CS_PROVIDER_NAME_SIZE]; /* number, address, name of the device, label */
    bool checks_user; /* of a device: it makes sure who approves, not only that somebody does */
};

enum { CS_LISTED_FACTORS_MAX = 64 };

/* Which factors are asked for. */
struct cs_listing {
    unsigned kinds;   /* CS_KIND() of each */
    bool unvalidated; /* those that were never confirmed count too */
};

struct cs_listed_factors {
    struct cs_listed_factor *items;
    size_t count;
    bool withheld; /* the user has others of these kinds, which may not be used: none is missing */
};

/* Appends a copy. CS_ERR_LIMIT when there are CS_LISTED_FACTORS_MAX. */
enum cs_err cs_listed_factors_add(struct cs_listed_factors *factors,
                                  const struct cs_listed_factor *factor,
                                  struct cs_error *error) CS_MUST_USE;
void cs_listed_factors_clear(struct cs_listed_factors *factors);

/* What a challenge tells the person. */
struct cs_challenge_request {
    const char *message; /* shown on a device */
    const char *client;  /* its numeric address, or NULL */
    const char *program; /* the service that asks: "sshd" */
    unsigned seconds;    /* that an approval may take */
    const char *name;    /* of the account as it was typed; who has no security key gets a decoy */
};

enum { CS_CHALLENGE_URL_SIZE = 512, CS_CHALLENGE_ORIGIN_SIZE = 256 };

/* A delivery or approval that was started and awaits its answer. All texts are cleaned where they
 * are shown. */
struct cs_challenge {
    char id[CS_PROVIDER_ID_SIZE];    /* the provider's name for it; logged, so never a secret */
    char correlation[32];            /* what the message carries too, or the number or word to
                                        compare; "": none */
    char url[CS_CHALLENGE_URL_SIZE]; /* where the person signs in with a browser; "": nowhere */
    char code[32];                   /* what is to be typed there; "": nothing */
    char *request;                   /* what the person's side needs to answer, shown in the prompt
                                        (of a security key: u2f/relay.h's request); NULL: nothing */
    char origin[CS_CHALLENGE_ORIGIN_SIZE]; /* what a key of this machine signs as the place of the
                                              login; "": nothing is signed here */
    int64_t expires;                       /* cs_clock_ms; 0: does not */
    unsigned tries;                        /* answers that it takes; 0: not said */
    unsigned poll_ms;                      /* least time between two polls; 0: the method's own */
    void *state;                           /* the provider's own, secrets included; NULL: none */
    void (*free_state)(void *state);       /* wipes and releases it; set where `state` is */
};

/* Wipes and releases everything; an empty challenge is left. */
void cs_challenge_clear(struct cs_challenge *challenge);

/* One answer to be judged. */
struct cs_attempt {
    const char *identity; /* the user's name at the provider; NULL: there is none, and the
                             answer must be refused at the cost of an ordinary one */
    const struct cs_provider_user *user; /* as found; NULL where the provider needs no look-up */
    enum cs_factor_kind kind;
    const struct cs_listed_factor *factors; /* of that kind, one of which the answer must fit; NULL
                                               where judge() needs no list */
    size_t factor_count;
    const struct cs_challenge *challenge; /* that the answer belongs to, or NULL */
    const struct cs_secret *answer;       /* what was typed, within CS_ANSWER_BYTES_MAX, a code
                                             without what people paste along; empty: the person
                                             approves elsewhere (`accepts_empty`) */
    const char *subject;                  /* whose tries are counted: the identity, or a stand-in */
    const char *client;                   /* network of the client for counting, never NULL */
    bool proven;    /* a first factor is proven: only then the user's own counter moves */
    bool countable; /* false: the answer says nothing about the user (empty, junk, no code) */
};

enum cs_judgement {
    CS_JUDGED_WRONG, /* the initial value */
    CS_JUDGED_RIGHT,
    CS_JUDGED_OVER, /* wrong, and the challenge takes no more answers */
};

struct cs_outcome {
    enum cs_judgement judgement;
    const char *reason;     /* one word for the audit line: "wrong-code", "replayed", ... */
    bool recovery;          /* a recovery code was spent ... */
    unsigned recovery_left; /* ... and so many are left */
    char alert[256];        /* what an administrator must know of it, for the log; "": nothing */
};

enum cs_approval {
    CS_APPROVAL_PENDING, /* the initial value */
    CS_APPROVAL_GIVEN,
    CS_APPROVAL_DENIED, /* by the person, or by whatever the provider does not know */
    CS_APPROVAL_FRAUD,  /* denied and reported */
    CS_APPROVAL_EXPIRED,
};

struct cs_approval_state {
    enum cs_approval approval;
    const char *reason; /* one word for the audit line */
};

/* Whether a user may log in at all, whatever was proven. */
struct cs_standing {
    bool may_log_in;    /* the initial value: no */
    const char *reason; /* one word for the audit line */
};

struct cs_provider; /* an opened provider; its shape is the provider's own */

/* Slots marked optional may be NULL; methods/provider_call.c says what that means. Errors mean
 * that no judgement was possible: CS_ERR_UNREACHABLE that the provider could not be reached (only
 * that may let anybody in, and only where the administrator says so), CS_ERR_HANGUP that the person
 * is gone. */
struct cs_provider_ops {
    const char *name;

    /* Calls may take long and are made over the network: refusals are held to a common step. */
    bool remote;

    /* judge() finds the user and the factors by itself, so that one answer costs one call. */
    bool judges_unlisted;

    /* judge() itself lets no code in twice, whichever process asks; for all others the login
     * remembers which codes were accepted. */
    bool spends_codes;

    /* It holds one request for each identity at a time, and a second one would end the first:
     * logins of one identity wait for each other. */
    bool one_pending;

    /* Kinds (CS_KIND() of each) for which an empty answer means "I approve elsewhere": judge() then
     * asks the person there and waits. It gets an empty answer only where something may be sent. */
    unsigned accepts_empty;

    /* The kinds of factors that its users may have, as it was configured: CS_KIND() of each. */
    unsigned (*kinds)(const struct cs_provider *provider);

    /* Whether an answer can be something of that kind at all. What cannot is never right, and says
     * nothing about the user. Codes come without what people paste along (base/typed_code.h).
     * Optional: everything can. */
    bool (*fits)(enum cs_factor_kind kind, const struct cs_secret *answer);

    /* Finds the user with that identity. Not found, ambiguous and inactive are no errors. */
    enum cs_err (*find_user)(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error);

    /* The factors that count, in the order in which a menu shows them. */
    enum cs_err (*list_factors)(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error);

    /* The language that the user prefers, or "". Optional: nobody prefers any. */
    enum cs_err (*language)(struct cs_provider *provider, const char *identity,
                            char ret_language[CS_PROVIDER_LANGUAGE_SIZE], struct cs_error *error);

    /* Starts a delivery or an approval. Where it fails it leaves nothing behind that could still
     * be answered. Optional: then nothing can be started. */
    enum cs_err (*begin)(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error);

    /* Judges an answer: a code, or a password where attempt->kind says so. */
    enum cs_err (*judge)(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error);

    /* Asks once how an approval stands; may change the challenge's poll_ms. CS_ERR_UNREACHABLE,
     * which lets nobody in here, for every failure that may pass: it is asked again, at the usual
     * time. Optional, with begin. */
    enum cs_err (*poll)(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                        struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                        struct cs_error *error);

    /* Takes back a challenge that did not end in an approval or a right answer, whatever ended it.
     * `call` is not the login's: it has a few seconds of its own, and no hang-up ends it. Optional:
     * then challenges run out by themselves. */
    enum cs_err (*cancel)(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_provider_user *user,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge *challenge, struct cs_error *error);

    /* Whether the user may log in now, apart from any factor (PAM's account phase). Sends nothing
     * to the person. Optional: the provider has no say. */
    enum cs_err (*account)(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user, struct cs_standing *ret_standing,
                           struct cs_error *error);

    void (*close)(struct cs_provider *provider);
};

/* Every provider's struct starts with this. */
struct cs_provider {
    const struct cs_provider_ops *ops;
};

#endif
