/* SPDX-License-Identifier: Apache-2.0 */
/* What an OpenID provider answers to a form: a document, or a word that says why there is none. The
 * word counts whatever the status is, because servers differ: some answer "authorization_pending"
 * with 200, 403 or 429. */
#ifndef CS_PROVIDERS_OPENID_ANSWER_H
#define CS_PROVIDERS_OPENID_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/http.h"
#include "json/json.h"

enum cs_openid_word {
    CS_OPENID_SUCCESS, /* no word, and a status of success */
    CS_OPENID_PENDING,
    CS_OPENID_SLOW_DOWN,
    CS_OPENID_DENIED,
    CS_OPENID_EXPIRED,
    CS_OPENID_USED, /* invalid_grant: used up, expired, or never given */
    CS_OPENID_UNKNOWN_USER,
    CS_OPENID_USER_CODE,  /* missing or wrong */
    CS_OPENID_REFUSED,    /* the request: may also mean that the user is not known */
    CS_OPENID_BAD_CLIENT, /* this machine's client must be corrected */
    CS_OPENID_BUSY,       /* try later */
    CS_OPENID_STRANGE,    /* anything else */
};

struct cs_openid_answer {
    enum cs_openid_word word;
    struct cs_json *document; /* with CS_OPENID_SUCCESS; its root is an object */
    int64_t interval_ms;      /* with CS_OPENID_SLOW_DOWN, in the body; 0: not given */
    int64_t retry_after_ms;   /* 0: not given */
    bool knows_client; /* refuses what this client asks for, not what it proves itself with */
    char said[256];    /* for the log, sanitised: status, word and description */
};

void cs_openid_answer_clear(struct cs_openid_answer *answer);

/*
 * Reads an answer; `what` was asked for, for errors ("the token request"). A word that is in no
 * standard is none with a status of 401, 429 or 5xx. CS_ERR_UNREACHABLE: a gateway answers for the
 * provider (502, 503, 504, 529) without a word. CS_ERR_UNAVAILABLE: it makes no sense. Errors quote
 * nothing of the body but such a word and its description;
 * after one, `ret_answer` has retry_after_ms alone.
 */
enum cs_err cs_openid_answer_read(const char *what, const struct cs_http_response *response,
                                  struct cs_openid_answer *ret_answer,
                                  struct cs_error *error) CS_MUST_USE;

/* A text of the document with `most` bytes at most; NULL: it is missing, or another. */
const char *cs_openid_answer_text(const struct cs_openid_answer *answer, const char *name,
                                  size_t most);

/* Seconds of the document, from 1 to `most`, also if it says more; `usual` if it does not say, 0
 * if what it says is none. */
unsigned cs_openid_answer_seconds(const struct cs_openid_answer *answer, const char *name,
                                  unsigned usual, unsigned most);

/* Milliseconds of the member "interval", which may have a fraction, at most ten minutes; `usual_ms`
 * if it is missing or no time. */
int64_t cs_openid_answer_interval(const struct cs_openid_answer *answer, int64_t usual_ms);

#endif
