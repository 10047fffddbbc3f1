/* SPDX-License-Identifier: Apache-2.0 */
/* The local provider with its own store and a clock that the test sets. */
#ifndef CS_TESTS_UNIT_LOCAL_H
#define CS_TESTS_UNIT_LOCAL_H

#include "tests/unit/unit.h"

#include "providers/local/enrol.h"
#include "providers/local/hash.h"
#include "providers/local/local.h"
#include "providers/registry.h"
#include "store/password.h"
#include "store/throttle.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scratch_store.h"

enum { T0 = 1700000010 }; /* the first second of a step */

static struct scratch_store scratch;
static struct cs_local_settings settings;
static struct cs_provider *provider;

static inline void local_open(void)
{
    struct cs_error error = {0};

    fake_clock_set(T0);
    scratch_store_make(&scratch);
    settings = (struct cs_local_settings){.store = scratch.path, .key_file = scratch.key_path};
    assert_int_equal(cs_local_kind.open(&settings, NULL, &provider, &error), CS_OK);
}

static inline void local_close(void)
{
    cs_provider_close(&provider);
    scratch_store_remove(&scratch);
}

/* A device for a user. The caller clears it. */
static inline void enrol_chosen(const struct cs_enrolment_choice *choice,
                                struct cs_enrolment *ret_enrolment)
{
    struct cs_transaction transaction;
    struct cs_error error = {0};

    *ret_enrolment = (struct cs_enrolment){0};
    assert_int_equal(cs_enrolment_prepare(choice, ret_enrolment, &error), CS_OK);
    assert_int_equal(cs_store_begin(scratch.store, &transaction, &error), CS_OK);
    assert_int_equal(cs_enrolment_save(&transaction, ret_enrolment, &error), CS_OK);
    assert_int_equal(cs_store_commit(&transaction, &error), CS_OK);
}

/* An authenticator app. */
static inline void enrol_app(const char *user, struct cs_enrolment *ret_enrolment)
{
    enrol_chosen(&(struct cs_enrolment_choice){.user = user}, ret_enrolment);
}

static const char local_password[] = "correct horse battery staple";

/* Gives alice that password. */
static inline void save_password(struct cs_transaction *transaction)
{
    const struct cs_secret secret = {(char *)(uintptr_t)local_password, sizeof local_password - 1};
    CS_AUTO(cs_secret_free) struct cs_secret hash = {0};
    char setting[CS_PASSWORD_SETTING_SIZE];

    assert_int_equal(cs_password_setting(setting, NULL), CS_OK);
    assert_int_equal(cs_password_hash(&secret, setting, &hash, NULL), CS_OK);
    assert_int_equal(cs_password_set(transaction, "alice", &hash, T0, NULL), CS_OK);
}

static inline unsigned failures_of(enum cs_throttle_scope scope, const char *subject, int64_t now)
{
    struct cs_transaction transaction;
    struct cs_error error = {0};
    unsigned failures = 0;

    assert_int_equal(cs_store_begin(scratch.store, &transaction, &error), CS_OK);
    assert_int_equal(cs_throttle_count(&transaction, scope, subject, now, &failures, &error),
                     CS_OK);
    assert_int_equal(cs_store_commit(&transaction, &error), CS_OK);
    return failures;
}

#endif
