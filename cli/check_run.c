/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_run.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/privilege.h"
#include "base/trusted_open.h"
#include "cli/check_advice.h"
#include "cli/check_enrol_by.h"
#include "cli/check_keys.h"
#include "cli/check_orphans.h"
#include "cli/check_pam_files.h"
#include "cli/check_plan.h"
#include "cli/check_self.h"
#include "cli/check_server.h"
#include "cli/check_service_accounts.h"
#include "cli/check_sshd.h"
#include "cli/check_store.h"
#include "cli/check_translations.h"
#include "cli/child.h"
#include "cli/cli.h"
#include "cli/key_settings.h"
#include "login/mail.h"
#include "paths.h"
#include "store/key.h"
#include "u2f/host_client.h"
#include "wire/connect.h"

enum { CONNECT_MS = 2000 };

static enum cs_err check_account(struct cs_check *check, struct cs_error *error)
{
    uid_t uid;
    gid_t gid;

    (void)check;
    return cs_run_user(&uid, &gid, error);
}

static enum cs_err check_config(struct cs_check *check, struct cs_error *error)
{
    enum cs_err result = cs_cli_line_read(check->cli, check->ibm_path, "", check->argument_count,
                                          check->arguments, &check->line, error);

    check->configured = result == CS_OK;
    return result == CS_OK
               ? cs_key_settings_read(check->line.config, &check->line.options, &check->keys, error)
               : result;
}

static enum cs_err check_broker_program(struct cs_check *check, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = cs_open_trusted(CS_BROKER_FILE, &trust, &fd, error);

    (void)check;
    if (result == CS_OK && access(CS_BROKER_FILE, X_OK) != 0)
        return cs_fail_errno(error, "%s: cannot be executed; run chmod 0755 on it", CS_BROKER_FILE);
    return result;
}

/* What the broker must be able to read is tried as the broker's account, in a child. The keys it
 * saw come back. */
struct part {
    struct cs_check *check;
    enum cs_err (*run)(struct cs_check *check, struct cs_error *error);
};

_Static_assert(sizeof(struct cs_check_store) <= CS_CLI_RESULT_MAX, "comes back whole");

static enum cs_err run_part(void *context, struct cs_error *error)
{
    const struct part *part = context;

    return part->run(part->check, error);
}

static enum cs_err as_run_user(struct cs_check *check,
                               enum cs_err (*run)(struct cs_check *, struct cs_error *),
                               struct cs_error *error)
{
    struct part part = {check, run};

    return cs_cli_as_run_user(run_part, &part, &check->stored, sizeof check->stored, error);
}

static enum cs_err read_key(struct cs_check *check, struct cs_error *error)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};

    return cs_keys_load(cs_cli_local(&check->line.options)->key_file, &keys, error);
}

static enum cs_err read_store(struct cs_check *check, struct cs_error *error)
{
    return cs_check_store_read(cs_cli_local(&check->line.options),
                               check->line.options.method.u2f_prompt_bytes, &check->stored, error);
}

static enum cs_err check_key(struct cs_check *check, struct cs_error *error)
{
    return as_run_user(check, read_key, error);
}

static enum cs_err check_store(struct cs_check *check, struct cs_error *error)
{
    return as_run_user(check, read_store, error);
}

/* The module hands over the file that its line names; the broker opens everything else itself. */
static enum cs_err check_readable(struct cs_check *check, struct cs_error *error)
{
    const struct cs_cli_line *line = &check->line;
    const char *path = line->path ? line->path : check->cli->config_path;
    CS_AUTO(cs_fd_close) int own = -1, ibm = -1;
    enum cs_err result = line->ibm ? CS_OK : cs_config_open(path, &own, error);

    if (result == CS_OK && line->usual && !line->ibm)
        result = cs_cli_usual_read(check->cli, error);
    if (result != CS_OK || line->config == NULL)
        return result;
    path = cs_config_ibm_path(line->config);
    if (path != NULL)
        result = cs_config_open_ibm(path, &ibm, error);
    return result == CS_OK ? cs_config_check_extra_files(line->config, error) : result;
}

static enum cs_err check_config_readable(struct cs_check *check, struct cs_error *error)
{
    return as_run_user(check, check_readable, error);
}

static enum cs_err open_plan(struct cs_check *check, struct cs_error *error)
{
    return cs_check_plan(&check->line, check->service, error);
}

static enum cs_err check_plan(struct cs_check *check, struct cs_error *error)
{
    return as_run_user(check, open_plan, error);
}

static void report(struct cs_check *check, const char *id, const char *what, enum cs_err result,
                   const struct cs_error *error)
{
    check->failed = check->failed || result != CS_OK;
    check->sink->report(check->sink->context, id, what, result == CS_OK ? NULL : error->text);
}

/* Each service of the file may have a plan of its own. */
static void check_services(struct cs_check *check)
{
    const struct cs_strlist *services = cs_config_services(check->line.config);

    for (size_t i = 0; i < services->count; i++) {
        struct cs_error error = {0};
        char what[128];
        enum cs_err result;

        check->service = services->items[i];
        (void)snprintf(what, sizeof what, "plan of service '%s'", check->service);
        result = check_plan(check, &error);
        report(check, "plan", what, result, &error);
    }
}

static enum cs_err check_socket(struct cs_check *check, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;

    return cs_connect_broker(check->cli->socket_path, cs_clock_ms() + CONNECT_MS, &fd, error);
}

static enum cs_err check_self(struct cs_check *check, struct cs_error *error)
{
    return cs_check_self(&check->line, check->cli->socket_path, error);
}

static enum cs_err check_service_accounts(struct cs_check *check, struct cs_error *error)
{
    return cs_check_service_accounts(&check->line.options, check->cli->socket_path, error);
}

static enum cs_err ask_server(struct cs_check *check, struct cs_error *error)
{
    return cs_check_server(&check->line.options, error);
}

static enum cs_err check_server(struct cs_check *check, struct cs_error *error)
{
    return as_run_user(check, ask_server, error);
}

static enum cs_err ask_mail(struct cs_check *check, struct cs_error *error)
{
    return cs_check_mail(&check->line.options, error);
}

static enum cs_err check_mail(struct cs_check *check, struct cs_error *error)
{
    return as_run_user(check, ask_mail, error);
}

static bool may_ask(const struct cs_check *check)
{
    return check->configured && check->online;
}

static bool may_ask_mail(const struct cs_check *check)
{
    return may_ask(check) && check->line.options.mail.server != NULL;
}

static bool has_service_accounts(const struct cs_check *check)
{
    return check->configured && check->line.options.service_accounts != NULL;
}

static bool has_self_service(const struct cs_check *check)
{
    return check->configured && check->line.options.self_service;
}

/* ---- the helper for security keys ---- */

/* The names from the settings that ask for keys. If no setting asks but keys exist, the general
 * ones: the PAM line may ask. NULL: no key is ever asked for. */
static const char *helper_socket(const struct cs_check *check)
{
    for (size_t i = 0; i < check->keys.count; i++) {
        if (check->keys.items[i].used)
            return check->keys.items[i].socket;
    }
    return check->keys.count > 0 && check->stored.apps.count > 0 ? check->keys.items[0].socket
                                                                 : NULL;
}

static enum cs_err connect_helper(struct cs_check *check, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    const char *path = helper_socket(check);
    enum cs_err result = cs_connect_broker(path, cs_clock_ms() + CONNECT_MS, &fd, error);

    if (result == CS_ERR_NOT_FOUND || result == CS_ERR_UNAVAILABLE)
        return cs_fail(
            error, result,
            "%s: the broker finds nothing listening there; restart countersign-u2f-host.socket",
            path);
    return result;
}

static enum cs_err check_helper(struct cs_check *check, struct cs_error *error)
{
    return as_run_user(check, connect_helper, error);
}

static bool always(const struct cs_check *check)
{
    (void)check;
    return true;
}

/* Reporting a broken file as readable would only confuse. */
static bool is_configured(const struct cs_check *check)
{
    return check->configured;
}

/* Key and store belong to the local provider. */
static bool is_local(const struct cs_check *check)
{
    const char *provider = check->line.options.provider;

    return provider != NULL && strcmp(provider, "local") == 0;
}

static bool has_helper(const struct cs_check *check)
{
    return is_local(check) && cs_u2f_host_exists(helper_socket(check));
}

static const struct {
    const char *id;
    const char *what;
    enum cs_err (*run)(struct cs_check *check, struct cs_error *error);
    bool (*applies)(const struct cs_check *check);
    bool running; /* needs the running machine: not in an image */
} checks[] = {
    {"account", "account " CS_RUN_USER, check_account, always, false},
    {"settings", "configuration", check_config, always, false},
    {"settings-unreadable", "configuration, read by the broker", check_config_readable,
     is_configured, false},
    {"plan", "plan", check_plan, is_configured, false},
    {"key", "key", check_key, is_local, true},
    {"store", "store", check_store, is_local, true},
    {"broker-program", "stand-alone program", check_broker_program, always, true},
    {"broker-socket", "broker's socket", check_socket, always, true},
    {"server", "provider's server", check_server, may_ask, true},
    {"mail-server", "mail server", check_mail, may_ask_mail, true},
    {"self-service", "countersign self", check_self, has_self_service, true},
    {"service-accounts", "service accounts", check_service_accounts, has_service_accounts, false},
    {"helper-socket", "socket of countersign-u2f-host", check_helper, has_helper, true},
};

static void warn_all(struct cs_check *check, const struct cs_strlist *warnings)
{
    for (size_t i = 0; i < warnings->count; i++)
        check->sink->warn(check->sink->context, warnings->items[i]);
}

static void note_source(const struct cs_check *check)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_cli_line_source(&check->line, &text);
    check->sink->note(check->sink->context, CS_CHECK_SOURCE, text.text ? text.text : "");
}

static void note_mail(const struct cs_check *check)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_mail_settings_describe(&check->line.options.mail, &text);
    if (text.text != NULL)
        check->sink->note(check->sink->context, "mail about changes of factors", text.text);
}

/* What is asked of the running machine is left out of an image. */
static enum cs_err find_warnings(struct cs_check *check)
{
    struct cs_strlist *warnings = &check->line.warnings;
    enum cs_err result = cs_key_warnings(&check->keys, &check->stored.apps, warnings);

    if (result == CS_OK)
        result =
            cs_check_keys_warn(&check->keys, &check->stored.keys, helper_socket(check), warnings);
    if (result == CS_OK)
        result = cs_check_store_warn(&check->stored, warnings);
    if (result == CS_OK)
        result = cs_check_advice(&check->line, !check->image, warnings);
    if (result == CS_OK && !check->image)
        result = cs_check_translations(&check->line, warnings);
    if (result == CS_OK && !check->image)
        result = cs_check_sshd(&check->line, check->sink, warnings);
    return result;
}

static void run_all(struct cs_check *check)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(checks); i++) {
        struct cs_error error = {0};
        enum cs_err result;

        if (!checks[i].applies(check) || (checks[i].running && check->image))
            continue;
        result = checks[i].run(check, &error);
        report(check, checks[i].id, checks[i].what, result, &error);
    }
}

void cs_check_run(struct cs_check *check)
{
    struct cs_error error = {0};

    cs_options_defaults(CS_PROFILE_OWN, &check->line.options);
    run_all(check);
    if (check->line.config == NULL)
        return;
    note_source(check);
    if (check->configured)
        check_services(check);
    if (check->configured && find_warnings(check) != CS_OK)
        report(check, "warnings", "warnings", cs_fail_nomem(&error), &error);
    if (check->pam_files && cs_check_pam_files("/etc/pam.d", &check->line.warnings) != CS_OK)
        report(check, "pam-files", "PAM files", cs_fail_nomem(&error), &error);
    if (!check->image)
        cs_check_keys_note(is_local(check) ? helper_socket(check) : NULL, check->sink);
    cs_check_store_note(&check->stored, check->sink);
    if (check->configured)
        cs_check_enrol_by_note(&check->line, check->sink);
    if (check->configured)
        note_mail(check);
    if (check->stored.whole)
        cs_check_orphans(check->cli, check->sink);
    warn_all(check, cs_config_warnings(check->line.config));
    warn_all(check, &check->line.warnings);
}

void cs_check_clear(struct cs_check *check)
{
    cs_cli_line_clear(&check->line);
}
