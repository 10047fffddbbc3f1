/* What would refuse a login: each line says what is wrong, where, and what to do. */
#include <getopt.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/privilege.h"
#include "base/sanitise.h"
#include "base/trusted_open.h"
#include "cli/cli.h"
#include "paths.h"
#include "store/key.h"
#include "u2f/origins.h"
#include "wire/connect.h"

enum { CONNECT_MS = 2000 };

struct check {
    const struct cs_cli *cli;
    const char *ibm; /* --ibm, or NULL */
    int count;       /* of the module's arguments */
    char **arguments;
    struct cs_cli_line line;
    struct cs_json_writer *writer; /* with --json */
    bool failed;
};

static void report(struct check *check, const char *what, enum cs_err result,
                   const struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    check->failed = check->failed || result != CS_OK;
    if (check->writer != NULL) {
        cs_json_write_object(check->writer, NULL);
        cs_json_write_string(check->writer, "what", what);
        cs_json_write_bool(check->writer, "ok", result == CS_OK);
        cs_json_write_string(check->writer, "problem", result == CS_OK ? NULL : error->text);
        cs_json_write_end(check->writer);
        return;
    }
    cs_sanitise(&clean, error->text, result == CS_OK ? 0 : strlen(error->text));
    (void)printf("%-4s %s%s%s\n", result == CS_OK ? "ok" : "BAD", what, clean.length ? ": " : "",
                 clean.text ? clean.text : "");
}

static enum cs_err check_account(struct check *check, struct cs_error *error)
{
    uid_t uid;
    gid_t gid;

    (void)check;
    return cs_run_user(&uid, &gid, error);
}

static enum cs_err check_config(struct check *check, struct cs_error *error)
{
    return cs_cli_line_read(check->cli, check->ibm, "", check->count, check->arguments,
                            &check->line, error);
}

static enum cs_err check_broker_program(struct check *check, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};
    CS_AUTO(cs_fd_close) int fd = -1;

    (void)check;
    return cs_open_trusted(CS_BROKER_FILE, &trust, &fd, error);
}

/* What the broker can read is tried as the broker's account, in a child. Its one line comes back
 * through a pipe. */
static enum cs_err as_run_user(struct check *check,
                               enum cs_err (*run)(struct check *, struct cs_error *),
                               struct cs_error *error)
{
    struct cs_error found = {.code = CS_OK};
    int ends[2];
    pid_t child;
    ssize_t got;

    if (pipe(ends) != 0)
        return cs_fail_errno(error, "pipe");
    child = fork();
    if (child == 0) {
        if (cs_become_run_user(&found) == CS_OK && run(check, &found) == CS_OK)
            found.code = CS_OK;
        _exit(write(ends[1], &found, sizeof found) == (ssize_t)sizeof found ? 0 : 1);
    }
    close(ends[1]);
    got = child > 0 ? read(ends[0], &found, sizeof found) : -1;
    close(ends[0]);
    if (child > 0)
        (void)waitpid(child, NULL, 0);
    if (got != (ssize_t)sizeof found)
        return cs_fail(error, CS_ERR_SYSTEM, "the check could not be run");
    *error = found;
    return found.code;
}

static enum cs_err read_key(struct check *check, struct cs_error *error)
{
    CS_AUTO(cs_keys_wipe) struct cs_keys keys = {0};

    return cs_keys_load(check->line.options.key_file, &keys, error);
}

static enum cs_err read_store(struct check *check, struct cs_error *error)
{
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    enum cs_err result = cs_store_open(check->line.options.store, check->line.options.key_file,
                                       false, &store, error);

    return result == CS_OK ? cs_store_check(store, error) : result;
}

static enum cs_err check_key(struct check *check, struct cs_error *error)
{
    return as_run_user(check, read_key, error);
}

static enum cs_err check_store(struct check *check, struct cs_error *error)
{
    return as_run_user(check, read_store, error);
}

/* The module hands over what its line names; the rest the broker opens by itself. */
static enum cs_err check_readable(struct check *check, struct cs_error *error)
{
    const struct cs_cli_line *line = &check->line;
    const char *path = line->path ? line->path : check->cli->config_path;
    CS_AUTO(cs_fd_close) int own = -1, ibm = -1;
    enum cs_err result = line->ibm ? CS_OK : cs_config_open(path, &own, error);

    if (result != CS_OK || line->config == NULL)
        return result;
    path = cs_config_ibm_path(line->config);
    if (path != NULL)
        result = cs_config_open_ibm(path, &ibm, error);
    return result == CS_OK ? cs_config_check_beside(line->config, error) : result;
}

static enum cs_err check_config_readable(struct check *check, struct cs_error *error)
{
    return as_run_user(check, check_readable, error);
}

static enum cs_err check_socket(struct check *check, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;

    return cs_connect_broker(check->cli->socket_path, cs_clock_ms() + CONNECT_MS, &fd, error);
}

static bool always(const struct check *check)
{
    (void)check;
    return true;
}

/* Key and store belong to the local provider. */
static bool is_local(const struct check *check)
{
    const char *provider = check->line.options.provider;

    return provider != NULL && strcmp(provider, "local") == 0;
}

static const struct {
    const char *what;
    enum cs_err (*run)(struct check *check, struct cs_error *error);
    bool (*applies)(const struct check *check);
} checks[] = {
    {"account " CS_RUN_USER, check_account, always},
    {"configuration", check_config, always},
    {"configuration, read by the broker", check_config_readable, always},
    {"key", check_key, is_local},
    {"store", check_store, is_local},
    {"stand-alone program", check_broker_program, always},
    {"broker's socket", check_socket, always},
};

static void print_warnings(struct check *check, const struct cs_strlist *warnings)
{
    for (size_t i = 0; i < warnings->count; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

        cs_sanitise(&clean, warnings->items[i], strlen(warnings->items[i]));
        if (check->writer == NULL) {
            (void)printf("warn %s\n", clean.text ? clean.text : "");
            continue;
        }
        cs_json_write_object(check->writer, NULL);
        cs_json_write_string(check->writer, "what", "warning");
        cs_json_write_bool(check->writer, "ok", true);
        cs_json_write_string(check->writer, "problem", NULL);
        cs_json_write_string(check->writer, "warning", warnings->items[i]);
        cs_json_write_end(check->writer);
    }
}

/* What countersign-touch writes is pam:// and the name by which ssh calls this host. */
static void warn_origins(struct check *check)
{
    static const char scheme[] = "pam://";
    const char *list = check->line.options.u2f_origins;
    struct cs_u2f_origins origins = {0};

    if (list == NULL || cs_u2f_read_origins(list, &origins, NULL) != CS_OK)
        return;
    for (size_t i = 0; i < origins.count; i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

        if (strncmp(origins.items[i], scheme, sizeof scheme - 1) == 0)
            continue;
        cs_buffer_printf(&text,
                         "u2f_origins: no answer of countersign-touch names '%s': it writes pam:// "
                         "and the name by which ssh calls this host",
                         origins.items[i]);
        if (text.failed || cs_strlist_add(&check->line.warnings, text.text, text.length) != CS_OK)
            return;
    }
}

static void run_checks(struct check *check)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(checks); i++) {
        struct cs_error error = {0};
        enum cs_err result;

        if (!checks[i].applies(check))
            continue;
        result = checks[i].run(check, &error);
        report(check, checks[i].what, result, &error);
    }
    if (check->line.config == NULL)
        return;
    warn_origins(check);
    print_warnings(check, cs_config_warnings(check->line.config));
    print_warnings(check, &check->line.warnings);
    if (check->line.ibm || cs_config_ibm_path(check->line.config) != NULL)
        cs_print_ibm_differences(&check->line, check->writer);
}

int cs_cmd_check(struct cs_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"ibm", required_argument, NULL, 'i'},
                                            {NULL, 0, NULL, 0}};
    struct check check = {.cli = cli};
    int status = CS_EXIT_OK, option;

    while ((option = getopt_long(argc, argv, "-", options, NULL)) != -1) {
        if (option != 'i')
            return cs_usage_error("usage: countersign check [--json] [--ibm FILE] "
                                  "[-- ARGUMENT...]");
        check.ibm = optarg;
    }
    if (geteuid() != 0)
        return cs_usage_error("must be run by root");
    check.count = argc - optind;
    check.arguments = argv + optind;
    cs_options_defaults(CS_PROFILE_OWN, &check.line.options);
    if (cli->json) {
        check.writer = cs_json_writer_new();
        cs_json_write_array(check.writer, NULL);
    }
    run_checks(&check);
    if (cli->json) {
        cs_json_write_end(check.writer);
        status = cs_print_json(&check.writer, CS_JSON_FORMATTED);
    }
    cs_cli_line_clear(&check.line);
    return check.failed ? CS_EXIT_FAILED : status;
}
