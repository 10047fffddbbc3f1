/* SPDX-License-Identifier: Apache-2.0 */
/* enroll u2f: with a key in this machine, or in two steps with a key elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/key_answer.h"
#include "cli/key_model.h"
#include "cli/key_settings.h"
#include "cli/verb.h"
#include "providers/local/register.h"
#include "store/owner.h"
#include "u2f/origins.h"

enum { LABEL, APP_ID, ORIGIN, VERIFICATION, U2F_ONLY, ATTESTATION, REQUEST, RESPONSE };

const struct cs_verb_option cs_options_enroll_u2f[CS_VERB_OPTIONS_MAX] = {
    [LABEL] = {"label", "TEXT", "A name to tell keys apart."},
    [APP_ID] = {"app-id", "ID", "Register for this application, not u2f_app_id."},
    [ORIGIN] = {"origin", "LIST", "Accept an answer with these origins, not u2f_origins."},
    [VERIFICATION] = {"verification", "WORD",
                      "discouraged, preferred or required, not u2f_verification."},
    [U2F_ONLY] = {"u2f-only", NULL, "Use U2F, for a countersign-touch without FIDO2."},
    [ATTESTATION] = {"attestation", NULL,
                     "Ask the key for its maker's attestation, and verify it."},
    [REQUEST] = {"request", NULL, "The key is elsewhere: print a request for it."},
    [RESPONSE] = {"response", NULL, "Read its answer from standard input."},
};

enum way { KEY_HERE, KEY_ASKED_ELSEWHERE, KEY_ANSWERED_ELSEWHERE };

struct key_wishes {
    const char *user, *label, *app_id, *origin, *verification;
    struct cs_register_wishes register_as;
    enum way way;
    bool json;
};

struct registration {
    struct key_wishes wishes;
    struct cs_config *config;
    struct cs_options options; /* of `config` */
    struct cs_pending pending;
    bool found; /* `pending` was in the store */
    struct cs_u2f_request request;
    struct cs_u2f_enrolled enrolled;
    struct cs_factor factor;
    bool attested;
    unsigned recovery_left;
};

static void clear_registration(struct registration *registration)
{
    cs_factor_clear(&registration->factor);
    cs_config_release(&registration->config);
}

static void free_registration(struct registration **registration)
{
    if (*registration != NULL)
        clear_registration(*registration);
    free(*registration);
}

static int read_words(const struct cs_cli *cli, const struct cs_words *words,
                      struct key_wishes *wishes)
{
    bool asked = words->options[REQUEST] != NULL, answered = words->options[RESPONSE] != NULL;

    if (asked && answered)
        return cs_usage_error("--request and --response are two steps: first --request, then, with "
                              "the answer of countersign-touch, --response");
    *wishes =
        (struct key_wishes){.user = words->operands[0],
                            .label = words->options[LABEL],
                            .app_id = words->options[APP_ID],
                            .origin = words->options[ORIGIN],
                            .verification = words->options[VERIFICATION],
                            .register_as = {.u2f_only = words->options[U2F_ONLY] != NULL,
                                            .attestation = words->options[ATTESTATION] != NULL},
                            .way = asked      ? KEY_ASKED_ELSEWHERE
                                   : answered ? KEY_ANSWERED_ELSEWHERE
                                              : KEY_HERE,
                            .json = cli->json};
    return cs_key_check_names(wishes->app_id, wishes->origin, asked);
}

/* What only a new request can follow. */
static int check_options(const struct cs_words *words)
{
    static const unsigned char of_requests[] = {VERIFICATION, U2F_ONLY, ATTESTATION};

    for (size_t i = 0; i < CS_ARRAY_SIZE(of_requests) && words->options[RESPONSE] != NULL; i++) {
        if (words->options[of_requests[i]] != NULL)
            return cs_usage_error("--%s is for the request: give it together with --request",
                                  cs_options_enroll_u2f[of_requests[i]].name);
    }
    if (words->options[U2F_ONLY] != NULL && words->options[ATTESTATION] != NULL)
        return cs_usage_error("--u2f-only and --attestation exclude each other: with U2F the "
                              "attestation always comes, and is verified");
    return CS_EXIT_OK;
}

/* ---- asking ---- */

/* What --verification says, else the option. */
static enum cs_err choose_verification(const struct key_wishes *wishes,
                                       const struct cs_key_names *names, struct cs_pending *pending,
                                       struct cs_error *error)
{
    enum cs_u2f_verification verification = names->verification;

    if (wishes->verification != NULL &&
        !cs_u2f_read_verification(wishes->verification, &verification))
        return cs_fail(error, CS_ERR_CONFIG,
                       "--verification is '%s'; it must be discouraged, preferred or required",
                       wishes->verification);
    if (wishes->register_as.u2f_only && verification == CS_U2F_REQUIRED)
        return cs_fail(error, CS_ERR_CONFIG,
                       "user verification is required (%s), which U2F does not have: leave out "
                       "--u2f-only",
                       wishes->verification != NULL ? "--verification" : "u2f_verification");
    pending->verification = verification;
    return CS_OK;
}

static enum cs_err prepare(const struct key_wishes *wishes, const struct cs_options *options,
                           struct cs_pending *pending, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer hosts = {0};
    char host_name[CS_KEY_HOST_SIZE];
    struct cs_key_names names;
    enum cs_err result = cs_cli_key_names(options, host_name, &names, error);

    /* Make no request that nobody could answer. */
    if (result == CS_OK && wishes->way == KEY_ASKED_ELSEWHERE)
        result = cs_key_hosts(wishes->origin ? wishes->origin : names.origins, &hosts, error);
    if (result != CS_OK)
        return result;
    result = cs_register_start(wishes->user, wishes->label,
                               wishes->app_id ? wishes->app_id : names.app_id,
                               wishes->origin ? wishes->origin : names.origins, pending, error);
    return result == CS_OK ? choose_verification(wishes, &names, pending, error) : result;
}

/* The request; kept in the store if the answer comes to another process. */
static enum cs_err ask(const struct cs_transaction *transaction, void *context,
                       struct cs_error *error)
{
    struct registration *registration = context;
    const struct cs_pending *pending = &registration->pending;
    enum cs_err result = cs_key_check_label(transaction, pending, error);

    /* Better said before a touch. */
    if (result == CS_OK)
        result = cs_owner_claim(transaction, pending->user, &registration->factor.account, error);

    if (result == CS_OK)
        result = cs_register_request(transaction, pending, &registration->wishes.register_as,
                                     &registration->request, error);
    if (result == CS_OK && registration->wishes.way == KEY_ASKED_ELSEWHERE)
        result = cs_pending_put(transaction, pending, cs_clock_seconds(), error);
    return result;
}

/* For a program, including what a user is told on standard error. */
static enum cs_err print_request_json(const struct cs_pending *pending, const char *line,
                                      struct cs_error *error)
{
    struct cs_json_writer *writer = cs_json_writer_new();
    struct cs_u2f_origins origins = {0};

    if (cs_u2f_read_origins(pending->origins, &origins, NULL) != CS_OK)
        origins.count = 0;
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", pending->user);
    cs_json_write_string(writer, "request", line);
    cs_json_write_string(writer, "app_id", pending->app_id);
    cs_json_write_array(writer, "origins");
    for (size_t i = 0; i < origins.count; i++)
        cs_json_write_string(writer, NULL, origins.items[i]);
    cs_json_write_end(writer);
    cs_json_write_integer(writer, "expires_in", CS_PENDING_SECONDS);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED) == CS_EXIT_OK ? CS_OK : cs_fail_nomem(error);
}

/* An answer that names another host is refused. */
static enum cs_err print_request(const struct key_wishes *wishes, const struct cs_pending *pending,
                                 const struct cs_u2f_request *request, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer hosts = {0};
    enum cs_err result = cs_u2f_write_request(request, &line, error);

    if (result == CS_OK)
        result = cs_key_hosts(pending->origins, &hosts, error);
    if (result == CS_OK && line.failed)
        result = cs_fail_nomem(error);
    if (result != CS_OK)
        return result;
    if (wishes->json)
        return print_request_json(pending, line.text, error);
    (void)printf("%s\n", line.text);
    cs_key_print_faults(wishes->origin ? "--origin" : "u2f_origins", pending->origins);
    (void)fprintf(stderr,
                  "Answer it within %d minutes, where the key is, with\n"
                  "  countersign-touch --register --host NAME\n"
                  "NAME is what ssh there calls this host, one of: %s\n"
                  "Then give the answer to\n"
                  "  countersign enroll u2f %s --response\n"
                  "A new request replaces the one before, whose answer is then refused.\n",
                  CS_PENDING_SECONDS / 60, hosts.text, pending->user);
    return CS_OK;
}

/* ---- answers ---- */

/* This uses the request up, whatever comes of it. */
static enum cs_err take_pending(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error)
{
    struct registration *registration = context;

    return cs_pending_take(transaction, registration->wishes.user, cs_clock_seconds(),
                           &registration->pending, &registration->found, error);
}

static enum cs_err answer_pending(struct cs_store *store, struct registration *registration,
                                  struct cs_error *error)
{
    enum cs_err result = cs_key_read_response(&registration->enrolled, error);

    if (result == CS_OK)
        result = cs_cli_transact(store, take_pending, registration, error);
    if (result == CS_OK && !registration->found)
        result = cs_fail(
            error, CS_ERR_NOT_FOUND,
            "%s has no pending request, or it is older than %d minutes; start with --request",
            registration->wishes.user, CS_PENDING_SECONDS / 60);
    return result;
}

static enum cs_err save(const struct cs_transaction *transaction, void *context,
                        struct cs_error *error)
{
    struct registration *registration = context;
    enum cs_err result =
        cs_register_finish(transaction, &registration->pending, &registration->enrolled,
                           &registration->factor, &registration->attested, error);

    return result == CS_OK ? cs_recovery_count(transaction, registration->factor.user,
                                               &registration->recovery_left, error)
                           : result;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct registration *registration = context;
    const struct cs_factor *factor = &registration->factor;

    (void)error;
    (void)printf("%s now has factor %lld.\n", factor->user, (long long)factor->id);
    if ((factor->key_flags & CS_KEY_VERIFIES) != 0)
        (void)printf("This key must verify at each login: by its PIN or a fingerprint, because it "
                     "did so now.\n");
    if (registration->recovery_left == 0)
        (void)printf("%s has no recovery codes for when the key is lost: 'countersign recovery %s' "
                     "makes ten.\n",
                     factor->user, factor->user);
    if (registration->wishes.register_as.attestation && !registration->attested)
        (void)printf("The key gave no attestation of its maker.\n");
    return CS_OK;
}

static enum cs_err write_factor(struct cs_json_writer *writer, void *context,
                                struct cs_error *error)
{
    const struct registration *registration = context;
    const struct cs_factor *factor = &registration->factor;

    (void)error;
    cs_json_write_string(writer, "user", factor->user);
    cs_json_write_integer(writer, "id", factor->id);
    cs_json_write_string(writer, "label", factor->label);
    cs_json_write_string(writer, "app_id", factor->app_id);
    cs_write_key_model(writer, factor);
    cs_json_write_bool(writer, "attested", registration->attested);
    return CS_OK;
}

/* A wrong name, garbled text, another user's answer and the answer to an earlier request all look
 * alike, and each uses up the request. */
static int refuse(const struct key_wishes *wishes, const struct cs_pending *pending,
                  enum cs_err result, const struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer hosts = {0};

    (void)cs_complain(error);
    if (wishes->way == KEY_ANSWERED_ELSEWHERE && result == CS_ERR_INPUT)
        (void)fprintf(stderr,
                      "The answer may be to an earlier request: a new request replaces the one "
                      "before.\n"
                      "That request is used up: start again with\n"
                      "  countersign enroll u2f %s --request\n"
                      "and answer that one; if that is refused as well, give countersign-touch one "
                      "of these names as its --host: %s\n",
                      pending->user,
                      cs_key_hosts(pending->origins, &hosts, NULL) == CS_OK ? hosts.text : "none");
    return CS_EXIT_FAILED;
}

/* ---- the verb ---- */

/* Everything from the open store to the key's answer. */
static enum cs_err converse(const struct cs_cli *cli, struct cs_store *store,
                            struct registration *registration, struct cs_error *error)
{
    const struct cs_pending *pending = &registration->pending;
    const struct cs_u2f_request *request = &registration->request;
    enum cs_err result;

    if (registration->wishes.way == KEY_ANSWERED_ELSEWHERE)
        return answer_pending(store, registration, error);
    result = registration->wishes.way == KEY_ASKED_ELSEWHERE
                 ? cs_cli_act(cli, store, ask, registration, error)
                 : cs_cli_transact(store, ask, registration, error);
    if (result != CS_OK)
        return result;
    return registration->wishes.way == KEY_ASKED_ELSEWHERE
               ? print_request(&registration->wishes, pending, request, error)
               : cs_key_ask_helper(registration->options.method.u2f_socket, pending, request,
                                   &registration->enrolled, error);
}

static enum cs_err will_report(struct cs_cli *cli, const struct key_wishes *wishes,
                               struct cs_error *error)
{
    return cs_will_show(cli, error,
                        wishes->way == KEY_ASKED_ELSEWHERE
                            ? "the request could not be shown: ask again for %s"
                            : "the key of %s is registered all the same",
                        wishes->user);
}

/* The configuration, the names that the key will answer for, and the store. */
static enum cs_err open_all(const struct cs_cli *cli, struct registration *registration,
                            struct cs_store **ret_store, struct cs_error *error)
{
    const struct key_wishes *wishes = &registration->wishes;
    struct cs_options *options = &registration->options;
    enum cs_err result = cs_cli_options(cli, &registration->config, options, error);

    if (result == CS_OK)
        result = prepare(wishes, options, &registration->pending, error);
    if (result == CS_OK && wishes->way != KEY_ANSWERED_ELSEWHERE)
        result =
            cs_key_print_hint(registration->config, options, registration->pending.app_id, error);
    return result == CS_OK ? cs_cli_open_store(cli, ret_store, error) : result;
}

int cs_cmd_enroll_u2f(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write_factor};
    CS_AUTO(free_registration) struct registration *registration = calloc(1, sizeof *registration);
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    const struct key_wishes *wishes;
    struct cs_error error = {0};
    int status = check_options(words);
    enum cs_err result;

    if (registration == NULL)
        return cs_usage_error("out of memory");
    wishes = &registration->wishes;
    if (status == CS_EXIT_OK)
        status = read_words(cli, words, &registration->wishes);
    if (status != CS_EXIT_OK)
        return status;
    registration->factor.account = cli->account.uid;
    cs_cli_act_detail(cli->act, wishes->way == KEY_ASKED_ELSEWHERE ? "request" : "key");
    result = will_report(cli, wishes, &error);
    if (result == CS_OK)
        result = open_all(cli, registration, &store, &error);
    if (result == CS_OK)
        result = converse(cli, store, registration, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    if (wishes->way == KEY_ASKED_ELSEWHERE)
        return CS_EXIT_OK;
    result = cs_cli_act(cli, store, save, registration, &error);
    return result == CS_OK ? cs_report(cli, &report, registration)
                           : refuse(wishes, &registration->pending, result, &error);
}
