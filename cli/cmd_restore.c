/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/privilege.h"
#include "cli/restored.h"
#include "store/backup.h"

const struct cs_verb_option cs_options_restore[CS_VERB_OPTIONS_MAX] = {CS_RESTORED_OPTIONS};

/* Read as root: backups are nobody else's business. */
static enum cs_err open_backup(const char *path, int *ret_fd, struct cs_error *error)
{
    struct stat status;

    *ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*ret_fd < 0 || fstat(*ret_fd, &status) != 0)
        return cs_fail_errno(error, "%s: cannot open", path);
    return S_ISREG(status.st_mode) ? CS_OK : cs_fail(error, CS_ERR_INPUT, "%s: not a file", path);
}

static void say(const struct cs_restore *restore, const struct cs_restored *restored)
{
    (void)printf("%s is in place, and logins use it from now on.\n", restore->from_name);
    if (restore->kept[0] != '\0')
        (void)printf("The store of before is %s: remove it when nobody misses anything.\n",
                     restore->kept);
    if (!restore->compared)
        (void)printf("It could not be read, so nobody knows which codes of the next minutes were "
                     "used by devices whose clock is ahead.\n");
    cs_restored_say(restored, restore->compared);
}

/* The record of it is in the new store from the first moment on, or nothing has happened. */
static enum cs_err spend_and_record(const struct cs_transaction *transaction, void *context,
                                    struct cs_error *error)
{
    struct cs_restored *restored = context;
    enum cs_err result = cs_restored_spend(transaction, restored, error);

    return result == CS_OK ? cs_cli_act_add(restored->act, transaction, error) : result;
}

/* Otherwise the record stays in the store, for the broker. */
static void log_act(const struct cs_cli *cli, const struct cs_restore *restore)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    struct cs_error error = {0};

    cli->act->recorded = true;
    if (cs_store_open(restore->path, restore->key_path, false, &store, &error) == CS_OK)
        cs_cli_act_log(cli, store);
}

int cs_cmd_restore(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_restored_clear) struct cs_restored restored = {0};
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_fd_close) int fd = -1;
    struct cs_restore restore = {
        .from_name = words->operands[0], .work = spend_and_record, .context = &restored};
    struct cs_options options;
    struct cs_error error = {0};
    int status = cs_restored_read(cli, words, &restored);
    enum cs_err result;

    if (status != CS_EXIT_OK)
        return status;
    result = open_backup(restore.from_name, &fd, &error);
    if (result == CS_OK)
        result = cs_cli_options(cli, &config, &options, &error);
    if (result == CS_OK)
        result = cs_become_run_user(&error);
    if (result == CS_OK) {
        restore.from = fd;
        restore.path = cs_cli_local(&options)->store;
        restore.key_path = cs_cli_local(&options)->key_file;
        result = cs_store_restore(&restore, &error);
    }
    if (result != CS_OK)
        return cs_complain(&error);
    log_act(cli, &restore);
    say(&restore, &restored);
    return CS_EXIT_OK;
}
