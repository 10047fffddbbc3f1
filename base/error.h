/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why something failed. Every fallible function returns enum cs_err; the sentence for a person goes
 * into an optional struct cs_error, never into a thread-local, because the module runs inside other
 * programs' processes.
 */
#ifndef CS_BASE_ERROR_H
#define CS_BASE_ERROR_H

#include "base/attributes.h"

enum cs_err {
    CS_OK = 0,
    CS_ERR_NOMEM,       /* no memory */
    CS_ERR_SYSTEM,      /* a system call failed */
    CS_ERR_INPUT,       /* a value from outside is not acceptable */
    CS_ERR_CONFIG,      /* configuration is wrong */
    CS_ERR_TRUST,       /* a file or peer has the wrong owner, mode or kind */
    CS_ERR_NOT_FOUND,   /* the named thing does not exist */
    CS_ERR_PROTOCOL,    /* the peer broke the wire protocol */
    CS_ERR_HANGUP,      /* the peer closed the connection */
    CS_ERR_TIMEOUT,     /* a deadline passed */
    CS_ERR_UNAVAILABLE, /* a service cannot be used now */
    CS_ERR_STORE,       /* the store refused, or is damaged */
    CS_ERR_CRYPTO,      /* a cryptographic operation failed */
    CS_ERR_LIMIT,       /* one of our limits was reached */
    CS_ERR_CANCELLED,   /* the person or the application gave up */
    CS_ERR_CANNOT_ASK,  /* the application shows no such prompt */
    CS_ERR_UNREACHABLE, /* a server did not answer: name, connection, time */
    CS_ERR_RESTING,     /* a request now would do harm, and none is made */
    CS_ERR_UNRESOLVED,  /* the name services did not say whether there is such an entry */
    CS_ERR_SPARED,      /* what is left of something is not used up here */
    CS_ERR_STALE,       /* a secret must be changed before it is of use */
    CS_ERR_STRANGER,    /* what came was sent by somebody else than who was asked */
    CS_ERR_UNSUPPORTED, /* the other side does not speak what is asked for */
};

/* One line for a person: what, where, what to do. Always NUL-terminated; truncated text ends in
 * "...". */
struct cs_error {
    enum cs_err code;
    char text[512];
};

/* Sets `error` (may be NULL) and returns `code`, so that a failure reads `return cs_fail(...)`. */
enum cs_err cs_fail(struct cs_error *error, enum cs_err code, const char *format, ...)
    CS_PRINTF(3, 4);

/* As cs_fail with CS_ERR_SYSTEM (CS_ERR_NOT_FOUND for ENOENT); appends the text of errno. */
enum cs_err cs_fail_errno(struct cs_error *error, const char *format, ...) CS_PRINTF(2, 3);

/* CS_ERR_NOMEM with its text. */
enum cs_err cs_fail_nomem(struct cs_error *error);

/* For a result that nothing depends on; a comment at the place says why. */
static inline void cs_ignore(enum cs_err result)
{
    (void)result;
}

#endif
