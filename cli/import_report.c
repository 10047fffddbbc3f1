/* SPDX-License-Identifier: Apache-2.0 */
/* What an import says: notes and faults with their places, and what came of it. */
#include <stdlib.h>
#include <string.h>

#include "cli/import_factors.h"

/* ---- notes ---- */

static enum cs_err note(struct cs_cli_import *import, const struct cs_imported *row,
                        const char *text, struct cs_error *error)
{
    return cs_imports_remark(&import->imports, row, CS_IMPORT_NOTE, "%s: %s", row->factor.user,
                             text) == CS_OK
               ? CS_OK
               : cs_fail_nomem(error);
}

/* How many codes were good at once there, and are here. */
static enum cs_err note_window(struct cs_cli_import *import, const struct cs_imported *row,
                               struct cs_error *error)
{
    bool by_counter = row->factor.kind == CS_STORED_HOTP;
    unsigned setting = by_counter ? import->settings->hotp_window : import->settings->totp_window;
    unsigned here = by_counter ? setting : 2 * setting + 1;
    char text[200];

    if (row->window == 0 || row->window == here)
        return CS_OK;
    (void)snprintf(text, sizeof text,
                   "WINDOW_SIZE %u is not taken over: here %u codes are good at once, for all "
                   "users (%s=%u)",
                   row->window, here, by_counter ? "hotp_window" : "totp_window", setting);
    return note(import, row, text, error);
}

static enum cs_err note_drift(struct cs_cli_import *import, const struct cs_imported *row,
                              struct cs_error *error)
{
    int64_t steps = row->factor.drift < 0 ? -row->factor.drift : row->factor.drift;
    char text[200];

    if (steps <= import->settings->totp_drift)
        return CS_OK;
    (void)snprintf(text, sizeof text,
                   "the clock of the device is %lld steps off, and totp_drift follows one by %u: "
                   "set the clock, or that option",
                   (long long)steps, import->settings->totp_drift);
    return note(import, row, text, error);
}

enum cs_err cs_cli_import_note(struct cs_cli_import *import, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < import->imports.count && result == CS_OK; i++) {
        const struct cs_imported *row = import->imports.rows[i];

        for (size_t k = 0; k < row->lost.count && result == CS_OK; k++)
            result = note(import, row, row->lost.items[k], error);
        if (result == CS_OK)
            result = note_window(import, row, error);
        if (result == CS_OK)
            result = note_drift(import, row, error);
    }
    return result;
}

/* ---- places ---- */

static const char *path_of(const struct cs_cli_import *import, size_t source)
{
    const char *path = import->sources.items[source].path;

    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void print_place(const struct cs_cli_import *import, size_t source, size_t line,
                        const char *what)
{
    struct cs_error text = {0};
    char place[24] = "";

    if (line > 0)
        (void)snprintf(place, sizeof place, ":%zu", line);
    (void)cs_fail(&text, CS_ERR_INPUT, "%.200s%s: %s", path_of(import, source), place, what);
    (void)cs_complain(&text);
}

static int by_place(const void *left, const void *right)
{
    const struct cs_import_remark *a = left, *b = right;

    return a->source != b->source ? (a->source > b->source) - (a->source < b->source)
                                  : (a->line > b->line) - (a->line < b->line);
}

static void print_remarks(const struct cs_cli_import *import,
                          const struct cs_import_remarks *remarks, const char *sort)
{
    char text[512];

    for (size_t i = 0; i < remarks->count; i++) {
        (void)snprintf(text, sizeof text, "%s%s", sort, remarks->items[i].text);
        print_place(import, remarks->items[i].source, remarks->items[i].line, text);
    }
    if (remarks->total > remarks->count)
        (void)fprintf(stderr, "countersign: %s%zu more\n", sort, remarks->total - remarks->count);
}

static void sort(struct cs_import_remarks *remarks)
{
    if (remarks->count > 0)
        qsort(remarks->items, remarks->count, sizeof *remarks->items, by_place);
}

void cs_cli_import_remarks(struct cs_cli_import *import)
{
    sort(&import->imports.notes);
    sort(&import->imports.faults);
    print_remarks(import, &import->imports.notes, "note: ");
    print_remarks(import, &import->imports.faults,
                  import->choice->skip_bad ? "skipped: " : "error: ");
}

/* ---- rows that were left out ---- */

static void describe(const struct cs_imported *row, char *out, size_t size)
{
    static const struct {
        const char *sort, *text;
    } reasons[] = {
        [CS_IMPORT_STORED] = {"", ""},
        [CS_IMPORT_TWICE] = {"there already", "this is the same factor as an earlier one"},
        [CS_IMPORT_KNOWN] = {"there already", "the user has this factor"},
        [CS_IMPORT_HAS_ONE] = {"skipped",
                               "the user has a factor with codes already; --add gives another one"},
    };

    (void)snprintf(out, size, "%s: %.64s: %s", reasons[row->outcome].sort, row->factor.user,
                   reasons[row->outcome].text);
}

static void print_left_out(const struct cs_cli_import *import)
{
    size_t named = 0;
    char text[256];

    for (size_t i = 0; i < import->imports.count; i++) {
        const struct cs_imported *row = import->imports.rows[i];

        if (row->outcome != CS_IMPORT_STORED) {
            if (named++ >= CS_IMPORT_FAULTS_MAX)
                continue;
            describe(row, text, sizeof text);
            print_place(import, row->source, row->line, text);
        } else if (row->codes_count > 0 && !row->codes_added && row->first_of_user) {
            (void)snprintf(text, sizeof text,
                           "note: %.64s: has recovery codes already; the emergency codes are not "
                           "taken over",
                           row->factor.user);
            print_place(import, row->source, row->line, text);
        }
    }
    if (named > CS_IMPORT_FAULTS_MAX)
        (void)fprintf(stderr, "countersign: not imported: %zu more\n",
                      named - CS_IMPORT_FAULTS_MAX);
}

/* ---- the report ---- */

static void write_remarks(const struct cs_cli_import *import, struct cs_json_writer *writer,
                          const char *name, const struct cs_import_remarks *remarks)
{
    cs_json_write_array(writer, name);
    for (size_t i = 0; i < remarks->count; i++) {
        const struct cs_import_remark *remark = &remarks->items[i];

        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "file", path_of(import, remark->source));
        cs_json_write_integer(writer, "line", (int64_t)remark->line);
        cs_json_write_string(writer, "text", remark->text);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
}

static void write_left_out(const struct cs_cli_import *import, struct cs_json_writer *writer)
{
    static const char *const words[] = {[CS_IMPORT_STORED] = "imported",
                                        [CS_IMPORT_TWICE] = "twice",
                                        [CS_IMPORT_KNOWN] = "known",
                                        [CS_IMPORT_HAS_ONE] = "has-factor"};
    size_t named = 0;

    cs_json_write_array(writer, "left_out");
    for (size_t i = 0; i < import->imports.count && named < CS_IMPORT_FAULTS_MAX; i++) {
        const struct cs_imported *row = import->imports.rows[i];

        if (row->outcome == CS_IMPORT_STORED)
            continue;
        named++;
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "file", path_of(import, row->source));
        cs_json_write_integer(writer, "line", (int64_t)row->line);
        cs_json_write_string(writer, "user", row->factor.user);
        cs_json_write_string(writer, "reason", words[row->outcome]);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
}

static enum cs_err write(struct cs_json_writer *writer, void *context, struct cs_error *error)
{
    struct cs_cli_import *import = context;
    const struct cs_cli_import_tally *tally = &import->tally;

    (void)error;
    sort(&import->imports.notes);
    sort(&import->imports.faults);
    write_remarks(import, writer, "skipped", &import->imports.faults);
    write_left_out(import, writer);
    write_remarks(import, writer, "notes", &import->imports.notes);
    cs_json_write_integer(writer, "imported", (int64_t)tally->stored);
    cs_json_write_integer(writer, "users", (int64_t)tally->users);
    cs_json_write_integer(writer, "recovery_codes", (int64_t)tally->codes);
    cs_json_write_integer(writer, "known", (int64_t)(tally->known + tally->twice));
    cs_json_write_integer(writer, "skipped_count",
                          (int64_t)(tally->left_out + import->imports.faults.total));
    cs_json_write_bool(writer, "dry_run", import->choice->dry_run);
    return CS_OK;
}

static enum cs_err say(void *context, struct cs_error *error)
{
    struct cs_cli_import *import = context;
    const struct cs_cli_import_tally *tally = &import->tally;

    (void)error;
    cs_cli_import_remarks(import);
    print_left_out(import);
    (void)printf("%s: %zu; users: %zu; recovery codes: %zu; there already: %zu; skipped: %zu.\n",
                 import->choice->dry_run ? "Factors that would be imported" : "Factors imported",
                 tally->stored, tally->users, tally->codes, tally->known + tally->twice,
                 tally->left_out + import->imports.faults.total);
    if (tally->stored > 0 && !import->choice->dry_run)
        (void)printf("The files are as they were, and their secrets still good wherever they were: "
                     "take the old\nmodule out of use, so that no code is good twice, and delete "
                     "them.\n'countersign enroll --undo' takes this import back.\n");
    return CS_OK;
}

int cs_cli_import_report(const struct cs_cli *cli, struct cs_cli_import *import)
{
    static const struct cs_report report = {.say = say, .write = write};
    int status = cs_report(cli, &report, import);

    if (status != CS_EXIT_OK)
        return status;
    return import->tally.left_out + import->imports.faults.total > 0 ? CS_EXIT_PARTLY : CS_EXIT_OK;
}
