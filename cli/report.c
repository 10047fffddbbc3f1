/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs' messages: complaints, and results for people and for programs. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/sanitise.h"
#include "base/standard.h"
#include "cli/cli.h"

static void complain(const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, text, strlen(text));
    (void)fprintf(stderr, "countersign: %s\n", clean.text ? clean.text : "");
}

int cs_complain(const struct cs_error *error)
{
    complain(error->text);
    return CS_EXIT_FAILED;
}

int cs_usage_error(const char *format, ...)
{
    char text[1536];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    complain(text);
    return CS_EXIT_USAGE;
}

void cs_remark(const char *text)
{
    if (text[0] != '\0')
        complain(text);
}

enum cs_err cs_will_show(struct cs_cli *cli, struct cs_error *error, const char *format, ...)
{
    va_list arguments;

    cli->unseen.code = CS_ERR_SYSTEM;
    va_start(arguments, format);
    (void)vsnprintf(cli->unseen.text, sizeof cli->unseen.text, format, arguments);
    va_end(arguments);
    (void)signal(SIGPIPE, SIG_IGN);
    return cs_standard_probe(error);
}

void cs_print_note(struct cs_json_writer *writer, const char *what, const char *key,
                   const char *text)
{
    if (writer == NULL) {
        (void)printf("note %s: %s\n", what, text);
        return;
    }
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "what", what);
    cs_json_write_bool(writer, "ok", true);
    cs_json_write_string(writer, "problem", NULL);
    cs_json_write_string(writer, key, text);
    cs_json_write_end(writer);
}

int cs_print_json(struct cs_json_writer **writer, enum cs_json_layout layout)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    struct cs_error error = {0};
    enum cs_err result = cs_json_print(*writer, layout, &text, &error);

    cs_json_writer_free(writer);
    if (result != CS_OK)
        return cs_complain(&error);
    (void)printf("%s\n", text.data);
    return CS_EXIT_OK;
}

int cs_report(const struct cs_cli *cli, const struct cs_report *report, void *context)
{
    struct cs_json_writer *writer;
    struct cs_error error = {0};

    if (!cli->json)
        return report->say == NULL || report->say(context, &error) == CS_OK ? CS_EXIT_OK
                                                                            : cs_complain(&error);
    writer = cs_json_writer_new();
    cs_json_write_object(writer, NULL);
    if (report->write(writer, context, &error) != CS_OK) {
        cs_json_writer_free(&writer);
        return cs_complain(&error);
    }
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}
