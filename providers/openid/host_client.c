/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a provider accepts this machine's clients, found out without a user: by a token of the
 * client's own, by a request for an approval that names nobody, and by a sign-in that nobody ends.
 * Polls for requests that were never made show nothing: glewlwyd 2.7 looks at those before it looks
 * at the client.
 */
#include "providers/openid/form.h"
#include "providers/openid/host_visit.h"

enum { TOKEN_LIFE_MAX = 366 * 24 * 3600, TOKEN_BYTES_MAX = 64 * 1024, HANDLE_BYTES_MAX = 4096 };

/* What users are asked by. */
struct grant {
    const char *type;        /* grant_type */
    const char *name, *what; /* of the fact */
    const char *id_option;   /* whose client it is */
    bool names_client;
};

static const struct grant ciba = {"urn:openid:params:grant-type:ciba", "approval_client",
                                  "the client for approvals on a phone", "client-id", false};
static const struct grant device = {"urn:ietf:params:oauth:grant-type:device_code",
                                    "browser_client", "the client for sign-ins with a browser",
                                    "client-id or device-client-id", true};

/* A failure is one of the problems, and false. */
static bool post(struct cs_openid_visit *visit, const char *endpoint,
                 const struct cs_openid_client *client, bool names_client, struct cs_buffer *form,
                 const char *what, struct cs_openid_answer *ret_answer)
{
    struct cs_error error = {0};
    bool sent = false;
    const struct cs_openid_request request = {.endpoint = endpoint,
                                              .client = client,
                                              .names_client = names_client,
                                              .form = form,
                                              .sent = &sent,
                                              .what = what};

    if (cs_openid_post(visit->openid, &visit->call, &request, ret_answer, &error) == CS_OK)
        return true;
    cs_visit_problem(visit, "%s", error.text);
    return false;
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

    cs_form_add(&form, "grant_type", "client_credentials");
    if (!post(visit, visit->metadata.token_endpoint, client, false, &form,
              "the request for a token", &answer))
        return true;
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

/* ---- requests that reach nobody ---- */

static bool accepted(struct cs_openid_visit *visit, const struct grant *grant)
{
    cs_visit_fact(visit, grant->name, grant->what, "accepted");
    return true;
}

/* False: the client's proof was refused. */
static bool rejected(struct cs_openid_visit *visit, const struct grant *grant,
                     const struct cs_openid_client *client, const struct cs_openid_answer *answer)
{
    switch (answer->word) {
    case CS_OPENID_SLOW_DOWN:
    case CS_OPENID_BUSY:
        cs_visit_fact(visit, grant->name, grant->what, "not known");
        cs_visit_limit(visit, "it cannot say now whether it accepts the client '%s' (%s)",
                       client->id, answer->said);
        return true;
    case CS_OPENID_BAD_CLIENT:
        cs_visit_fact(visit, grant->name, grant->what, "refused");
        if (!answer->knows_client) {
            refused(visit, client, answer, grant->id_option);
            return false;
        }
        cs_visit_problem(visit,
                         "the provider refuses what the client '%s' asks for (%s); check scope, "
                         "that it may use %s there, and its proof, of which some providers say "
                         "the same",
                         client->id, answer->said, grant->type);
        return true;
    default:
        cs_visit_fact(visit, grant->name, grant->what, "refused");
        cs_visit_problem(visit,
                         "the provider refuses a request of the client '%s' (%s); check "
                         "scope and acr-values",
                         client->id, answer->said);
        return true;
    }
}

static void write_form(const struct cs_openid_visit *visit, struct cs_buffer *form)
{
    const struct cs_openid_settings *settings = visit->openid->settings;

    cs_form_add(form, "scope", settings->scope);
    cs_form_add(form, "acr_values", cs_openid_levels(settings, settings));
}

/* The provider authenticates the client before it looks for the hint (CIBA Core section 7.2), and
 * without one there is nobody to ask. */
static bool ask_for_nobody(struct cs_openid_visit *visit)
{
    const struct cs_openid_client *client = &visit->openid->client;
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer answer = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0};

    write_form(visit, &form);
    if (!post(visit, visit->metadata.ciba_endpoint, client, ciba.names_client, &form,
              "a request for an approval that names nobody", &answer))
        return true;
    switch (answer.word) {
    case CS_OPENID_REFUSED:
    case CS_OPENID_UNKNOWN_USER:
    case CS_OPENID_USER_CODE:
        return accepted(visit, &ciba);
    case CS_OPENID_SUCCESS:
        cs_visit_problem(visit, "the provider accepts a request for an approval that names nobody; "
                                "do not use it before that is explained");
        return true;
    default:
        return rejected(visit, &ciba, client, &answer);
    }
}

/* The sign-in is never shown to anybody, and expires. Some providers look at the client only when
 * it polls, so there is one poll. */
static bool begin_sign_in(struct cs_openid_visit *visit)
{
    const struct cs_openid_client *client = &visit->openid->device_client;
    CS_AUTO(cs_openid_answer_clear) struct cs_openid_answer started = {0}, polled = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer form = {0}, poll = {0};
    const char *handle;

    write_form(visit, &form);
    if (!post(visit, visit->metadata.device_endpoint, client, device.names_client, &form,
              "the request for a sign-in", &started))
        return true;
    if (started.word != CS_OPENID_SUCCESS)
        return rejected(visit, &device, client, &started);
    handle = cs_openid_answer_text(&started, "device_code", HANDLE_BYTES_MAX);
    if (handle == NULL) {
        cs_visit_problem(visit, "the answer to the request for a sign-in has no device_code");
        return true;
    }
    cs_form_add(&poll, "grant_type", device.type);
    cs_form_add(&poll, "device_code", handle);
    if (!post(visit, visit->metadata.token_endpoint, client, device.names_client, &poll,
              "the question whether somebody signed in", &polled))
        return true;
    return polled.word == CS_OPENID_PENDING || polled.word == CS_OPENID_SLOW_DOWN
               ? accepted(visit, &device)
               : rejected(visit, &device, client, &polled);
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
        good = ask_for_nobody(visit);
    /* One client for both was refused already. */
    if ((good || openid->settings->device_client_id != NULL) &&
        visit->metadata.device_endpoint != NULL)
        (void)begin_sign_in(visit);
}
