/* SPDX-License-Identifier: Apache-2.0 */
/* import pam-u2f: imports the keys in pam_u2f's file, all usable ones in one transaction. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/pam_u2f.h"
#include "cli/skipped.h"
#include "cli/verb.h"
#include "providers/local/key_secret.h"

enum { ORIGIN, APP_ID };

const struct cs_verb_option cs_options_import_pam_u2f[CS_VERB_OPTIONS_MAX] = {
    [ORIGIN] = {"origin", "ID", "What pam_u2f's origin was; u2f_app_id by default."},
    [APP_ID] = {"app-id", "ID", "Its appid, for lines from before 1.1; --origin by default."},
};

enum { KEY_BYTES_MIN = 43 }; /* of the shortest public key alone in the file, as base64 */

struct entry {
    const struct cs_pam_u2f_line *line;
    const char *user; /* the account's name, of import.names */
    struct cs_uid account;
    size_t number; /* the credential's number in its line, from 1 */
    struct cs_pam_u2f_key key;
};

struct import {
    struct cs_cli_act *act;
    const char *path;
    struct cs_cli_accounts accounts;
    struct cs_strlist names;                  /* account names, one for each line that has keys */
    struct cs_uid account;                    /* the last one's */
    char origin[CS_FACTOR_APP_ID_MAX + 1];    /* the application of FIDO2 credentials */
    char app_id[CS_FACTOR_APP_ID_MAX + 1];    /* the application of U2F keys */
    char login_app[CS_FACTOR_APP_ID_MAX + 1]; /* the one that logins ask keys for */
    bool origin_given;                        /* with --origin */
    struct cs_pam_u2f_lines lines;
    struct entry *entries; /* readable keys, in the order of the file */
    size_t entry_count;
    struct cs_skipped skipped;
    int64_t keys, users; /* counted */
    int64_t present;     /* keys that the users already had */
    int64_t unasked;     /* imported keys that logins do not ask for */
    int64_t untouched;   /* imported keys that pam_u2f was to take without a touch */
};

static void clear_import(struct import *import)
{
    cs_pam_u2f_lines_clear(&import->lines);
    cs_skipped_clear(&import->skipped);
    cs_cli_accounts_clear(&import->accounts);
    cs_strlist_free(&import->names);
    free(import->entries);
}

/* ---- before anything is stored ---- */

/* pam_u2f gives a key the name of its option origin as relying party id; the keys from before 1.1
 * were registered for its option appid, which is its origin unless set. Both take any text, and by
 * default the host's name as it is, capitals included. */
static enum cs_err keep_names(const char *origin, const char *app_id, struct import *import,
                              struct cs_error *error)
{
    unsigned char hash[CS_U2F_HASH_BYTES];
    /* Refuses names that no key can be asked for. */
    enum cs_err result = cs_u2f_app_hash(origin, hash, error);

    if (result == CS_OK)
        result = cs_u2f_app_hash(app_id, hash, error);
    if (result != CS_OK)
        return result;
    (void)snprintf(import->origin, sizeof import->origin, "%s", origin);
    (void)snprintf(import->app_id, sizeof import->app_id, "%s", app_id);
    return CS_OK;
}

/* pam_u2f takes such a name, too, so it is not refused. */
static void warn_of_scheme(const char *option, const char *name)
{
    if (name != NULL && name[0] != '\0' && strstr(name, "://") == NULL)
        (void)fprintf(
            stderr,
            "countersign: warning: --%s '%s' does not begin with pam://; give it exactly as "
            "pam_u2f has it, which is pam://%s unless its options leave that out\n",
            option, name, name);
}

static enum cs_err choose_names(const struct cs_cli *cli, const char *origin, const char *app_id,
                                struct import *import, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    char host_name[CS_KEY_HOST_SIZE];
    struct cs_key_names names;
    struct cs_options options;
    struct utsname host;
    char theirs[sizeof host.nodename + sizeof CS_U2F_SCHEME];
    enum cs_err result = cs_cli_options(cli, &config, &options, error);

    if (result == CS_OK)
        result = cs_cli_key_names(&options, host_name, &names, error);
    if (result == CS_OK)
        result = cs_cli_host(&host, error);
    if (result != CS_OK)
        return result;
    (void)snprintf(theirs, sizeof theirs, CS_U2F_SCHEME "%s", host.nodename);
    warn_of_scheme("origin", origin);
    warn_of_scheme("app-id", app_id);
    import->origin_given = origin != NULL;
    if (origin == NULL)
        origin = cs_cli_local(&options)->u2f_app_id ? names.app_id : theirs;
    (void)snprintf(import->login_app, sizeof import->login_app, "%s", names.app_id);
    return keep_names(origin, app_id ? app_id : origin, import, error);
}

static const char *application(const struct import *import, const struct cs_pam_u2f_key *key)
{
    return key->fido2 ? import->origin : import->app_id;
}

/* NULL, or the reason; `error` may hold its text. */
static const char *reason_against(const struct cs_pam_u2f_line *line, struct cs_error *error)
{
    const char *other;

    if (cs_user_name_check(line->user, NULL) != CS_OK)
        return "no account can have that user name";
    if (line->superseded)
        return "pam_u2f uses only the user's last line";
    if (line->keys == NULL || line->keys[0] == '\0')
        return "it holds no key";
    other = cs_pam_u2f_glued(line->keys);
    if (other == NULL)
        return NULL;
    (void)cs_fail(error, CS_ERR_INPUT,
                  "a second line is glued to it, with no newline before '%.*s'; separate them",
                  (int)strcspn(other, ":"), other);
    return error->text;
}

/* Adds the account's name to the import's. CS_ERR_NOT_FOUND: there is no such account. */
static enum cs_err find_account(struct import *import, const char *user, struct cs_error *error)
{
    struct cs_cli_account account;
    enum cs_err result = cs_cli_accounts_find(&import->accounts, user, &account, error);

    if (result != CS_OK)
        return result;
    cs_remark(account.note);
    import->account = account.uid;
    return cs_strlist_add(&import->names, account.name, strlen(account.name));
}

static enum cs_err read_line(struct import *import, const struct cs_pam_u2f_line *line,
                             struct cs_error *error)
{
    const char *reason = reason_against(line, error);
    char *text, *rest = line->keys;
    enum cs_err found;

    if (reason != NULL) {
        cs_skipped_add(&import->skipped, line->number, line->user, 0, reason);
        return CS_OK;
    }
    found = find_account(import, line->user, error);
    if (found == CS_ERR_NOT_FOUND) {
        cs_skipped_add(&import->skipped, line->number, line->user, 0, error->text);
        return CS_OK;
    }
    if (found != CS_OK)
        return found;
    for (size_t number = 1; (text = strsep(&rest, ":")) != NULL; number++) {
        struct entry *entry = &import->entries[import->entry_count];
        enum cs_err result = cs_pam_u2f_read_key(text, &entry->key, error);

        if (result == CS_ERR_INPUT) {
            cs_skipped_add(&import->skipped, line->number, line->user, number, error->text);
            continue;
        }
        if (result != CS_OK)
            return result;
        entry->line = line;
        entry->user = import->names.items[import->names.count - 1];
        entry->account = import->account;
        entry->number = number;
        import->entry_count++;
    }
    return CS_OK;
}

/* Everything that needs no store. There is room for one key more than the file can hold, because
 * each credential is read into the place of the next key. */
static enum cs_err read_keys(struct import *import, char *text, struct cs_error *error)
{
    size_t room = strlen(text) / KEY_BYTES_MIN + 1;
    enum cs_err result = cs_skipped_open(&import->skipped, error);

    if (result == CS_OK)
        result = cs_pam_u2f_split(text, &import->lines, error);
    if (result != CS_OK)
        return result;
    import->entries = calloc(room, sizeof *import->entries);
    if (import->entries == NULL)
        return cs_fail_nomem(error);
    for (size_t i = 0; i < import->lines.count && result == CS_OK; i++)
        result = read_line(import, &import->lines.items[i], error);
    return result;
}

/* ---- storing ---- */

static enum cs_err add_key(const struct import *import, const struct cs_transaction *transaction,
                           const struct entry *entry, struct cs_error *error)
{
    const struct cs_pam_u2f_key *key = &entry->key;
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {.kind = CS_STORED_U2F,
                               .label = "pam_u2f",
                               .account = entry->account,
                               .last_step = -1, /* pam_u2f keeps no counter */
                               .created = cs_clock_seconds()};
    enum cs_err result;

    (void)snprintf(factor.user, sizeof factor.user, "%s", entry->user);
    (void)snprintf(factor.app_id, sizeof factor.app_id, "%s", application(import, key));
    factor.key_flags = key->verifies ? CS_KEY_VERIFIES : 0;
    result = cs_key_put(&key->public_key, &key->handle, &factor, error);
    return result == CS_OK ? cs_factor_add(transaction, &factor, error) : result;
}

static bool has_key(const struct cs_factors *factors, const char *app_id,
                    const struct cs_u2f_handle *handle)
{
    for (size_t i = 0; i < factors->count; i++) {
        const struct cs_factor *factor = &factors->items[i];

        struct cs_u2f_public_key key;
        struct cs_u2f_handle own;

        if (cs_key_get(factor, &key, &own) && own.length == handle->length &&
            cs_equal_ct(own.bytes, handle->bytes, own.length) &&
            strcmp(factor->app_id, app_id) == 0)
            return true;
    }
    return false;
}

static enum cs_err import_key(struct import *import, const struct cs_transaction *transaction,
                              const struct entry *entry, struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    const char *app_id = application(import, &entry->key);
    const char *user = entry->user, *reason = NULL;
    enum cs_err result = cs_factor_load(transaction, user, CS_STORED_U2F, &factors, error);

    if (result != CS_OK)
        return result;
    if (has_key(&factors, app_id, &entry->key.handle)) {
        reason = "the user already has it";
        import->present++;
    } else if (factors.count >= CS_FACTORS_PER_KIND_MAX) {
        reason = "the user has as many keys as allowed";
    }
    if (reason != NULL) {
        cs_skipped_add(&import->skipped, entry->line->number, user, entry->number, reason);
        return CS_OK;
    }
    import->keys++;
    import->unasked += strcmp(app_id, import->login_app) != 0;
    import->untouched += !entry->key.touched;
    return add_key(import, transaction, entry, error);
}

static enum cs_err import_keys(const struct cs_transaction *transaction, void *context,
                               struct cs_error *error)
{
    const struct cs_pam_u2f_line *last = NULL;
    struct import *import = context;
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < import->entry_count && result == CS_OK; i++) {
        const struct entry *entry = &import->entries[i];
        int64_t before = import->keys;

        result = import_key(import, transaction, entry, error);
        if (import->keys == before || entry->line == last)
            continue;
        import->users++;
        last = entry->line;
        result = cs_cli_act_user(import->act, entry->user, error);
    }
    return result;
}

/* ---- the verb ---- */

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    struct import *import = context;

    (void)error;
    cs_skipped_write(&import->skipped, writer, "skipped");
    cs_json_write_integer(writer, "skipped_count", (int64_t)import->skipped.total);
    cs_json_write_integer(writer, "imported", import->keys);
    cs_json_write_integer(writer, "users", import->users);
    cs_json_write_string(writer, "origin", import->origin);
    cs_json_write_bool(writer, "origin_given", import->origin_given);
    cs_json_write_string(writer, "app_id", import->app_id);
    cs_json_write_string(writer, "login_app_id", import->login_app);
    cs_json_write_integer(writer, "not_asked_for", import->unasked);
    cs_json_write_integer(writer, "without_presence", import->untouched);
    return CS_OK;
}

/* The file does not say it, and no login would show it but by refusing the key. */
static void say_default(const struct import *import)
{
    if (import->origin_given || import->keys == 0)
        return;
    (void)printf(
        "No --origin was given, so %s is the default, not read anywhere.\n"
        "If pam_u2f's line, or /etc/security/pam_u2f.conf, says another origin, these keys\n"
        "cannot log in: remove each with 'countersign remove USER ID' ('countersign list\n"
        "USER' shows the ID), and import the file again with --origin and that name.\n",
        import->origin);
}

static enum cs_err say(void *context, struct cs_error *error)
{
    struct import *import = context;

    (void)error;
    cs_skipped_print(&import->skipped, import->path);
    (void)printf("Keys imported: %lld; users they belong to: %lld; entries skipped: %zu.\n"
                 "Entries of four fields were taken for keys of the application %s\n"
                 "(pam_u2f's origin), those of two fields for keys of %s\n"
                 "(its appid). Logins ask for keys of %s (u2f_app_id).\n",
                 (long long)import->keys, (long long)import->users, import->skipped.total,
                 import->origin, import->app_id, import->login_app);
    say_default(import);
    if (import->unasked > 0)
        (void)printf("Keys that they do not ask for: %lld. Set u2f_app_id to what the keys were "
                     "registered for.\n",
                     (long long)import->unasked);
    if (import->untouched > 0)
        (void)printf("Keys that pam_u2f was to take without a touch: %lld. Here they are asked for "
                     "one.\n",
                     (long long)import->untouched);
    return CS_OK;
}

/* A file whose keys are all here already is done with; one that brings none is not. */
static int finish(const struct cs_cli *cli, struct import *import)
{
    static const struct cs_report report = {.say = say, .write = write};
    struct cs_error error = {0};
    int status = cs_cli_do(cli, import_keys, &report, import);

    if (status != 0 || import->keys > 0 || import->present > 0)
        return status;
    (void)cs_fail(&error, CS_ERR_INPUT, "%s: no key was imported%s", import->path,
                  import->skipped.total > 0 ? "" : "; it holds none");
    return cs_complain(&error);
}

int cs_cmd_import_pam_u2f(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_string_free) char *text = NULL;
    CS_AUTO(clear_import)
    struct import import = {.path = words->operands[0], .act = cli->act};
    struct cs_error error = {0};
    enum cs_err result =
        choose_names(cli, words->options[ORIGIN], words->options[APP_ID], &import, &error);

    if (result == CS_OK)
        result = cs_cli_accounts_open(cs_cli_batch_rule(cli), &import.accounts, &error);
    if (result == CS_OK)
        result = cs_pam_u2f_read_file(import.path, &text, &error);
    if (result == CS_OK)
        result = read_keys(&import, text, &error);
    return result == CS_OK ? finish(cli, &import) : cs_complain(&error);
}
