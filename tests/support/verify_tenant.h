/* SPDX-License-Identifier: Apache-2.0 */
/* The strict tenant of countersign/tenant.py in its own process, and a login to it. Every function
 * fails the test if it does not succeed. */
#ifndef CS_TESTS_SUPPORT_VERIFY_TENANT_H
#define CS_TESTS_SUPPORT_VERIFY_TENANT_H

#include <stdio.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "providers/ibm_verify/settings.h"
#include "providers/provider.h"

struct verify_tenant {
    char folder[64];
    pid_t process;
    FILE *input, *output;
    char line[16384];

    /* One test's. */
    struct cs_verify_settings settings; /* as the tenant expects them; the provider goes by them */
    char *host, *client_id, *client_secret, *ca_file;
    struct cs_buffer lines; /* the log */
    struct cs_log log;
    struct cs_provider *provider;
    struct cs_verify_settings login; /* what the logins have; the provider was opened with others */
    struct cs_call call;
    struct cs_listing listing;
    struct cs_provider_user user;
    struct cs_listed_factors factors;
    struct cs_challenge challenge;
    struct cs_outcome outcome;
    struct cs_approval_state approval;
    struct cs_error error;
};

/* Setup and teardown for a group of tests: *state is a struct verify_tenant. */
int verify_tenant_setup(void **state);
int verify_tenant_teardown(void **state);

/* Setup and teardown for each test: a new tenant that knows only "ann", with the provider open. The
 * teardown fails if the tenant saw anything that a correct client would not have sent. */
int verify_login_setup(void **state);
int verify_login_teardown(void **state);

/* Run one line of Python there; the second returns its value as JSON, valid until the next call. */
void tenant_do(struct verify_tenant *tenant, const char *python);
const char *tenant_ask(struct verify_tenant *tenant, const char *python);

/* Call the provider with the struct's values. */
enum cs_err login_find(struct verify_tenant *tenant, const char *identity);
enum cs_err login_list(struct verify_tenant *tenant, unsigned kinds);
enum cs_err login_begin(struct verify_tenant *tenant, size_t factor);
enum cs_err login_answer(struct verify_tenant *tenant, enum cs_factor_kind kind,
                         const char *answer);
enum cs_err login_poll(struct verify_tenant *tenant, size_t factor);

/* The names of the calls since this was last called. */
void assert_calls(struct verify_tenant *tenant, const char *expected);

#endif
