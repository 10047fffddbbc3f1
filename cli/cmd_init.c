/* SPDX-License-Identifier: Apache-2.0 */
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"
#include "cli/cli.h"
#include "cli/verb.h"
#include "store/key.h"

enum { KEY_ONLY };

const struct cs_verb_option cs_options_init[CS_VERB_OPTIONS_MAX] = {
    [KEY_ONLY] = {"key-only", NULL, "Create only the key; the account countersign need not exist."},
};

/* An interrupted creation leaves an empty file. */
static bool has_store(const struct cs_local_settings *local)
{
    struct stat status;

    return lstat(local->store, &status) == 0 && status.st_size > 0;
}

static enum cs_err add_key(const struct cs_local_settings *local, gid_t group, struct cs_keys *keys,
                           struct cs_error *error)
{
    enum cs_err result;

    if (has_store(local))
        return cs_fail(error, CS_ERR_NOT_FOUND,
                       "%s: there is no key, and %s was sealed with another key than a new one; "
                       "restore %s from its backup, or remove the store if nobody was ever "
                       "enrolled",
                       local->key_file, local->store, local->key_file);
    result = cs_keys_add(keys, error);
    return result == CS_OK ? cs_keys_save(local->key_file, keys, group, error) : result;
}

/* An existing key is kept and only gets its group: without its key a store is worthless. */
static enum cs_err make_key(const struct cs_local_settings *local, gid_t group, bool *ret_made,
                            struct cs_error *error)
{
    const char *path = local->key_file;
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    enum cs_err result = cs_keys_load(path, &keys, error);

    if (result == CS_OK && group != (gid_t)-1 &&
        (lchown(path, (uid_t)-1, group) != 0 || chmod(path, 0640) != 0))
        return cs_fail_errno(error, "%s: cannot set the group", path);
    *ret_made = result == CS_ERR_NOT_FOUND;
    return *ret_made ? add_key(local, group, &keys, error) : result;
}

static void say(const char *what, const char *path, bool made)
{
    (void)printf("%s %s: %s\n", what, path, made ? "created" : "already there, kept");
}

/* A new store comes with the record of its making. */
static enum cs_err make_store(const struct cs_cli *cli, const struct cs_local_settings *local,
                              struct cs_store **ret_store, struct cs_error *error)
{
    CS_AUTO(cs_cli_act_made_clear) struct cs_cli_act_made made = {0};
    struct cs_record record;
    enum cs_err result = cs_cli_act_make(cli->act, &made, &record, error);

    return result == CS_OK
               ? cs_store_create(local->store, local->key_file, &record, ret_store, error)
               : result;
}

static enum cs_err init(const struct cs_cli *cli, bool key_only, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    CS_AUTO(cs_fd_close) int lock = -1; /* true until the store is sealed with the key */
    const struct cs_local_settings *local;
    struct cs_options options;
    gid_t group = (gid_t)-1;
    bool key_made = false, store_made;
    uid_t uid;
    enum cs_err result;

    result = cs_cli_options(cli, &config, &options, error);
    if (result != CS_OK)
        return result;
    result = cs_run_user(&uid, &group, error);
    if (result != CS_OK && !key_only)
        return result;
    local = cs_cli_local(&options);
    result = cs_keys_lock(local->key_file, &lock, error);
    if (result == CS_OK)
        result = make_key(local, group, &key_made, error);
    if (result == CS_OK)
        say("key", local->key_file, key_made);
    cli->act->due = !key_only || key_made || result != CS_OK;
    if (result != CS_OK || key_only)
        return result;
    store_made = !has_store(local);
    result = cs_become_run_user(error);
    if (result == CS_OK)
        result = make_store(cli, local, &store, error);
    if (result == CS_OK)
        say("store", local->store, store_made);
    if (result == CS_OK)
        cs_cli_act_log(cli, store);
    cli->act->recorded = result == CS_OK; /* or nothing was made */
    return result;
}

int cs_cmd_init(struct cs_cli *cli, const struct cs_words *words)
{
    struct cs_error error = {0};

    cs_cli_act_detail(cli->act, words->options[KEY_ONLY] != NULL ? "key-only" : "");
    return init(cli, words->options[KEY_ONLY] != NULL, &error) == CS_OK ? CS_EXIT_OK
                                                                        : cs_complain(&error);
}
