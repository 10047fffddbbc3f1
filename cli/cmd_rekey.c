/* SPDX-License-Identifier: Apache-2.0 */
/* Key rotation that may be interrupted at any point: (1) a new key goes to the front of the key
 * file, (2) one transaction seals every secret again, (3) a check of all secrets finds none that
 * needs another key, (4) the old keys leave the file. At each step the file as it is can open every
 * secret; a broker reads the file again when it meets a key that it does not know. The lock on the
 * key file is held from before (1) until after (4). */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "store/key.h"

/* The secrets are sealed: the record is all that this transaction has. */
static enum cs_err record_alone(const struct cs_transaction *transaction, void *context,
                                struct cs_error *error)
{
    (void)transaction;
    (void)context;
    (void)error;
    return CS_OK;
}

/* A child that has become the account countersign opens the store; this process stays root, to
 * replace the key file. */
static int reseal_in_child(const struct cs_cli *cli, const struct cs_local_settings *local,
                           uint32_t key_id, int count_fd)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    struct cs_error error = {0};
    unsigned count = 0;
    enum cs_err result = cs_become_run_user(&error);

    if (result == CS_OK)
        result = cs_store_open(local->store, local->key_file, false, &store, &error);
    if (result == CS_OK)
        result = cs_store_reseal(store, key_id, &count, &error);
    if (result == CS_OK)
        result = cs_store_check_sealed(store, key_id, &error);
    if (result == CS_OK)
        result = cs_cli_act(cli, store, record_alone, NULL, &error);
    if (result != CS_OK)
        return cs_complain(&error);
    return write(count_fd, &count, sizeof count) == sizeof count ? CS_EXIT_OK : CS_EXIT_FAILED;
}

static enum cs_err reseal(const struct cs_cli *cli, const struct cs_local_settings *local,
                          uint32_t key_id, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int reader = -1;
    CS_AUTO(cs_fd_close) int writer = -1;
    unsigned count = 0;
    pid_t child;
    int ends[2], status = 0;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return cs_fail_errno(error, "pipe");
    reader = ends[0];
    writer = ends[1];
    child = fork();
    if (child < 0)
        return cs_fail_errno(error, "fork");
    if (child == 0)
        _exit(reseal_in_child(cli, local, key_id, writer));
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return cs_fail_errno(error, "waitpid");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != CS_EXIT_OK ||
        read(reader, &count, sizeof count) != sizeof count)
        return cs_fail(error, CS_ERR_STORE,
                       "the old key is kept, and %s holds both keys; run 'countersign rekey' again "
                       "once the cause is fixed",
                       local->key_file);
    cli->act->recorded = true;
    (void)printf("%u secrets were sealed with the new key\n", count);
    return CS_OK;
}

static enum cs_err rekey(const struct cs_cli *cli, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    CS_AUTO(cs_fd_close)
    int lock = -1; /* the child holds it too, because it may outlive this process */
    const struct cs_local_settings *local;
    struct cs_options options;
    uid_t uid;
    gid_t group;
    enum cs_err result;

    result = cs_cli_options(cli, &config, &options, error);
    if (result == CS_OK)
        result = cs_run_user(&uid, &group, error);
    if (result != CS_OK)
        return result;
    local = cs_cli_local(&options);
    result = cs_keys_lock(local->key_file, &lock, error);
    if (result == CS_OK)
        result = cs_keys_load(local->key_file, &keys, error);
    /* After an interruption: the key in front is new and may have sealed nothing yet. */
    if (result == CS_OK && keys.count == 1)
        result = cs_keys_add(&keys, error);
    if (result == CS_OK)
        result = cs_keys_save(local->key_file, &keys, group, error);
    if (result == CS_OK)
        result = reseal(cli, local, keys.items[0].id, error);
    if (result != CS_OK)
        return result;
    keys.count = 1;
    return cs_keys_save(local->key_file, &keys, group, error);
}

int cs_cmd_rekey(struct cs_cli *cli, const struct cs_words *words)
{
    struct cs_error error = {0};

    (void)words;
    return rekey(cli, &error) == CS_OK ? CS_EXIT_OK : cs_complain(&error);
}
