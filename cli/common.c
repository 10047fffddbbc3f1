/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "login/account.h"
#include "login/policy.h"

static void print_clean(const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    cs_sanitise(&clean, text, length);
    (void)fprintf(stderr, "countersign: %s\n", clean.text ? clean.text : "");
}

int cs_complain(const struct cs_error *error)
{
    print_clean(error->text);
    return CS_EXIT_FAILED;
}

int cs_usage_error(const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_clean(text);
    return CS_EXIT_USAGE;
}

const char *cs_one_user(int argc, char **argv)
{
    if (argc == 2 && argv[1][0] != '\0' && argv[1][0] != '-')
        return argv[1];
    (void)cs_usage_error("usage: countersign %s USER", argv[0]);
    return NULL;
}

void cs_format_time(int64_t seconds, char ret_text[CS_TIME_SIZE])
{
    time_t time = (time_t)seconds;
    struct tm parts;

    if (gmtime_r(&time, &parts) == NULL ||
        strftime(ret_text, CS_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        ret_text[0] = '\0';
}

void cs_warn_if_unknown(const char *user)
{
    struct cs_account account;
    struct cs_error error = {0};

    if (cs_account_find(user, &account, &error) == CS_OK && !account.known)
        (void)fprintf(stderr, "countersign: warning: this machine knows no account of that name\n");
}

enum cs_err cs_cli_options(const struct cs_cli *cli, struct cs_config **ret_config,
                           struct cs_options *ret_options, struct cs_error *error)
{
    struct cs_config_cache *cache = cs_config_cache_new();
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result;

    cs_options_defaults(CS_PROFILE_OWN, ret_options);
    if (cache == NULL)
        return cs_fail_nomem(error);
    result = cs_config_open(cli->config_path, &fd, error);
    if (result == CS_OK)
        result = cs_config_load(cache, fd, cli->config_path, ret_config, error);
    if (result == CS_OK)
        cs_config_options(*ret_config, "", NULL, ret_options);
    cs_config_cache_free(&cache);
    return result;
}

enum cs_err cs_cli_host(struct utsname *ret_host, struct cs_error *error)
{
    if (uname(ret_host) != 0)
        return cs_fail_errno(error, "the name of this host cannot be read");
    return CS_OK;
}

enum cs_err cs_cli_judging(const struct cs_options *options, char name[CS_PROVIDER_NAME_SIZE],
                           struct cs_judging *ret_judging, struct cs_error *error)
{
    struct utsname host;
    enum cs_err result = cs_cli_host(&host, error);

    if (result == CS_OK)
        *ret_judging = cs_policy_judging(options, host.nodename, name);
    return result;
}

enum cs_err cs_cli_open_store(const struct cs_cli *cli, struct cs_store **ret_store,
                              struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_options options;
    enum cs_err result;

    if (geteuid() != 0)
        return cs_fail(error, CS_ERR_TRUST, "must be run by root");
    result = cs_cli_options(cli, &config, &options, error);
    if (result == CS_OK)
        result = cs_become_run_user(error);
    if (result == CS_OK)
        result = cs_store_open(options.store, options.key_file, false, ret_store, error);
    return result;
}

enum cs_err cs_cli_transact(struct cs_store *store, cs_cli_work *work, void *context,
                            struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = work(&transaction, context, error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

enum cs_err cs_cli_rehearse(struct cs_store *store, cs_cli_work *work, void *context,
                            struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    return result == CS_OK ? work(&transaction, context, error) : result;
}

enum cs_err cs_cli_in_store(const struct cs_cli *cli, cs_cli_work *work, void *context,
                            struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_cli_open_store(cli, &store, error);

    return result == CS_OK ? cs_cli_transact(store, work, context, error) : result;
}

void cs_print_note(struct cs_json_writer *writer, const char *what, const char *key,
                   const char *text)
{
    if (writer == NULL) {
        (void)printf("note %s: %s\n", what, text);
        return;
    }
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "what", what);
    cs_json_write_bool(writer, "ok", true);
    cs_json_write_string(writer, "problem", NULL);
    cs_json_write_string(writer, key, text);
    cs_json_write_end(writer);
}

int cs_print_json(struct cs_json_writer **writer, enum cs_json_layout layout)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct cs_error error = {0};
    enum cs_err result = cs_json_print(*writer, layout, &text, &error);

    cs_json_writer_free(writer);
    if (result != CS_OK)
        return cs_complain(&error);
    (void)printf("%s\n", text.data);
    return CS_EXIT_OK;
}
