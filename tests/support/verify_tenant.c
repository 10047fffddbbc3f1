/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/support/verify_tenant.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "providers/ibm_verify/verify.h"
#include "providers/registry.h"
#include "tests/support/python_child.h"
#include "tests/support/scratch_folder.h"

enum { PATIENCE_MS = 20000 };

/* ---- the process ---- */

int verify_tenant_setup(void **state)
{
    struct verify_tenant *tenant = calloc(1, sizeof *tenant);
    int input, output;

    assert_non_null(tenant);
    scratch_folder_make(tenant->folder, sizeof tenant->folder);
    char *const arguments[] = {(char[]){"python3"}, (char[]){"-B"}, (char[]){CS_VERIFY_TENANT},
                               tenant->folder, NULL};

    tenant->process = python_child_start(arguments, &input, &output);
    tenant->input = fdopen(input, "w");
    tenant->output = fdopen(output, "r");
    assert_non_null(tenant->input);
    assert_non_null(tenant->output);
    *state = tenant;
    return 0;
}

int verify_tenant_teardown(void **state)
{
    struct verify_tenant *tenant = *state;

    (void)fclose(tenant->input);
    assert_int_equal(waitpid(tenant->process, NULL, 0), tenant->process);
    (void)fclose(tenant->output);
    scratch_folder_remove(tenant->folder);
    free(tenant);
    return 0;
}

const char *tenant_ask(struct verify_tenant *tenant, const char *python)
{
    assert_true(fprintf(tenant->input, "%s\n", python) > 0);
    assert_int_equal(fflush(tenant->input), 0);
    assert_non_null(fgets(tenant->line, sizeof tenant->line, tenant->output));
    tenant->line[strcspn(tenant->line, "\n")] = '\0';
    if (strncmp(tenant->line, "failed: ", 8) == 0)
        fail_msg("%s: %s", python, tenant->line);
    return tenant->line;
}

void tenant_do(struct verify_tenant *tenant, const char *python)
{
    (void)tenant_ask(tenant, python);
}

/* ---- one test ---- */

/* A string's value without its quotes; the caller's to free. */
static char *ask_text(struct verify_tenant *tenant, const char *python)
{
    const char *line = tenant_ask(tenant, python);
    size_t length = strlen(line);
    char *text;

    assert_true(length >= 2 && line[0] == '"');
    text = strndup(line + 1, length - 2);
    assert_non_null(text);
    return text;
}

static void open_provider(struct verify_tenant *tenant)
{
    assert_int_equal(cs_verify_check_settings(&tenant->settings, NULL, &tenant->error), CS_OK);
    assert_int_equal(
        cs_verify_kind.open(&tenant->settings, &tenant->log, &tenant->provider, &tenant->error),
        CS_OK);
}

int verify_login_setup(void **state)
{
    struct verify_tenant *tenant = *state;

    tenant_do(tenant, "fresh()");
    tenant->host = ask_text(tenant, "tenant.host");
    tenant->client_id = ask_text(tenant, "tenant.client_id");
    tenant->client_secret = ask_text(tenant, "tenant.client_secret");
    tenant->ca_file = ask_text(tenant, "tenant.ca_file");
    tenant->settings = (struct cs_verify_settings){
        .host = tenant->host,
        .port = (unsigned)strtoul(tenant_ask(tenant, "tenant.port"), NULL, 10),
        .client_id = tenant->client_id,
        .client_secret = tenant->client_secret,
        .connection.ca_path = tenant->ca_file,
        .connection.max_handles = 4,
        .connection.connect_timeout = 5,
        .connection.request_timeout = 10};
    tenant->log = log_into(&tenant->lines);
    tenant->login = (struct cs_verify_settings){0};
    tenant->listing = (struct cs_listing){0};
    tenant->challenge = (struct cs_challenge){0};
    tenant->error = (struct cs_error){0};
    tenant->call = (struct cs_call){
        .deadline = cs_clock_ms() + PATIENCE_MS, .cancel_fd = -1, .settings = &tenant->login};
    open_provider(tenant);
    return 0;
}

int verify_login_teardown(void **state)
{
    struct verify_tenant *tenant = *state;

    cs_provider_close(&tenant->provider);
    cs_provider_user_clear(&tenant->user);
    cs_listed_factors_clear(&tenant->factors);
    free(tenant->host);
    free(tenant->client_id);
    free(tenant->client_secret);
    free(tenant->ca_file);
    cs_buffer_free(&tenant->lines);
    tenant_do(tenant, "tenant.check()");
    return 0;
}

void assert_calls(struct verify_tenant *tenant, const char *expected)
{
    assert_string_equal(tenant_ask(tenant, "tenant.calls()"), expected);
    tenant_do(tenant, "tenant.forget_requests()");
}

/* ---- calls ---- */

enum cs_err login_find(struct verify_tenant *tenant, const char *identity)
{
    cs_provider_user_clear(&tenant->user);
    return tenant->provider->ops->find_user(tenant->provider, &tenant->call, identity,
                                            &tenant->user, &tenant->error);
}

enum cs_err login_list(struct verify_tenant *tenant, unsigned kinds)
{
    cs_listed_factors_clear(&tenant->factors);
    tenant->listing.kinds = kinds;
    return tenant->provider->ops->list_factors(tenant->provider, &tenant->call, &tenant->user,
                                               &tenant->listing, &tenant->factors, &tenant->error);
}

enum cs_err login_begin(struct verify_tenant *tenant, size_t factor)
{
    static const struct cs_challenge_request request = {
        .message = "Log in to \"host1\"?", .client = "192.0.2.7", .program = "sshd", .seconds = 60};

    assert_true(factor < tenant->factors.count);
    return tenant->provider->ops->begin(tenant->provider, &tenant->call, &tenant->user,
                                        &tenant->factors.items[factor], &request,
                                        &tenant->challenge, &tenant->error);
}

enum cs_err login_answer(struct verify_tenant *tenant, enum cs_factor_kind kind, const char *answer)
{
    const struct cs_secret typed = {(char *)(uintptr_t)answer, strlen(answer)};
    const struct cs_attempt attempt = {
        .identity = "ann",
        .user = &tenant->user,
        .kind = kind,
        .factors = kind == CS_FACTOR_PASSWORD ? NULL : tenant->factors.items,
        .factor_count = kind == CS_FACTOR_PASSWORD ? 0 : tenant->factors.count,
        .challenge = tenant->challenge.id[0] ? &tenant->challenge : NULL,
        .answer = &typed,
        .subject = "ann",
        .client = "",
        .countable = true};

    tenant->outcome = (struct cs_outcome){0};
    return tenant->provider->ops->judge(tenant->provider, &tenant->call, &attempt, &tenant->outcome,
                                        &tenant->error);
}

enum cs_err login_poll(struct verify_tenant *tenant, size_t factor)
{
    return tenant->provider->ops->poll(tenant->provider, &tenant->call, &tenant->user,
                                       &tenant->factors.items[factor], &tenant->challenge,
                                       &tenant->approval, &tenant->error);
}
