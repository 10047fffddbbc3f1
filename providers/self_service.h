/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What users may do about their own factors (`countersign self`), after one of them was accepted in
 * the same session. A provider that can do this has a table of these functions in its ops.
 */
#ifndef CS_PROVIDERS_SELF_SERVICE_H
#define CS_PROVIDERS_SELF_SERVICE_H

#include "providers/enrolling.h"

struct cs_record;

enum { CS_SELF_FACTORS_MAX = 16, CS_SELF_LABEL_SIZE = 65 };

struct cs_self_factor {
    int64_t id;
    const char *kind; /* "totp", "hotp", "u2f"; static */
    bool replaceable; /* by an app */
    char label[CS_SELF_LABEL_SIZE];
    int64_t created, last_used; /* seconds since 1970; last_used 0: never, or not known */
};

struct cs_self_listing {
    struct cs_self_factor factors[CS_SELF_FACTORS_MAX];
    size_t count;
    bool full; /* there is no room for another app */
    unsigned recovery_left;
};

/* What to change. All of it happens, or nothing. */
struct cs_self_change {
    int64_t confirmed;    /* the factor that confirmed it, which must still be there; 0: a recovery
                             code, and some factor must be there */
    int64_t replaced;     /* makes room for the one that is added; 0: none does */
    bool adds;            /* the app in `enrolling`, which is confirmed */
    bool recovery;        /* new recovery codes, in place of all others */
    const char *language; /* "": none; NULL: it stays */
    const struct cs_record *record; /* of the act, for the log (store/record.h) */
};

/* The user is one that find_user() has found. An error means that nothing is known or done. */
struct cs_self_ops {
    enum cs_err (*list)(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, struct cs_self_listing *ret_listing,
                        struct cs_error *error);

    /* New recovery codes go to `enrolling`. */
    enum cs_err (*change)(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_provider_user *user, const struct cs_self_change *change,
                          struct cs_enrolling *enrolling, struct cs_enrolled *ret_changed,
                          struct cs_error *error);

    /* Hands the records of what was changed to `write`; those that are not accepted stay for later.
     */
    enum cs_err (*drain)(struct cs_provider *provider,
                         enum cs_err (*write)(const struct cs_record *record, void *context,
                                              struct cs_error *error),
                         void *context, struct cs_error *error);
};

#endif
