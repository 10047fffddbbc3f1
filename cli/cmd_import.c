/* import pam-u2f: the keys of pam_u2f's file, all that can be used in one transaction. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sanitise.h"
#include "cli/cli.h"
#include "cli/pam_u2f.h"

enum { FILE_BYTES_MAX = 16 << 20 };

struct import {
    const char *path;
    char app_id[CS_FACTOR_APP_ID_MAX + 1];    /* that the keys were registered for */
    char login_app[CS_FACTOR_APP_ID_MAX + 1]; /* that logins ask keys for */
    struct cs_json_writer *writer;            /* NULL: text */
    int64_t keys, users, skipped;             /* counted */
};

/* ---- before anything is stored ---- */

static int parse(int argc, char **argv, struct import *import, const char **ret_app_id)
{
    static const struct option options[] = {{"app-id", required_argument, NULL, 'a'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'a')
            return cs_option_error(argv, "import pam-u2f FILE [--app-id A]");
        *ret_app_id = optarg;
    }
    if (argc - optind != 2 || strcmp(argv[optind], "pam-u2f") != 0)
        return cs_usage_error("usage: countersign import pam-u2f FILE; see countersign(8)");
    import->path = argv[optind + 1];
    return CS_EXIT_OK;
}

static enum cs_err choose_app_id(const struct cs_cli *cli, const char *wish, struct import *import,
                                 struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    unsigned char hash[CS_U2F_HASH_BYTES];
    char name[CS_PROVIDER_NAME_SIZE];
    struct cs_judging judging;
    struct cs_options options;
    enum cs_err result = cs_cli_options(cli, &config, &options, error);

    if (result == CS_OK)
        result = cs_cli_judging(&options, name, &judging, error);
    if (result != CS_OK)
        return result;
    wish = wish ? wish : judging.app_id;
    result = cs_u2f_app_hash(wish, hash, error); /* refuses what no key could be asked for */
    if (result != CS_OK)
        return result;
    (void)snprintf(import->app_id, sizeof import->app_id, "%s", wish);
    (void)snprintf(import->login_app, sizeof import->login_app, "%s", judging.app_id);
    return CS_OK;
}

/* As root: the file may be nobody else's to read. `*ret_text` is the caller's to free. */
static enum cs_err read_file(const char *path, char **ret_text, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *text = calloc(1, FILE_BYTES_MAX + 2);
    bool input = strcmp(path, "-") == 0;
    FILE *file = input ? stdin : fopen(path, "re");
    enum cs_err result = CS_OK;
    size_t length;

    if (file == NULL)
        return cs_fail_errno(error, "%s: cannot open", path);
    errno = 0;
    length = text ? fread(text, 1, FILE_BYTES_MAX + 1, file) : 0;
    if (text == NULL)
        result = cs_fail_nomem(error);
    else if (ferror(file))
        result = cs_fail_errno(error, "%s: cannot read", path);
    else if (length > FILE_BYTES_MAX)
        result = cs_fail(error, CS_ERR_LIMIT, "%s: larger than %d bytes", path, FILE_BYTES_MAX);
    else if (strlen(text) != length)
        result = cs_fail(error, CS_ERR_INPUT, "%s: not a text file; nothing was imported", path);
    if (!input)
        (void)fclose(file);
    if (result == CS_OK) {
        *ret_text = text;
        text = NULL;
    }
    return result;
}

/* ---- storing ---- */

/* `key` is the number of the credential in its line, from 1; 0 means all of them. */
static void skip(struct import *import, const struct cs_pam_u2f_line *line, size_t key,
                 const char *reason)
{
    struct cs_error note = {0};

    import->skipped++;
    if (import->writer != NULL) {
        cs_json_write_object(import->writer, NULL);
        cs_json_write_integer(import->writer, "line", (int64_t)line->number);
        cs_json_write_string(import->writer, "user", line->user);
        if (key > 0)
            cs_json_write_integer(import->writer, "key", (int64_t)key);
        else
            cs_json_write_null(import->writer, "key");
        cs_json_write_string(import->writer, "reason", reason);
        cs_json_write_end(import->writer);
        return;
    }
    if (key > 0)
        (void)cs_fail(&note, CS_ERR_INPUT, "%s:%zu: key %zu of '%.64s' is skipped: %s",
                      import->path, line->number, key, line->user, reason);
    else
        (void)cs_fail(&note, CS_ERR_INPUT, "%s:%zu: the line of '%.64s' is skipped: %s",
                      import->path, line->number, line->user, reason);
    (void)cs_complain(&note);
}

static enum cs_err add_key(const struct import *import, const struct cs_transaction *transaction,
                           const char *user, const struct cs_pam_u2f_key *key,
                           struct cs_error *error)
{
    CS_AUTO(cs_factor_clear)
    struct cs_factor factor = {.kind = CS_STORED_U2F,
                               .label = "pam_u2f",
                               .last_step = -1, /* pam_u2f keeps no counter */
                               .created = cs_clock_seconds()};
    char secret[CS_U2F_PUBLIC_KEY_BYTES + CS_U2F_HANDLE_MAX];

    (void)snprintf(factor.user, sizeof factor.user, "%s", user);
    (void)snprintf(factor.app_id, sizeof factor.app_id, "%s", import->app_id);
    memcpy(secret, key->public_key, CS_U2F_PUBLIC_KEY_BYTES);
    memcpy(secret + CS_U2F_PUBLIC_KEY_BYTES, key->handle.bytes, key->handle.length);
    if (cs_secret_set(&factor.secret, secret, CS_U2F_PUBLIC_KEY_BYTES + key->handle.length) !=
        CS_OK)
        return cs_fail_nomem(error);
    return cs_factor_add(transaction, &factor, error);
}

static bool has_key(const struct cs_factors *factors, const char *app_id,
                    const struct cs_u2f_handle *handle)
{
    for (size_t i = 0; i < factors->count; i++) {
        const struct cs_factor *factor = &factors->items[i];

        if (factor->secret.length == CS_U2F_PUBLIC_KEY_BYTES + handle->length &&
            cs_equal_ct(factor->secret.data + CS_U2F_PUBLIC_KEY_BYTES, handle->bytes,
                        handle->length) &&
            strcmp(factor->app_id, app_id) == 0)
            return true;
    }
    return false;
}

static enum cs_err import_key(struct import *import, const struct cs_transaction *transaction,
                              const struct cs_pam_u2f_line *line, size_t number, const char *text,
                              struct cs_error *error)
{
    CS_AUTO(cs_factors_clear) struct cs_factors factors = {0};
    struct cs_pam_u2f_key key = {0};
    const char *reason = NULL;
    enum cs_err result = cs_pam_u2f_read_key(text, &key, error);

    if (result == CS_ERR_INPUT) {
        skip(import, line, number, error->text);
        return CS_OK;
    }
    if (result == CS_OK)
        result = cs_factor_load(transaction, line->user, CS_STORED_U2F, &factors, error);
    if (result != CS_OK)
        return result;
    if (has_key(&factors, import->app_id, &key.handle))
        reason = "the user has it already";
    else if (factors.count >= CS_FACTORS_PER_KIND_MAX)
        reason = "the user has as many keys as there may be";
    if (reason != NULL) {
        skip(import, line, number, reason);
        return CS_OK;
    }
    import->keys++;
    return add_key(import, transaction, line->user, &key, error);
}

static const char *reason_against(const struct cs_pam_u2f_line *line)
{
    size_t length = strlen(line->user);

    if (length == 0 || length > CS_STORE_USER_MAX || !cs_is_clean(line->user, length))
        return "the user name is empty, longer than 255 bytes or holds control characters";
    if (line->superseded)
        return "pam_u2f heeds the user's last line only";
    if (line->keys == NULL || line->keys[0] == '\0')
        return "there is no key in it";
    return NULL;
}

static enum cs_err import_line(struct import *import, const struct cs_transaction *transaction,
                               const struct cs_pam_u2f_line *line, struct cs_error *error)
{
    const char *reason = reason_against(line);
    char *text, *rest = line->keys;
    int64_t before = import->keys;
    enum cs_err result = CS_OK;

    if (reason != NULL) {
        skip(import, line, 0, reason);
        return CS_OK;
    }
    for (size_t key = 1; result == CS_OK && (text = strsep(&rest, ":")) != NULL; key++)
        result = import_key(import, transaction, line, key, text, error);
    import->users += import->keys > before;
    return result;
}

static enum cs_err import_text(const struct cs_cli *cli, struct import *import, char *text,
                               struct cs_error *error)
{
    CS_AUTO(cs_pam_u2f_lines_clear) struct cs_pam_u2f_lines lines = {0};
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_pam_u2f_split(text, &lines, error);

    if (result == CS_OK)
        result = cs_cli_begin(cli, &store, &transaction, error);
    for (size_t i = 0; i < lines.count && result == CS_OK; i++)
        result = import_line(import, &transaction, &lines.items[i], error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

/* ---- the verb ---- */

static int report(struct import *import)
{
    if (import->writer == NULL) {
        (void)printf("Keys imported: %lld; users they belong to: %lld; entries skipped: %lld.\n"
                     "They are keys of the application %s, and logins ask for keys of %s\n"
                     "(u2f_app_id). pam_u2f's options appid and origin have to be what u2f_app_id "
                     "and u2f_origins are here.\n",
                     (long long)import->keys, (long long)import->users, (long long)import->skipped,
                     import->app_id, import->login_app);
        return CS_EXIT_OK;
    }
    cs_json_write_end(import->writer);
    cs_json_write_integer(import->writer, "imported", import->keys);
    cs_json_write_integer(import->writer, "users", import->users);
    cs_json_write_string(import->writer, "app_id", import->app_id);
    cs_json_write_string(import->writer, "login_app_id", import->login_app);
    cs_json_write_end(import->writer);
    return cs_print_json(&import->writer, CS_JSON_FORMATTED);
}

int cs_cmd_import(struct cs_cli *cli, int argc, char **argv)
{
    CS_AUTO(cs_string_free) char *text = NULL;
    struct import import = {0};
    struct cs_error error = {0};
    const char *app_id = NULL;
    int status = parse(argc, argv, &import, &app_id);
    enum cs_err result = CS_OK;

    if (status != CS_EXIT_OK)
        return status;
    if (geteuid() != 0)
        result = cs_fail(&error, CS_ERR_TRUST, "must be run by root");
    if (result == CS_OK)
        result = choose_app_id(cli, app_id, &import, &error);
    if (result == CS_OK)
        result = read_file(import.path, &text, &error);
    if (result == CS_OK && cli->json) {
        import.writer = cs_json_writer_new();
        cs_json_write_object(import.writer, NULL);
        cs_json_write_array(import.writer, "skipped");
        if (import.writer == NULL)
            result = cs_fail_nomem(&error);
    }
    if (result == CS_OK)
        result = import_text(cli, &import, text, &error);
    if (result == CS_OK)
        return report(&import);
    cs_json_writer_free(&import.writer);
    return cs_complain(&error);
}
