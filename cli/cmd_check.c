/* SPDX-License-Identifier: Apache-2.0 */
/* What would refuse a login: each line says what is wrong, where, and what to do. */
#include <string.h>

#include "base/sanitise.h"
#include "cli/check_run.h"
#include "cli/verb.h"

enum { IBM };

const struct cs_verb_option cs_options_check[CS_VERB_OPTIONS_MAX] = {
    [IBM] = {"ibm", "FILE", "Read this file of IBM's gateway, and list what differs from it."},
};

/* ---- for people ---- */

static void say_report(void *context, const char *id, const char *what, const char *problem)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    (void)context;
    (void)id;
    cs_sanitise(&clean, problem, problem != NULL ? strlen(problem) : 0);
    (void)printf("%-4s %s%s%s\n", problem == NULL ? "ok" : "BAD", what, clean.length ? ": " : "",
                 clean.text ? clean.text : "");
}

static void say_warning(void *context, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    (void)context;
    cs_sanitise(&clean, text, strlen(text));
    (void)printf("warn %s\n", clean.text ? clean.text : "");
}

static void say_note(void *context, const char *what, const char *text)
{
    (void)context;
    if (strcmp(what, CS_CHECK_SOURCE) == 0)
        (void)printf("ok   %s: %s\n", what, text);
    else
        cs_print_note(NULL, what, NULL, text);
}

/* ---- for programs: the context is the writer ---- */

static void write_report(void *context, const char *id, const char *what, const char *problem)
{
    struct cs_json_writer *writer = context;

    (void)id;
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "what", what);
    cs_json_write_bool(writer, "ok", problem == NULL);
    cs_json_write_string(writer, "problem", problem);
    cs_json_write_end(writer);
}

static void write_warning(void *context, const char *text)
{
    cs_print_note(context, "warning", "warning", text);
}

static void write_note(void *context, const char *what, const char *text)
{
    cs_print_note(context, what, strcmp(what, CS_CHECK_SOURCE) == 0 ? "source" : "note", text);
}

static void run(struct cs_check *check, struct cs_json_writer *writer)
{
    cs_check_run(check);
    if (check->line.config != NULL &&
        (check->line.ibm || cs_config_ibm_path(check->line.config) != NULL))
        cs_print_ibm_differences(&check->line, writer);
}

int cs_cmd_check(struct cs_cli *cli, const struct cs_words *words)
{
    struct cs_json_writer *writer = cli->json ? cs_json_writer_new() : NULL;
    const struct cs_check_sink people = {say_report, say_warning, say_note, NULL};
    const struct cs_check_sink programs = {write_report, write_warning, write_note, writer};
    struct cs_check check = {.cli = cli,
                             .sink = cli->json ? &programs : &people,
                             .ibm_path = words->options[IBM],
                             .argument_count = words->argument_count,
                             .arguments = words->arguments,
                             .pam_files = true,
                             .service = ""};
    int status = CS_EXIT_OK;

    if (cli->json)
        cs_json_write_array(writer, NULL);
    run(&check, writer);
    if (cli->json) {
        cs_json_write_end(writer);
        status = cs_print_json(&writer, CS_JSON_FORMATTED);
    }
    cs_check_clear(&check);
    return check.failed ? CS_EXIT_FAILED : status;
}
