/*
 * A provider knows users and verifies what they answer. Everything that crosses this line is plain
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

enum { CS_PROVIDER_LANGUAGE_SIZE = 8 };

enum cs_factor_kind {
    CS_FACTOR_TOTP,
};

/* One answer to be judged. */
struct cs_attempt {
    const char *identity; /* the user's name at the provider; NULL: there is none, and the
                             answer must be refused at the cost of an ordinary one */
    enum cs_factor_kind kind;
    const struct cs_secret *answer; /* what was typed, within CS_ANSWER_BYTES_MAX */
    const char *subject;            /* whose tries are counted: the identity, or a stand-in */
    const char *client;             /* network of the client for counting, never NULL */
    bool proven;    /* a first factor is proven: only then the user's own counter moves */
    bool countable; /* false: the answer says nothing about the user (empty, junk) */
};

/* How a login's factor is judged, from the options. */
struct cs_judging {
    unsigned window;    /* steps accepted before and after the expected one */
    unsigned drift_max; /* steps by which a token's clock may be off */
    bool throttle;      /* delays are in force */
};

enum cs_judgement {
    CS_JUDGED_WRONG, /* the initial value */
    CS_JUDGED_RIGHT,
};

struct cs_outcome {
    enum cs_judgement judgement;
    const char *reason;     /* one word for the audit line: "wrong-code", "replayed", ... */
    bool recovery;          /* a recovery code was spent ... */
    unsigned recovery_left; /* ... and so many are left */
};

struct cs_provider; /* an opened provider; its shape is the provider's own */

struct cs_provider_ops {
    const char *name;

    /* Whether the identity has factors of `kind` at all. */
    enum cs_err (*has_factor)(struct cs_provider *provider, const char *identity,
                              enum cs_factor_kind kind, bool *ret_has, struct cs_error *error);

    /* The language that the user prefers, or "". Optional. */
    enum cs_err (*language)(struct cs_provider *provider, const char *identity,
                            char ret_language[CS_PROVIDER_LANGUAGE_SIZE], struct cs_error *error);

    /* Judges an answer. An error means that no judgement was possible. */
    enum cs_err (*verify)(struct cs_provider *provider, const struct cs_attempt *attempt,
                          const struct cs_judging *judging, struct cs_outcome *ret_outcome,
                          struct cs_error *error);

    void (*close)(struct cs_provider *provider);
};

/* Every provider's struct starts with this. */
struct cs_provider {
    const struct cs_provider_ops *ops;
};

#endif
