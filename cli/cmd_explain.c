/* SPDX-License-Identifier: Apache-2.0 */
/* What a login would do, and why: found out by rehearsing it. */
#include <string.h>

#include "base/clock.h"
#include "base/privilege.h"
#include "cli/explain.h"
#include "cli/request.h"
#include "store/store.h"

enum { SERVICE, FROM, KEY, ONLINE };

const struct cs_verb_option cs_options_explain[CS_VERB_OPTIONS_MAX] = {
    [SERVICE] = {"service", "NAME", "The PAM service; sshd by default."},
    [FROM] = {"from", "ADDRESS", "Where it comes from; with sshd 192.0.2.1 by default."},
    [KEY] = {"key", "TYPE", "A key of this type was proven: ssh-ed25519, say."},
    [ONLINE] = {"online", NULL, "Ask a provider elsewhere what the user has."},
};

/* Of the addresses that documents may use: no client has it. */
#define SOMEWHERE "192.0.2.1"

enum { GROUPS_MS = 5000 };

static void clear(struct cs_explanation *explanation)
{
    cs_request_clear(&explanation->request);
    cs_cli_line_clear(&explanation->line);
    cs_map_trace_free(&explanation->trace);
    cs_explain_clear_cases(explanation);
}

/* ---- the request ---- */

/* As sshd puts them into the PAM environment. */
static enum cs_err say_as_sshd(struct cs_explanation *explanation)
{
    struct cs_request *request = &explanation->request;
    CS_AUTO(cs_buffer_free) struct cs_buffer connection = {0}, methods = {0};
    enum cs_err result;

    cs_buffer_printf(&connection, "%s 50000 192.0.2.2 22", request->rhost);
    cs_buffer_printf(&methods, "publickey %s", explanation->key ? explanation->key : "");
    if (connection.failed || methods.failed)
        return CS_ERR_NOMEM;
    result = cs_cli_request_set(&request->ssh_connection, connection.text);
    return result == CS_OK && explanation->key != NULL
               ? cs_cli_request_set(&request->ssh_auth_info, methods.text)
               : result;
}

static enum cs_err make_request(const struct cs_words *words, struct cs_explanation *explanation)
{
    const char *service = words->options[SERVICE] ? words->options[SERVICE] : "sshd";
    const char *from = words->options[FROM];
    bool sshd = strcmp(service, "sshd") == 0;
    enum cs_err result;

    explanation->key = words->options[KEY];
    explanation->online = words->options[ONLINE] != NULL;
    explanation->address_assumed = sshd && from == NULL;
    if (explanation->address_assumed)
        from = SOMEWHERE;
    result = cs_cli_request_fill(&explanation->request, words, service, from);
    return result == CS_OK && (sshd || explanation->key != NULL) && from != NULL
               ? say_as_sshd(explanation)
               : result;
}

/* ---- what the login looks up ---- */

static void find_groups(struct cs_explanation *explanation)
{
    const struct cs_patience patience = {cs_clock_ms() + GROUPS_MS, -1};
    const struct cs_policy_groups groups = {explanation->line.options.exempt_group,
                                            explanation->line.options.two_factor_group};
    CS_AUTO(cs_directory_free) struct cs_directory *directory = cs_directory_new();

    explanation->groups = (struct cs_memberships){.exempt = CS_MEMBERSHIP_UNRESOLVED,
                                                  .asked = CS_MEMBERSHIP_UNRESOLVED};
    if (directory != NULL && explanation->account.known)
        explanation->groups =
            cs_memberships_find(directory, &explanation->account, &groups, &patience);
}

static void find_account(struct cs_explanation *explanation)
{
    struct cs_error error = {0};
    enum cs_err result = cs_account_find(explanation->request.user, &explanation->account, &error);

    if (result != CS_OK) {
        explanation->unresolved = error;
        return;
    }
    find_groups(explanation);
    if (!explanation->account.known)
        return;
    result = cs_account_identity(&explanation->account, &explanation->line.options.mapping,
                                 explanation->identity, &explanation->trace, &error);
    if (result == CS_OK)
        return;
    explanation->identity[0] = '\0';
    explanation->unmapped = error;
}

static enum cs_err count_things(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error)
{
    struct cs_explanation *explanation = context;

    return cs_user_count(transaction, explanation->identity, &explanation->stored, error);
}

/* What logins with the local provider, and offline users, find there. */
static void read_store(struct cs_explanation *explanation)
{
    const struct cs_options *options = &explanation->line.options;
    const struct cs_local_settings *local = cs_cli_local(options);
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    struct cs_error error = {0};
    enum cs_err result;

    if (explanation->identity[0] == '\0' || explanation->refused.code != CS_OK ||
        (strcmp(options->provider, "local") != 0 && options->offline_users == NULL))
        return;
    result = cs_store_open(local->store, local->key_file, false, &store, &error);
    if (result == CS_OK)
        result = cs_store_run(store, CS_STORE_READ, count_things, explanation, &error);
    explanation->stored_read = result == CS_OK;
    if (result != CS_OK)
        explanation->unread = error;
}

/* The rest is done as the broker does it: by its account. */
static enum cs_err explain(const struct cs_cli *cli, const struct cs_words *words,
                           struct cs_explanation *explanation, struct cs_error *error)
{
    enum cs_err result = make_request(words, explanation) == CS_OK
                             ? cs_cli_request_open(cli, &explanation->request, error)
                             : cs_fail_nomem(error);

    if (result != CS_OK)
        return result;
    explanation->config_path = cli->config_path;
    cs_ignore(cs_cli_line_read(cli, NULL, explanation->request.service, words->argument_count,
                               words->arguments, &explanation->line, &explanation->refused));
    find_account(explanation);
    result = cs_become_run_user(error);
    if (result != CS_OK)
        return result;
    read_store(explanation);
    return cs_explain_logins(explanation, error);
}

int cs_cmd_explain(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = cs_explain_say, .write = cs_explain_write};
    CS_AUTO(clear) struct cs_explanation explanation = {.request = {.config_fd = -1}};
    struct cs_error error = {0};

    if (explain(cli, words, &explanation, &error) != CS_OK)
        return cs_complain(&error);
    return cs_report(cli, &report, &explanation);
}
