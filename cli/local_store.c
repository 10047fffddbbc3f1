/* SPDX-License-Identifier: Apache-2.0 */
/* From the configuration to the store of the local provider, and the work in it. */
#include <string.h>

#include "base/file.h"
#include "base/privilege.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "cli/pam_line.h"
#include "providers/registry.h"

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

const struct cs_local_settings *cs_cli_local(const struct cs_options *options)
{
    size_t row = 0;

    cs_provider_find(cs_local_kind.name, &row); /* is always registered */
    return cs_options_provider(options, row);
}

enum cs_err cs_cli_host(struct utsname *ret_host, struct cs_error *error)
{
    if (uname(ret_host) != 0)
        return cs_fail_errno(error, "the name of this host cannot be read");
    return CS_OK;
}

enum cs_err cs_cli_key_names(const struct cs_options *options, char host_name[CS_KEY_HOST_SIZE],
                             struct cs_key_names *ret_names, struct cs_error *error)
{
    struct utsname host;
    enum cs_err result = cs_cli_host(&host, error);

    if (result != CS_OK)
        return result;
    cs_key_host_name(host.nodename, host_name);
    *ret_names = cs_key_names(cs_cli_local(options), host_name);
    return CS_OK;
}

void cs_cli_note_provider(const struct cs_cli *cli)
{
    CS_AUTO(cs_cli_line_clear) struct cs_cli_line line = {0};
    struct cs_error error = {0};

    if (cs_cli_line_read(cli, NULL, "", 0, NULL, &line, &error) == CS_OK &&
        strcmp(line.options.provider, "local") != 0)
        (void)fprintf(stderr,
                      "countersign: note: the configured provider is '%s'; this works on the store "
                      "of the local provider, which logins with '%s' do not use\n",
                      line.options.provider, line.options.provider);
}

void cs_cli_note_mapping(const struct cs_cli *cli)
{
    CS_AUTO(cs_cli_line_clear) struct cs_cli_line line = {0};
    struct cs_error error = {0};

    if (cs_cli_line_read(cli, NULL, "", 0, NULL, &line, &error) == CS_OK &&
        strcmp(line.options.provider, "local") == 0 && cs_mapping_renames(&line.options.mapping))
        (void)fprintf(stderr,
                      "countersign: note: map_file, append or gecos_* give users other names than "
                      "their accounts': logins look for the name that 'countersign map "
                      "USER' shows, and --no-account NAME works on it\n");
}

enum cs_err cs_cli_open_store(const struct cs_cli *cli, struct cs_store **ret_store,
                              struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    const struct cs_local_settings *local;
    struct cs_options options;
    enum cs_err result;

    result = cs_cli_options(cli, &config, &options, error);
    if (result == CS_OK)
        result = cs_become_run_user(error);
    if (result != CS_OK)
        return result;
    local = cs_cli_local(&options);
    return cs_store_open(local->store, local->key_file, false, ret_store, error);
}

enum cs_err cs_cli_transact(struct cs_store *store, cs_cli_work *work, void *context,
                            struct cs_error *error)
{
    return cs_store_run(store, CS_STORE_WRITE, work, context, error);
}

/* A verb's work, and the record of it. */
struct acting {
    cs_cli_work *work;
    void *context;
    struct cs_cli_act *act;
};

static enum cs_err work_and_record(const struct cs_transaction *transaction, void *context,
                                   struct cs_error *error)
{
    const struct acting *acting = context;
    enum cs_err result = acting->work(transaction, acting->context, error);

    return result == CS_OK ? cs_cli_act_add(acting->act, transaction, error) : result;
}

static enum cs_err end_act(const struct cs_cli *cli, struct cs_store *store, enum cs_err result)
{
    if (result != CS_OK)
        return result;
    cli->act->recorded = true;
    cs_cli_act_log(cli, store);
    return CS_OK;
}

enum cs_err cs_cli_act(const struct cs_cli *cli, struct cs_store *store, cs_cli_work *work,
                       void *context, struct cs_error *error)
{
    struct acting acting = {work, context, cli->act};

    if (!cli->act->due)
        return cs_cli_transact(store, work, context, error);
    return end_act(cli, store, cs_cli_transact(store, work_and_record, &acting, error));
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

    return result == CS_OK ? cs_cli_act(cli, store, work, context, error) : result;
}

int cs_cli_do(const struct cs_cli *cli, cs_cli_work *work, const struct cs_report *report,
              void *context)
{
    struct cs_error error = {0};

    return cs_cli_in_store(cli, work, context, &error) == CS_OK ? cs_report(cli, report, context)
                                                                : cs_complain(&error);
}
