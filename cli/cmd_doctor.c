/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that a login needs, looked at without a change: wrong, risky, fine. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sanitise.h"
#include "cli/check_run.h"
#include "cli/doctor_user.h"
#include "cli/verb.h"
#include "doctor/doctor.h"
#include "doctor/root.h"
#include "providers/registry.h"

enum { ROOT, USER, FROM, ONLINE, ALL };

const struct cs_verb_option cs_options_doctor[CS_VERB_OPTIONS_MAX] = {
    [ROOT] = {"root", "FOLDER", "Look at the files below this folder, not at this machine."},
    [USER] = {"user", "NAME", "Also look at this user: what sshd asks, which factor there is."},
    [FROM] = {"from", "ADDRESS", "Also look at what sshd asks of a client with this address."},
    [ONLINE] = {"online", NULL, "Also ask the provider's server, which may be elsewhere."},
    [ALL] = {"all", NULL, "Also list what was not looked at, and why."},
};

/* ---- what `check` knows ---- */

/* "FILE:LINE:COLUMN: text", "FILE: text" or "FILE text": the place, and where the text goes on. */
static struct cs_place find_place(const char *text, char *ret_path, size_t size,
                                  const char **ret_rest)
{
    size_t length = strcspn(text, ": \n");
    unsigned line = 0, column = 0;
    int end = 0;

    *ret_rest = text;
    if (text[0] != '/' || text[length] == '\0' || length >= size)
        return (struct cs_place){0};
    (void)snprintf(ret_path, size, "%.*s", (int)length, text);
    if (text[length] == ' ')
        return (struct cs_place){ret_path, 0}; /* the path is a word of the sentence */
    *ret_rest = text + length + 1 + (text[length + 1] == ' ');
    if (sscanf(text + length, ":%9u:%9u: %n", &line, &column, &end) == 2 && end > 0)
        *ret_rest = text + length + end;
    else if (sscanf(text + length, ":%9u: %n", &line, &end) == 1 && end > 0)
        *ret_rest = text + length + end;
    return (struct cs_place){ret_path, line};
}

/* Where what to do begins in a text of `check`, behind "; "; at its end if it does not say. What a
 * parser expected belongs to the reason. */
static const char *find_remedy(const char *text)
{
    static const char expected[] = "; expected ";
    const char *place = strstr(text, "; ");

    if (place != NULL && strncmp(place, expected, strlen(expected)) == 0)
        place = strstr(place + 1, "; ");
    return place != NULL ? place : text + strlen(text);
}

/* For texts that leave it to the reader. */
static const char *usual_remedy(const char *id)
{
    static const char *const rows[][2] = {
        {"settings", "correct it there; countersign.json(5) says what is allowed"},
        {"plan", "look at auth_method and provider, and at what the provider needs"},
        {"server", "look at the provider's settings and server, and at the way there"},
        {"mail-server", "look at the mail server, at mail_server, and at the way there"},
        {"broker-socket", "systemctl enable --now countersignd.socket"},
        {"store", "look at the file, its folder and its disk"},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i][0], id) == 0)
            return rows[i][1];
    }
    return "repair what it names; 'countersign check' looks again";
}

/* The context of the sink. */
struct taken {
    struct cs_findings *all;
    const struct cs_check *check;
};

/* "OPTION: text" is about the line that sets it, be it for one service; "services: text" is about
 * the file. */
static bool find_option(const struct cs_check *check, const char *text, struct cs_buffer *out)
{
    CS_AUTO(cs_string_free) char *word = strndup(text, strcspn(text, ":= "));
    const struct cs_strlist *services;

    if (check->line.config == NULL || word == NULL)
        return false;
    if (strcmp(word, "services") == 0)
        cs_buffer_text(out, check->line.path);
    services = cs_config_services(check->line.config);
    for (size_t i = 0; i < services->count && out->length == 0; i++)
        (void)cs_config_locate(check->line.config, services->items[i], word, out);
    return out->length > 0 || cs_config_locate(check->line.config, "", word, out);
}

static void add_text(struct taken *taken, enum cs_severity severity, const char *id,
                     const char *what, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer where = {0};
    char path[512];
    const char *rest, *none, *remedy;
    struct cs_place place = find_place(text, path, sizeof path, &rest);

    if (place.path == NULL && find_option(taken->check, text, &where)) {
        cs_buffer_text(&where, ": ");
        if (!where.failed)
            place = find_place(where.text, path, sizeof path, &none);
    }
    remedy = find_remedy(rest);
    cs_findings_add(taken->all, severity, id, place,
                    *remedy != '\0' ? remedy + strlen("; ") : usual_remedy(id), "%s%s%.*s", what,
                    what[0] != '\0' ? ": " : "", (int)(remedy - rest), rest);
}

static void take_report(void *context, const char *id, const char *what, const char *problem)
{
    struct taken *taken = context;

    if (problem == NULL)
        cs_findings_add(taken->all, CS_FINDING_FINE, id, (struct cs_place){0}, NULL, "%s", what);
    else
        add_text(taken, CS_FINDING_WRONG, id, what, problem);
}

static void take_warning(void *context, const char *text)
{
    add_text(context, CS_FINDING_RISKY, "settings-warning", "", text);
}

static void take_note(void *context, const char *what, const char *text)
{
    struct taken *taken = context;

    cs_findings_add(taken->all, CS_FINDING_FINE, "note", (struct cs_place){0}, NULL, "%s: %s", what,
                    text);
}

/* ---- looking ---- */

/* Before an image is entered, which may have none of them; reading its settings may need them. */
static void load_libraries(void)
{
    const struct cs_provider_kind *kind;

    for (size_t row = 0; (kind = cs_provider_kind(row)) != NULL; row++) {
        if (kind->load != NULL)
            cs_ignore(kind->load(NULL)); /* who needs what is missing says so */
    }
}

/* What is wrong with it is said by `check`, later. */
static enum cs_err read_config(const struct cs_cli *cli, const char *root, struct cs_cli_line *line,
                               struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int outside = -1;
    enum cs_err result = root[0] != '\0' ? cs_root_enter(root, &outside, error) : CS_OK;

    if (result != CS_OK)
        return result;
    cs_ignore(cs_cli_line_read(cli, NULL, "", 0, NULL, line, NULL));
    return root[0] != '\0' ? cs_root_leave(outside, error) : CS_OK;
}

static enum cs_err run_checks(const char *root, struct cs_check *check, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int outside = -1;
    enum cs_err result = root[0] != '\0' ? cs_root_enter(root, &outside, error) : CS_OK;

    if (result != CS_OK)
        return result;
    cs_check_run(check);
    cs_check_clear(check);
    return root[0] != '\0' ? cs_root_leave(outside, error) : CS_OK;
}

CS_OWN_FRAME static enum cs_err check_all(struct cs_cli *cli, const struct cs_doctor *doctor,
                                          struct cs_findings *all, struct cs_error *error)
{
    struct cs_check check = {
        .cli = cli, .image = doctor->root[0] != '\0', .online = doctor->online, .service = ""};
    struct taken taken = {all, &check};
    const struct cs_check_sink sink = {take_report, take_warning, take_note, &taken};

    check.sink = &sink;
    return run_checks(doctor->root, &check, error);
}

static enum cs_err look(struct cs_cli *cli, struct cs_doctor *doctor, struct cs_findings *all,
                        struct cs_error *error)
{
    CS_AUTO(cs_cli_line_clear) struct cs_cli_line line = {0};
    enum cs_err result;

    if (doctor->root[0] != '\0')
        load_libraries();
    result = read_config(cli, doctor->root, &line, error);
    if (result != CS_OK)
        return result;
    doctor->config = line.config;
    doctor->socket = cli->socket_path;
    cs_doctor_run(doctor, all);
    if (doctor->root[0] == '\0')
        cs_doctor_look_at_user(doctor, all);
    return check_all(cli, doctor, all, error);
}

/* ---- telling ---- */

static void say_text(const char *before, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, text, strlen(text));
    (void)printf("%s%s", before, clean.text ? clean.text : "");
}

static void say_finding(const struct cs_finding *finding)
{
    (void)printf("%-5s ", cs_severity_name(finding->severity));
    if (finding->path != NULL)
        say_text("", finding->path);
    if (finding->path != NULL && finding->line != 0)
        (void)printf(":%u", finding->line);
    say_text(finding->path != NULL ? ": " : "", finding->reason);
    (void)printf(" [%s]\n", finding->id);
    if (finding->remedy != NULL) {
        say_text("      -> ", finding->remedy);
        (void)puts("");
    }
}

static void say(const struct cs_findings *all)
{
    for (size_t i = 0; i < all->count; i++)
        say_finding(&all->items[i]);
    (void)printf("%zu wrong, %zu risky, %zu fine\n", cs_findings_count(all, CS_FINDING_WRONG),
                 cs_findings_count(all, CS_FINDING_RISKY), cs_findings_count(all, CS_FINDING_FINE));
}

static int write_json(const struct cs_findings *all)
{
    struct cs_json_writer *writer = cs_json_writer_new();

    cs_json_write_array(writer, NULL);
    for (size_t i = 0; i < all->count; i++) {
        const struct cs_finding *finding = &all->items[i];

        cs_json_write_object(writer, NULL);
        cs_json_write_string(writer, "severity", cs_severity_name(finding->severity));
        cs_json_write_string(writer, "id", finding->id);
        cs_json_write_string(writer, "file", finding->path);
        if (finding->line != 0)
            cs_json_write_integer(writer, "line", finding->line);
        else
            cs_json_write_null(writer, "line");
        cs_json_write_string(writer, "reason", finding->reason);
        cs_json_write_string(writer, "remedy", finding->remedy);
        cs_json_write_end(writer);
    }
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

static int tell(const struct cs_cli *cli, const struct cs_findings *all)
{
    int status = CS_EXIT_OK;

    if (all->failed)
        return cs_complain(&(struct cs_error){CS_ERR_NOMEM, "out of memory: findings are missing"});
    if (cli->json)
        status = write_json(all);
    else
        say(all);
    return cs_findings_count(all, CS_FINDING_FINE) < all->count ? CS_EXIT_FAILED : status;
}

/* The folder by its own name: what is found below it is named without it. "/" is this machine. */
static enum cs_err find_root(const char *given, char **ret_root, struct cs_error *error)
{
    *ret_root = given != NULL ? realpath(given, NULL) : strdup("");
    if (*ret_root == NULL)
        return cs_fail_errno(error, "%s", given != NULL ? given : "memory");
    if (strcmp(*ret_root, "/") == 0)
        (*ret_root)[0] = '\0';
    return CS_OK;
}

int cs_cmd_doctor(struct cs_cli *cli, const struct cs_words *words)
{
    CS_AUTO(cs_string_free) char *root = NULL;
    CS_AUTO(cs_findings_clear) struct cs_findings all = {0};
    struct cs_doctor doctor = {.user = words->options[USER],
                               .from = words->options[FROM],
                               .online = words->options[ONLINE] != NULL,
                               .all = words->options[ALL] != NULL};
    struct cs_error error = {0};

    if (find_root(words->options[ROOT], &root, &error) != CS_OK)
        return cs_complain(&error);
    if (root[0] != '\0' && doctor.online)
        return cs_misuse(words->verb, "--online is about this machine, and --root about another");
    doctor.root = root;
    if (look(cli, &doctor, &all, &error) != CS_OK)
        return cs_complain(&error);
    cs_findings_sort(&all);
    return tell(cli, &all);
}
