/* SPDX-License-Identifier: Apache-2.0 */
/* How to use the verbs, for people and for programs: generated from their rows. */
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "cli/verb.h"

enum { COLUMNS = 79, NAME_WIDTH = 15 };

static size_t count_forms(const struct cs_verb *verb)
{
    size_t count = 0;

    while (count < CS_VERB_FORMS_MAX && verb->forms[count] != NULL)
        count++;
    return count;
}

size_t cs_verb_count_options(const struct cs_verb *verb)
{
    size_t count = 0;

    while (verb->options != NULL && count < CS_VERB_OPTIONS_MAX &&
           verb->options[count].name != NULL)
        count++;
    return count;
}

static void add_form(struct cs_buffer *out, const struct cs_verb *verb, const char *form)
{
    cs_buffer_printf(out, "countersign%s%s%s%s", verb->name ? " " : "",
                     verb->name ? verb->name : "", form[0] ? " " : "", form);
}

/* ---- wrong use ---- */

static int misuse(const struct cs_verb *verbs, size_t count, const char *format, va_list arguments)
    CS_PRINTF(3, 0);

static int misuse(const struct cs_verb *verbs, size_t count, const char *format, va_list arguments)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer usage = {0};
    char what[512];

    (void)vsnprintf(what, sizeof what, format, arguments);
    for (size_t v = 0; v < count; v++) {
        for (size_t f = 0; f < count_forms(&verbs[v]); f++) {
            cs_buffer_text(&usage, usage.length ? " | " : "");
            add_form(&usage, &verbs[v], verbs[v].forms[f]);
        }
    }
    return cs_usage_error("%s; usage: %s", what, usage.text ? usage.text : "");
}

int cs_misuse(const struct cs_verb *verb, const char *format, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, format);
    status = misuse(verb, 1, format, arguments);
    va_end(arguments);
    return status;
}

int cs_misuse_of(const struct cs_verb *verbs, size_t count, const char *format, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, format);
    status = misuse(verbs, count, format, arguments);
    va_end(arguments);
    return status;
}

/* ---- help ---- */

/* The number of bytes up to the next blank that is not in brackets. */
static size_t piece_length(const char *text)
{
    size_t length = 0;
    int depth = 0;

    for (; text[length] != '\0' && (text[length] != ' ' || depth > 0); length++)
        depth += (text[length] == '[') - (text[length] == ']');
    return length;
}

/* Takes as many lines as needed; all but the first are indented. */
static void print_form(FILE *out, const char *title, const struct cs_verb *verb, const char *form)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const int indent = (int)strlen(title) + 4;
    size_t column = strlen(title);

    (void)fputs(title, out);
    add_form(&text, verb, form);
    for (const char *piece = text.text; piece != NULL && *piece != '\0';) {
        size_t length = piece_length(piece);

        if (column > (size_t)indent && column + 1 + length > COLUMNS) {
            (void)fprintf(out, "\n%*s", indent, "");
            column = (size_t)indent;
        } else if (piece != text.text) {
            (void)fputc(' ', out);
            column++;
        }
        (void)fprintf(out, "%.*s", (int)length, piece);
        column += length;
        piece += length + (piece[length] == ' ');
    }
    (void)fputc('\n', out);
}

static void print_usage(FILE *out, const struct cs_verb *verb)
{
    for (size_t f = 0; f < count_forms(verb); f++)
        print_form(out, f == 0 ? "Usage: " : "       ", verb, verb->forms[f]);
}

static void add_option(struct cs_table *table, const struct cs_verb_option *option)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer name = {0};

    cs_buffer_printf(&name, "--%s%s%s", option->name, option->argument ? " " : "",
                     option->argument ? option->argument : "");
    cs_table_add(table, name.text ? name.text : "", option->help);
}

static enum cs_err print_options(FILE *out, const struct cs_verb *verb, struct cs_error *error)
{
    CS_AUTO(cs_table_clear) struct cs_table table = {.columns = 2, .indent = 2};

    for (size_t i = 0; i < cs_verb_count_options(verb); i++)
        add_option(&table, &verb->options[i]);
    cs_table_add(&table, "--help", "Print this help.");
    (void)fputc('\n', out);
    return cs_table_print(&table, out, error);
}

int cs_help_of(const struct cs_verb *verbs, size_t count)
{
    struct cs_error error = {0};

    for (size_t v = 0; v < count; v++) {
        (void)fputs(v > 0 ? "\n" : "", stdout);
        print_usage(stdout, &verbs[v]);
        (void)printf("\n%s\n", verbs[v].summary);
        if (print_options(stdout, &verbs[v], &error) != CS_OK)
            return cs_complain(&error);
    }
    (void)puts("\nSee countersign(8).");
    return CS_EXIT_OK;
}

/* A name that is too long for its column has a line of its own. */
static void print_summary(FILE *out, const struct cs_verb *verb)
{
    if (strlen(verb->name) > NAME_WIDTH)
        (void)fprintf(out, "  %s\n  %*s  %s\n", verb->name, NAME_WIDTH, "", verb->summary);
    else
        (void)fprintf(out, "  %-*s  %s\n", NAME_WIDTH, verb->name, verb->summary);
}

int cs_help(const struct cs_verb *program, FILE *out)
{
    struct cs_error error = {0};

    print_usage(out, program);
    (void)fputc('\n', out);
    for (size_t i = 0; i < cs_verbs_count; i++)
        print_summary(out, &cs_verbs[i]);
    if (print_options(out, program, &error) != CS_OK)
        return cs_complain(&error);
    (void)fputs("\nExit status: 0 done or allowed, 1 failed or refused, 2 wrong use, 3 partly.\n"
                "'countersign VERB --help' says more about a verb. See countersign(8).\n",
                out);
    return CS_EXIT_OK;
}

/* ---- the same for programs ---- */

static void write_verb(struct cs_json_writer *writer, const struct cs_verb *verb)
{
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "name", verb->name);
    cs_json_write_string(writer, "summary", verb->summary);
    cs_json_write_array(writer, "forms");
    for (size_t f = 0; f < count_forms(verb); f++)
        cs_json_write_string(writer, NULL, verb->forms[f]);
    cs_json_write_end(writer);
    cs_json_write_array(writer, "options");
    for (size_t i = 0; i < cs_verb_count_options(verb); i++) {
        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "name", verb->options[i].name);
        cs_json_write_string(writer, "argument", verb->options[i].argument);
        cs_json_write_string(writer, "help", verb->options[i].help);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    cs_json_write_bool(writer, "json", (verb->flags & CS_VERB_JSON) != 0);
    cs_json_write_end(writer);
}

int cs_help_json(const struct cs_verb *program)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_array(writer, NULL);
    write_verb(writer, program);
    for (size_t i = 0; i < cs_verbs_count; i++)
        write_verb(writer, &cs_verbs[i]);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}
