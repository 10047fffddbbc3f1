/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_factors.h"

#include <string.h>

#include "base/clock.h"
#include "import/save.h"

static void clear_import(struct cs_cli_import *import)
{
    cs_import_plan_free(&import->plan);
    cs_imports_clear(&import->imports);
    cs_cli_sources_clear(&import->sources);
    cs_cli_accounts_clear(&import->accounts);
}

/* ---- before the store ---- */

static enum cs_err read_source(struct cs_cli_import *import, size_t index, struct cs_error *error)
{
    const struct cs_cli_import_choice *choice = import->choice;
    struct cs_cli_source *from = &import->sources.items[index];
    const struct cs_imported place = {.source = index};
    const struct cs_import_source source = {.number = index,
                                            .text = from->text.data,
                                            .user = choice->user ? choice->user : from->user,
                                            .label = choice->label,
                                            .now = import->now,
                                            .hex = choice->hex,
                                            .padded = choice->padded};
    enum cs_err result = CS_OK;

    if (from->note != NULL)
        result = cs_imports_remark(&import->imports, &place, CS_IMPORT_NOTE, "%s", from->note);
    if (result == CS_OK && from->fault != NULL)
        result = cs_imports_remark(&import->imports, &place, CS_IMPORT_FAULT, "%s", from->fault);
    if (result != CS_OK)
        return cs_fail_nomem(error);
    if (from->fault == NULL)
        result = choice->reader(&source, &import->imports, error);
    cs_secret_free(&from->text);
    return result;
}

static enum cs_err read_sources(struct cs_cli_import *import, const struct cs_words *words,
                                struct cs_error *error)
{
    const struct cs_cli_import_choice *choice = import->choice;
    enum cs_err result =
        choice->home_file != NULL
            ? cs_cli_sources_homes(choice->home_file, &import->sources, error)
            : cs_cli_sources_files(words, choice->by_owner, &import->sources, error);

    for (size_t i = 0; i < import->sources.count && result == CS_OK; i++)
        result = read_source(import, i, error);
    return result;
}

/* A label may be "alice@host", as google-authenticator writes it, and the account is "alice". */
static enum cs_err find_account(const struct cs_cli_import *import, struct cs_imported *row,
                                struct cs_cli_account *account, struct cs_error *error)
{
    enum cs_err result = cs_cli_accounts_find(&import->accounts, row->factor.user, account, error);
    char *host = row->from_label ? strchr(row->factor.user, '@') : NULL;

    if (result != CS_ERR_NOT_FOUND || host == NULL || host == row->factor.user)
        return result;
    *host = '\0';
    return cs_cli_accounts_find(&import->accounts, row->factor.user, account, error);
}

/* Rows get the names and uids of their accounts; those without one become faults. */
static enum cs_err find_accounts(struct cs_cli_import *import, struct cs_error *error)
{
    struct cs_imports *imports = &import->imports;
    size_t kept = 0;
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < imports->count; i++) {
        struct cs_imported *row = imports->rows[i];
        struct cs_cli_account account;
        struct cs_error why = {0};

        if (result == CS_OK)
            result = find_account(import, row, &account, &why);
        if (result == CS_OK) {
            cs_remark(account.note);
            memcpy(row->factor.user, account.name, strlen(account.name) + 1);
            row->factor.account = account.uid;
            imports->rows[kept++] = row;
            continue;
        }
        if (result == CS_ERR_NOT_FOUND || result == CS_ERR_INPUT || result == CS_ERR_UNRESOLVED)
            result = cs_imports_remark(imports, row, CS_IMPORT_FAULT, "%s%s", why.text,
                                       import->choice->by_owner && import->choice->user == NULL
                                           ? "; --user says whose the file is"
                                           : "");
        cs_imported_free(&row);
    }
    imports->count = kept;
    return result == CS_OK ? CS_OK : cs_fail_nomem(error);
}

/* ---- the store ---- */

static enum cs_err begin(const struct cs_transaction *transaction, void *context,
                         struct cs_error *error)
{
    struct cs_cli_import *import = context;

    return cs_import_plan_new(transaction, &import->imports, import->now, &import->plan, error);
}

/* Adds up what was done, and whom to name in the record. Rows are counted in the order of files,
 * so a user's may be apart. */
static enum cs_err count(struct cs_cli_import *import, struct cs_error *error)
{
    struct cs_cli_import_tally *tally = &import->tally;
    enum cs_err result = CS_OK;

    *tally = (struct cs_cli_import_tally){0};
    cs_strlist_free(&import->act->users);
    for (size_t i = 0; i < import->imports.count && result == CS_OK; i++) {
        const struct cs_imported *row = import->imports.rows[i];

        tally->twice += row->outcome == CS_IMPORT_TWICE;
        tally->known += row->outcome == CS_IMPORT_KNOWN;
        tally->left_out += row->outcome == CS_IMPORT_HAS_ONE;
        if (row->outcome != CS_IMPORT_STORED)
            continue;
        tally->stored++;
        tally->codes += row->codes_added ? row->codes_count : 0;
        if (!row->first_of_user)
            continue;
        tally->users++;
        result = cs_cli_act_user(import->act, row->factor.user, error);
    }
    return result;
}

static enum cs_err save(const struct cs_transaction *transaction, void *context,
                        struct cs_error *error)
{
    struct cs_cli_import *import = context;
    enum cs_err result = cs_import_save(import->plan, import->choice->add, transaction, error);

    return result == CS_OK ? count(import, error) : result;
}

static enum cs_err store(const struct cs_cli *cli, struct cs_cli_import *import,
                         struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_cli_open_store(cli, &store, error);

    if (result == CS_OK)
        result = cs_cli_transact(store, begin, import, error);
    if (result == CS_OK)
        result = cs_import_seal(import->plan, error);
    if (result != CS_OK)
        return result;
    return import->choice->dry_run ? cs_cli_rehearse(store, save, import, error)
                                   : cs_cli_act(cli, store, save, import, error);
}

/* ---- all of it ---- */

/* Whether anything may be imported at all. */
static enum cs_err judge(const struct cs_cli_import *import, struct cs_error *error)
{
    size_t faults = import->imports.faults.total;

    if (faults > 0 && !import->choice->skip_bad)
        return cs_fail(error, CS_ERR_INPUT,
                       "nothing was imported, because of what is wrong above: %zu; --skip-bad "
                       "imports the rest",
                       faults);
    if (import->imports.count > 0)
        return CS_OK;
    return import->choice->home_file != NULL
               ? cs_fail(error, CS_ERR_INPUT,
                         "nothing was imported: no home folder has a usable %s",
                         import->choice->home_file)
               : cs_fail(error, CS_ERR_INPUT, "nothing was imported: there is no factor in it");
}

static enum cs_err import_all(struct cs_cli *cli, const struct cs_words *words,
                              struct cs_cli_import *import, struct cs_error *error)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_options options;
    enum cs_err result = cs_cli_options(cli, &config, &options, error);

    if (result == CS_OK)
        result = cs_cli_accounts_open(cs_cli_batch_rule(cli), &import->accounts, error);
    if (result == CS_OK)
        result = read_sources(import, words, error);
    if (result == CS_OK)
        result = find_accounts(import, error);
    if (result != CS_OK)
        return result;
    import->settings = cs_cli_local(&options);
    result = cs_cli_import_note(import, error);
    import->settings = NULL;
    if (result == CS_OK)
        result = judge(import, error);
    return result == CS_OK ? store(cli, import, error) : result;
}

int cs_cli_import(struct cs_cli *cli, const struct cs_words *words,
                  const struct cs_cli_import_choice *choice)
{
    CS_AUTO(clear_import)
    struct cs_cli_import import = {.choice = choice, .act = cli->act, .now = cs_clock_seconds()};
    struct cs_error error = {0};
    enum cs_err result;

    if ((words->argument_count == 0) != (choice->home_file != NULL))
        return cs_misuse(words->verb,
                         choice->home_file != NULL ? "'%s' is one word too many"
                                                   : "a file is missing%s",
                         choice->home_file != NULL ? words->arguments[0] : "");
    if (choice->by_owner && choice->user != NULL && words->argument_count > 1)
        return cs_misuse(words->verb, "--user is for one file");
    if (choice->dry_run)
        cli->act->due = false;
    result = import_all(cli, words, &import, &error);
    if (result != CS_OK) {
        cs_cli_import_remarks(&import);
        return cs_complain(&error);
    }
    return cs_cli_import_report(cli, &import);
}
