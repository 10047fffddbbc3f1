/* SPDX-License-Identifier: Apache-2.0 */
/* Werbot: one request says whether a user gets in, with a code or after an approval for which the
 * server holds the request. */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "net/libcurl.h"
#include "providers/kind.h"
#include "providers/server/pool.h"
#include "providers/werbot/answer.h"
#include "providers/werbot/settings.h"
#include "json/write.h"

enum { CODE_MIN = 6, CODE_MAX = 8 };

struct werbot {
    struct cs_provider provider;
    const struct cs_werbot_settings *settings; /* what it was opened with */
    const struct cs_log *log;
    struct cs_trace *trace;
    struct cs_server_pool *servers;
};

/* ---- the request ---- */

struct question {
    const char *identity;
    const struct cs_secret *code; /* NULL: an approval */
    unsigned total_ms;            /* 0: request-timeout */
};

/* All members, in the order of the module that this replaces: a filter may be in front. */
static enum cs_err write_body(const struct cs_werbot_service *service, const struct cs_call *call,
                              const struct question *question, struct cs_secret *ret_body,
                              struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "serviceID", service->id);
    cs_json_write_string(writer, "serviceKey", service->key);
    cs_json_write_string(writer, "user", call->account);
    cs_json_write_string(writer, "tfaMethod", question->code != NULL ? "totp" : "U2F");
    cs_json_write_string(writer, "totpCode", question->code != NULL ? question->code->data : "");
    cs_json_write_string(writer, "userIP", call->address != NULL ? call->address : "");
    cs_json_write_string(writer, "wID", question->identity);
    cs_json_write_end(writer);
    return cs_json_print(writer, CS_JSON_COMPACT, ret_body, error);
}

static enum cs_err ask(struct werbot *werbot, const struct cs_call *call,
                       const struct question *question, struct cs_werbot_answer *ret_answer,
                       struct cs_error *error)
{
    const struct cs_werbot_service service = cs_werbot_service_of(werbot->settings, call->settings);
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    CS_AUTO(cs_secret_free) struct cs_secret body = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_http_request request = {.method = "POST",
                                      .content_type = "application/json",
                                      .accept = "application/json",
                                      .body = &body,
                                      .once = true,
                                      .total_ms = question->total_ms,
                                      .what = "the question whether somebody gets in"};
    enum cs_err result = write_body(&service, call, question, &body, error);

    cs_buffer_printf(&url, "https://%s/auth/agent/nix", service.server);
    if (url.failed)
        result = cs_fail_nomem(error);
    if (result == CS_OK)
        result =
            cs_server_pool_perform(werbot->servers, url.text, &http, &request, &response, error);
    if (result == CS_OK)
        result = cs_werbot_answer_read(&response, ret_answer, error);
    if (result == CS_OK && ret_answer->own_fault)
        result = cs_fail(error, CS_ERR_CONFIG,
                         "the server does not know this machine's service (%s); check service-id "
                         "and service-key",
                         ret_answer->said);
    return result;
}

/* ---- slots ---- */

static unsigned kinds_of(const struct cs_provider *provider)
{
    (void)provider;
    return CS_KIND(CS_FACTOR_TOTP);
}

static bool fits(enum cs_factor_kind kind, const struct cs_secret *answer)
{
    if (kind != CS_FACTOR_TOTP || answer->length < CODE_MIN || answer->length > CODE_MAX)
        return false;
    for (size_t i = 0; i < answer->length; i++) {
        if (answer->data[i] < '0' || answer->data[i] > '9')
            return false;
    }
    return true;
}

/* Whether the server answers at all, to a request that has nothing of the user's in it. Any answer
 * will do. */
static enum cs_err probe(struct werbot *werbot, const struct cs_call *call, struct cs_error *error)
{
    const struct cs_werbot_service service = cs_werbot_service_of(werbot->settings, call->settings);
    const struct cs_http_call http = {call->deadline, call->cancel_fd, call->language};
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    struct cs_http_request request = {.method = "GET",
                                      .accept = "application/json",
                                      .once = true,
                                      .what = "the question whether the server is there"};

    cs_buffer_printf(&url, "https://%s/", service.server);
    if (url.failed)
        return cs_fail_nomem(error);
    return cs_server_pool_perform(werbot->servers, url.text, &http, &request, &response, error);
}

static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    enum cs_err result = probe((struct werbot *)provider, call, error);

    if (result != CS_OK)
        return result;
    ret_user->found = true;
    (void)strncat(ret_user->name, identity, sizeof ret_user->name - 1);
    return CS_OK;
}

/* The server says who has what only when it is asked to judge. */
static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    const struct cs_listed_factor factor = {.kind = CS_FACTOR_TOTP, .id = "werbot"};

    (void)provider;
    (void)call;
    (void)user;
    return (listing->kinds & CS_KIND(CS_FACTOR_TOTP)) != 0
               ? cs_listed_factors_add(ret_factors, &factor, error)
               : CS_OK;
}

static enum cs_reason reason_of(const struct cs_werbot_answer *answer, bool code)
{
    if (answer->success)
        return code ? CS_REASON_TOTP : CS_REASON_APPROVED;
    if (answer->reason != CS_REASON_NONE)
        return answer->reason;
    return code ? CS_REASON_WRONG_CODE : CS_REASON_DENIED;
}

/* What was typed as an identity may be a password, until the server has confirmed it. */
static void note(const struct werbot *werbot, const struct cs_call *call, const char *identity,
                 const struct cs_werbot_answer *answer)
{
    if (answer->success)
        cs_log(werbot->log, LOG_INFO, "Werbot says of '%s' as '%s': %s", identity, call->account,
               answer->said);
    else
        cs_log(werbot->log, LOG_NOTICE, "Werbot says of a login as '%s': %s", call->account,
               answer->said);
}

/* A server that holds a request until somebody decides looks like one that is away. Only one that
 * cannot be reached now either is: one whose certificate is wrong, for example, is not. */
static enum cs_err judge_silence(struct werbot *werbot, const struct cs_call *call,
                                 struct cs_outcome *ret_outcome, struct cs_error *error)
{
    enum cs_err result = probe(werbot, call, error);

    if (result == CS_OK)
        *ret_outcome = (struct cs_outcome){CS_JUDGED_OVER, .reason = CS_REASON_EXPIRED};
    return result;
}

static enum cs_err judge(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    struct werbot *werbot = (struct werbot *)provider;
    bool code = attempt->answer->length > 0;
    const struct question question = {.identity = attempt->identity,
                                      .code = code ? attempt->answer : NULL,
                                      .total_ms =
                                          code ? 0 : werbot->settings->approval_timeout * 1000};
    struct cs_werbot_answer answer = {0};
    enum cs_err result;

    *ret_outcome = (struct cs_outcome){.reason = CS_REASON_UNKNOWN_USER};
    if (attempt->identity == NULL || attempt->kind != CS_FACTOR_TOTP)
        return CS_OK;
    result = ask(werbot, call, &question, &answer, error);
    if (result == CS_ERR_UNREACHABLE && !code)
        return judge_silence(werbot, call, ret_outcome, error);
    if (result != CS_OK)
        return result;
    ret_outcome->judgement = answer.success ? CS_JUDGED_RIGHT : CS_JUDGED_WRONG;
    ret_outcome->reason = reason_of(&answer, code);
    note(werbot, call, attempt->identity, &answer);
    return CS_OK;
}

/* The server has no question of its own for this: it asks the user to approve. */
static enum cs_err account(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user, struct cs_standing *ret_standing,
                           struct cs_error *error)
{
    struct werbot *werbot = (struct werbot *)provider;
    const struct question question = {.identity = user->name,
                                      .total_ms = werbot->settings->approval_timeout * 1000};
    struct cs_werbot_answer answer = {0};
    enum cs_err result = ask(werbot, call, &question, &answer, error);

    if (result != CS_OK)
        return result;
    ret_standing->may_log_in = answer.success;
    ret_standing->reason = reason_of(&answer, false);
    note(werbot, call, user->name, &answer);
    return CS_OK;
}

static void close_werbot(struct cs_provider *provider)
{
    struct werbot *werbot = (struct werbot *)provider;

    cs_server_pool_free(&werbot->servers);
    cs_trace_free(&werbot->trace);
    free(werbot);
}

static const struct cs_provider_ops ops = {
    .name = "werbot",
    .remote = true,
    .judges_unlisted = true,
    .binds_identity = true,
    .accepts_empty = CS_KIND(CS_FACTOR_TOTP),
    .account_asks = true,
    .kinds = kinds_of,
    .fits = fits,
    .find_user = find_user,
    .list_factors = list_factors,
    .judge = judge,
    .account = account,
    .close = close_werbot,
};

static enum cs_err open_werbot(const void *settings, const struct cs_log *log,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    struct werbot *werbot = calloc(1, sizeof *werbot);
    struct cs_http_settings http;
    enum cs_err result;

    if (werbot == NULL)
        return cs_fail_nomem(error);
    werbot->provider.ops = &ops;
    werbot->settings = settings;
    werbot->log = log;
    result = cs_connection_trace(&werbot->settings->connection, log, &werbot->trace, error);
    http = cs_connection_http(&werbot->settings->connection, werbot->trace);
    if (result == CS_OK) {
        werbot->servers = cs_server_pool_new(&http);
        result = werbot->servers != NULL ? CS_OK : cs_fail_nomem(error);
    }
    if (result != CS_OK) {
        close_werbot(&werbot->provider);
        return result;
    }
    *ret_provider = &werbot->provider;
    return CS_OK;
}

_Static_assert(sizeof(struct cs_werbot_settings) <= CS_PROVIDER_SETTINGS_MAX, "a login has room");

const struct cs_provider_kind cs_werbot_kind = {
    .name = "werbot",
    .rows = cs_werbot_rows,
    .size = sizeof(struct cs_werbot_settings),
    .check = cs_werbot_check_settings,
    .load = cs_libcurl_load,
    .open = open_werbot,
};
