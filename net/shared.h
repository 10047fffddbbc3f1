/* SPDX-License-Identifier: Apache-2.0 */
/* A value from a server that all logins share: a token, metadata, keys. However many logins want
 * it, only one request for it is under way. */
#ifndef CS_NET_SHARED_H
#define CS_NET_SHARED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/http.h"

struct cs_shared;

/* Borrowed; copied by cs_shared_new. */
struct cs_shared_settings {
    /* Gets a new value, which `free_value` releases, and says for how many milliseconds it may be
     * used. Called by one login at a time, without a lock. */
    enum cs_err (*fetch)(void *context, const struct cs_http_call *call, void **ret_value,
                         int64_t *ret_life_ms, struct cs_error *error);
    void (*free_value)(void *value);
    void *context;    /* must outlive it */
    const char *what; /* for errors: "the token"; static */
};

/* NULL if memory ran out. */
struct cs_shared *cs_shared_new(const struct cs_shared_settings *settings) CS_MUST_USE;

/* No call may be in progress, and no value in use. Accepts NULL and sets the pointer to NULL. */
void cs_shared_free(struct cs_shared **shared);

/* One login's use of the value. */
struct cs_shared_use {
    struct cs_shared *shared;
    struct cs_shared_value *value;
};

/*
 * Gets the value for use until cs_shared_end. Waits for another login's request if there is one; if
 * that login is given up, a waiting one makes the request. If the request fails, all logins that
 * wait for it fail with the same error, at once. CS_ERR_HANGUP: cancelled. CS_ERR_UNREACHABLE: the
 * deadline passed. Otherwise as `fetch`.
 */
enum cs_err cs_shared_begin(struct cs_shared *shared, const struct cs_http_call *call,
                            struct cs_shared_use *ret_use, struct cs_error *error) CS_MUST_USE;

/* The value in use; it never changes. */
void *cs_shared_value(const struct cs_shared_use *use);

/* Does nothing to an empty use. */
void cs_shared_end(struct cs_shared_use *use);

/* Says that the value in use is no longer good: the next login gets a new one, unless there is one
 * already. The use goes on. */
void cs_shared_spoil(const struct cs_shared_use *use);

/* The same for whoever kept a copy: spoils the current value if `matches` says so. */
void cs_shared_spoil_if(struct cs_shared *shared,
                        bool (*matches)(const void *value, const void *context),
                        const void *context);

#endif
