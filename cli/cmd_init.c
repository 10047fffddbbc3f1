/* SPDX-License-Identifier: Apache-2.0 */
#include <grp.h>
#include <limits.h>
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

/* An existing key is kept and only gets its group: without its key a store is worthless. */
static enum cs_err make_key(const char *path, gid_t group, struct cs_error *error)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};
    enum cs_err result = cs_keys_load(path, &keys, error);

    if (result == CS_OK && group != (gid_t)-1 &&
        (lchown(path, (uid_t)-1, group) != 0 || chmod(path, 0640) != 0))
        return cs_fail_errno(error, "%s: cannot set the group", path);
    if (result != CS_ERR_NOT_FOUND)
        return result;
    result = cs_keys_add(&keys, error);
    return result == CS_OK ? cs_keys_save(path, &keys, group, error) : result;
}

static enum cs_err init(const struct cs_cli *cli, bool key_only, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    CS_AUTO(cs_fd_close) int lock = -1; /* true until the store is sealed with the key */
    const struct cs_local_settings *local;
    struct cs_options options;
    gid_t group = (gid_t)-1;
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
        result = make_key(local->key_file, group, error);
    if (result != CS_OK || key_only)
        return result;
    result = cs_become_run_user(error);
    if (result == CS_OK)
        result = cs_store_open(local->store, local->key_file, true, &store, error);
    return result;
}

int cs_cmd_init(struct cs_cli *cli, const struct cs_words *words)
{
    struct cs_error error = {0};

    return init(cli, words->options[KEY_ONLY] != NULL, &error) == CS_OK ? CS_EXIT_OK
                                                                        : cs_complain(&error);
}
