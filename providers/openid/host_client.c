/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a provider accepts this machine's clients, found out without a user: by a token of the
 * client's own, if there are any, and by asking what became of a request that was never made.
 * Servers look at the client first (RFC 6749 section 5.2), so what they say about the request shows
 * that the client is good and may use that grant.
 */
#include "providers/openid/form.h"
#include "providers/openid/host_visit.h"
#include "providers/openid/word.h"

enum { HANDLE_LENGTH = 26, TOKEN_LIFE_MAX = 366 * 24 * 3600, TOKEN_BYTES_MAX = 64 * 1024 };

/* A grant, for which a request can be made up. */
struct grant {
    const char *type, *parameter; /* grant_type, and the name of the handle */
    const char *name, *what;      /* of the fact */
    const char *id_option;        /* whose client it is */
    bool names_client;
};

static const struct grant ciba = {
    "urn:openid:params:grant-type:ciba",   "auth_req_id", "approval_client",
    "the client for approvals on a phone", "client-id",   false};
static const struct grant device = {"urn:ietf:params:oauth:grant-type:device_code",
                                    "device_code",
                                    "browser_client",
                                    "the client for sign-ins with a browser",
                                    "client-id or device-client-id",
                                    true};

static enum cs_err post(struct cs_openid_visit *visit, const struct cs_openid_client *client,
                        bool names_client, struct cs_buffer *form, const char *what,
                        struct cs_openid_answer *ret_answer, struct cs_error *error)
{
    bool sent = false;

    return cs_openid_post(visit->openid, &visit->call,
                          &(struct cs_openid_request){.endpoint = visit->metadata.token_endpoint,
                                                      .client = client,
                                                      .names_client = names_client,
                                                      .form = form,
                                                      .sent = &sent,
                                                      .what = what},
                          ret_answer, error);
}

/* What to look at depends on what the client proves itself with. */
static const char *advice(const struct cs_openid_client *client)
{
    switch (client->authentication) {
    case CS_OPENID_BASIC:
    case CS_OPENID_POST:
        return "that the secret is the one that the provider shows for this client, and that "
               "client-authentication is how it is registered";
    case CS_OPENID_PRIVATE_KEY:
        return "that the public key is registered there ('countersign host enroll' prints it "
               "again), this machine's clock, and assertion-audience";
    case CS_OPENID_MUTUAL_TLS:
        return "that the certificate's subject is registered there";
    default:
        return "that it is registered as a public client, or set its authentication and secret";
    }
}

static void refused(struct cs_openid_visit *visit, const struct cs_openid_client *client,
                    const struct cs_openid_answer *answer, const char *option)
{
    cs_visit_problem(visit, "the provider refuses the client '%s' (%s); check %s, and %s",
                     client->id, answer->said, option, advice(client));
}

/* ---- a token of the client's own ---- */

static void note_token(struct cs_openid_visit *visit, const struct cs_openid_answer *answer)
{
    unsigned seconds;

    if (cs_openid_answer_text(answer, "access_token", TOKEN_BYTES_MAX) == NULL) {
        cs_visit_problem(visit, "the answer to the request for a token has no access_token; check "
                                "that issuer is the provider's");
        return;
    }
    cs_visit_fact(visit, "token", "a token by client_credentials", "received");
    seconds = cs_openid_answer_seconds(answer, "expires_in", 0, TOKEN_LIFE_MAX);
    if (seconds > 0)
        cs_visit_number(visit, "token_expires_in", "it expires in", seconds, "s");
    else
        cs_visit_limit(visit, "it does not say when its tokens expire (expires_in)");
}

/* True unless the client's proof was refused: then there is nothing else to ask. */
static bool get_token(struct cs_openid_visit *visit, const struct cs_openid_client *client)
{
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    struct cs_error error = {0};

    cs_form_add(&form, "grant_type", "client_credentials");
    if (post(visit, client, false, &form, "the request for a token", &answer, &error) != CS_OK) {
        cs_visit_problem(visit, "%s", error.text);
        return true;
    }
    if (answer.word == CS_OPENID_SUCCESS) {
        note_token(visit, &answer);
        return true;
    }
    if (answer.word == CS_OPENID_BAD_CLIENT && !answer.knows_client) {
        refused(visit, client, &answer, "client-id");
        return false;
    }
    /* The provider may want a scope, or have reasons of its own: logins need no such token. */
    cs_visit_limit(visit,
                   "it gives the client no token by client_credentials (%s); logins need "
                   "none",
                   answer.said);
    return true;
}

/* ---- a request that was never made ---- */

/* False: the client's proof was refused. */
static bool judge(struct cs_openid_visit *visit, const struct grant *grant,
                  const struct cs_openid_client *client, const struct cs_openid_answer *answer)
{
    switch (answer->word) {
    case CS_OPENID_USED:
    case CS_OPENID_EXPIRED:
    case CS_OPENID_PENDING:
    case CS_OPENID_SLOW_DOWN:
    case CS_OPENID_DENIED:
        cs_visit_fact(visit, grant->name, grant->what, "accepted");
        return true;
    case CS_OPENID_BAD_CLIENT:
        cs_visit_fact(visit, grant->name, grant->what, "refused");
        if (answer->knows_client)
            cs_visit_problem(visit,
                             "the client '%s' may not use %s (%s); allow that grant for it at the "
                             "provider",
                             client->id, grant->type, answer->said);
        else
            refused(visit, client, answer, grant->id_option);
        return answer->knows_client;
    case CS_OPENID_SUCCESS:
        cs_visit_problem(visit, "the provider gives tokens for a request that was never made; do "
                                "not use it before that is explained");
        return true;
    default:
        cs_visit_fact(visit, grant->name, grant->what, "not known");
        cs_visit_limit(visit, "whether it accepts the client '%s' shows only in a login (%s)",
                       client->id, answer->said);
        return true;
    }
}

static bool ask(struct cs_openid_visit *visit, const struct grant *grant,
                const struct cs_openid_client *client)
{
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};
    char handle[HANDLE_LENGTH + 1];
    struct cs_error error = {0};
    enum cs_err result = cs_openid_make_word(HANDLE_LENGTH, handle, &error);

    cs_form_add(&form, "grant_type", grant->type);
    cs_form_add(&form, grant->parameter, handle);
    if (result == CS_OK)
        result = post(visit, client, grant->names_client, &form,
                      "the question about a made-up request", &answer, &error);
    if (result == CS_OK)
        return judge(visit, grant, client, &answer);
    cs_visit_problem(visit, "%s", error.text);
    return true;
}

void cs_visit_clients(struct cs_openid_visit *visit)
{
    struct cs_openid *openid = visit->openid;
    bool proves = openid->client.id != NULL && openid->client.authentication != CS_OPENID_NONE;
    bool good = true;

    if (!visit->announced.client_credentials)
        cs_visit_limit(visit, "no token without a user (it announces no client_credentials)");
    else if (proves)
        good = get_token(visit, &openid->client);
    if (good && openid->client.id != NULL && visit->metadata.ciba_endpoint != NULL &&
        visit->metadata.polls)
        good = ask(visit, &ciba, &openid->client);
    /* One client for both was refused already. */
    if ((good || openid->settings->device_client_id != NULL) &&
        visit->metadata.device_endpoint != NULL)
        (void)ask(visit, &device, &openid->device_client);
}
