/* SPDX-License-Identifier: Apache-2.0 */
/* What SecSign's servers answer. Pure functions over the text of an answer: nothing in it is
 * believed that was not checked, and errors never quote it. */
#ifndef CS_PROVIDERS_SECSIGN_ANSWER_H
#define CS_PROVIDERS_SECSIGN_ANSWER_H

#include "base/error.h"
#include "base/secret.h"
#include "providers/provider.h"

enum {
    CS_SECSIGN_SESSION_SIZE = 21,    /* an int64_t in decimal, and the NUL */
    CS_SECSIGN_BODY_MAX = 64 * 1024, /* bytes of an answer */
    CS_SECSIGN_NO_STATE = -1,        /* the answer names none */
    CS_SECSIGN_UNKNOWN_ID = 20000,   /* values of `errorcode` */
    CS_SECSIGN_FROZEN_ID = 20006,
};

/* Of an answer of the classic API. What it does not say is "", 0, or CS_SECSIGN_NO_STATE. */
struct cs_secsign_answer {
    bool failed;        /* it has `error`: the rest means nothing */
    unsigned error;     /* the number of that; 0: it is no number */
    unsigned errorcode; /* 0: none */
    char message[128];  /* errormsg, sanitised and cut */
    char session[CS_SECSIGN_SESSION_SIZE];
    char id[CS_PROVIDER_NAME_SIZE]; /* in lower case */
    int state;
    struct cs_secret request; /* requestid; a secret of the session */
};

void cs_secsign_answer_clear(struct cs_secsign_answer *answer);

/*
 * Reads `length` bytes: parts between &, each split at its first =, nothing decoded. `what` was
 * asked for. CS_ERR_UNAVAILABLE: this is no such answer, a value has a form that it cannot have, or
 * a key that counts stands there twice.
 */
enum cs_err cs_secsign_answer_read(const char *what, const char *text, size_t length,
                                   struct cs_secsign_answer *ret_answer,
                                   struct cs_error *error) CS_MUST_USE;

/* Of the REST API: a new session, its state, and whether a code is valid. CS_ERR_UNAVAILABLE as
 * above. `ret_session` and `ret_id` have the sizes of the members above. */
enum cs_err cs_secsign_rest_session(const char *text, size_t length, char *ret_session,
                                    char *ret_id, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_secsign_rest_state(const char *text, size_t length, int *ret_state,
                                  struct cs_error *error) CS_MUST_USE;
enum cs_err cs_secsign_rest_valid(const char *text, size_t length, bool *ret_valid,
                                  struct cs_error *error) CS_MUST_USE;

/* What a session's state means. CS_REASON_UNKNOWN_STATE: it is not known, which counts as
 * refused. */
struct cs_approval_state cs_secsign_state(int state);

#endif
