/* SPDX-License-Identifier: Apache-2.0 */
/* countersignd: the broker, or with --session the process of one stand-alone login. */
#include <getopt.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/privilege.h"
#include "base/standard.h"
#include "broker/fresh.h"
#include "broker/listen.h"
#include "broker/metrics.h"
#include "broker/server.h"
#include "broker/session.h"
#include "broker/slice.h"
#include "broker/systemd.h"
#include "login/kept_records.h"
#include "paths.h"

enum {
    SESSION_FD = 3,
    ARENAS = 2,
    KEPT_BYTES = 1024 * 1024,
    EXIT_USAGE = 2,
    MAIL_STOP_MS = 2000, /* for mails that wait, when the broker is asked to stop */
};

struct settings {
    const char *socket, *config;
    bool session, to_stderr, short_slices;
};

static int usage(FILE *out, int status)
{
    (void)fputs("Usage: countersignd [--socket PATH] [--config FILE] [--log stderr|syslog]\n"
                "                    [--short-slices]\n"
                "       countersignd --session     (started by pam_countersign.so)\n"
                "       countersignd --help | --version\n"
                "The broker for second factors; see countersignd(8).\n",
                out);
    return status;
}

static int parse(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {
        {"socket", required_argument, NULL, 's'}, {"config", required_argument, NULL, 'c'},
        {"log", required_argument, NULL, 'l'},    {"short-slices", no_argument, NULL, 'q'},
        {"session", no_argument, NULL, 'S'},      {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 's':
            settings->socket = optarg;
            break;
        case 'c':
            settings->config = optarg;
            break;
        case 'l':
            settings->to_stderr = strcmp(optarg, "stderr") == 0;
            if (!settings->to_stderr && strcmp(optarg, "syslog") != 0)
                return usage(stderr, EXIT_USAGE);
            break;
        case 'q':
            settings->short_slices = true;
            break;
        case 'S':
            settings->session = true;
            break;
        case 'h':
            exit(usage(stdout, EXIT_SUCCESS));
        case 'v':
            (void)puts("countersignd " CS_VERSION);
            exit(EXIT_SUCCESS);
        default:
            return usage(stderr, EXIT_USAGE);
        }
    }
    return optind == argc ? EXIT_SUCCESS : usage(stderr, EXIT_USAGE);
}

/* No library's configuration file or environment variable may change what happens here. */
static void prepare_process(void)
{
    (void)umask(077);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that cannot grow is an error like any other */
    /* With one arena per thread, each waiting login would cost one. */
    (void)mallopt(M_ARENA_MAX, ARENAS);
    /* What one login gives back the next one needs: to the kernel and back costs more. */
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

static int complain(const struct cs_log *log, const struct cs_error *error)
{
    cs_log(log, LOG_ERR, "%s", error->text);
    return EXIT_FAILURE;
}

/* ---- one stand-alone login ---- */

static int run_session(const struct settings *settings, const struct cs_log *log)
{
    const struct cs_peer root = {0}; /* only root can start a session on such a socket */
    struct cs_error error = {0};
    struct cs_engine *engine;
    pid_t pid;

    if (cs_fresh_process(&error) != CS_OK)
        return complain(log, &error);
    pid = fork();
    if (pid != 0)
        _exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS); /* the module reaps this one */
    if (cs_become_run_user(&error) != CS_OK)
        return complain(log, &error);
    engine = cs_engine_new(settings->config, NULL, log);
    if (engine == NULL)
        return EXIT_FAILURE;
    cs_session_serve(engine, NULL, SESSION_FD, &root);
    /* The login has ended; nobody waits for this process. */
    cs_mailer_finish(cs_engine_mailer(engine), cs_clock_ms() + CS_MAIL_TOTAL_MS);
    cs_engine_free(&engine);
    return EXIT_SUCCESS;
}

/* ---- the broker ---- */

struct bounds {
    bool unprivileged; /* peers that are not root are served */
    bool self_service; /* ... or may at least do what self_service allows */
    struct cs_service_accounts service_accounts;
    unsigned logins, unprivileged_logins;
    char metrics[CS_SOCKET_PATH_SIZE]; /* where to answer with metrics; "": nowhere */
};

static void find_service_accounts(const struct cs_log *log, const char *list,
                                  struct cs_service_accounts *accounts)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist names = {0};
    struct cs_error error = {0};

    if (list == NULL)
        return;
    if (cs_service_accounts_read(list, &names, &error) != CS_OK) {
        (void)complain(log, &error);
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        struct cs_account account;

        if (cs_service_account_find(names.items[i], &account, &error) == CS_OK)
            accounts->uids[accounts->count++] = account.uid;
        else
            (void)complain(log, &error);
    }
}

/* Now, and not when somebody wants to log in: the libraries of every provider that the file sets,
 * or, with NULL, of that of IBM's file. Without them the broker still starts, and each login that
 * needs them is refused. */
static void load_libraries(struct cs_engine *engine, const struct cs_config *config)
{
    const struct cs_strlist *services = config != NULL ? cs_config_services(config) : NULL;
    size_t count = services != NULL ? services->count : 0;
    struct cs_options options;
    struct cs_error error = {0};
    enum cs_err result;

    cs_options_defaults(CS_PROFILE_IBM, &options);
    if (config != NULL)
        cs_config_options(config, "", NULL, &options);
    result = cs_options_load_libraries(&options, &error);
    for (size_t i = 0; result == CS_OK && i < count; i++) {
        cs_config_options(config, services->items[i], NULL, &options);
        result = cs_options_load_libraries(&options, &error);
    }
    if (result != CS_OK)
        (void)complain(cs_engine_log(engine), &error);
}

/* The broker's own settings come from the default file, `path`. If that is broken, the broker still
 * starts, with the defaults, and each login is refused with the line that says what is wrong. IBM's
 * file has none of them, and only the module may be able to read it. */
static void read_bounds(struct cs_engine *engine, const char *path, struct bounds *ret_bounds)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_options options;
    struct cs_error error = {0};
    bool is_ibm = cs_config_is_ibm(path);

    cs_options_defaults(CS_PROFILE_OWN, &options);
    if (is_ibm)
        cs_log(cs_engine_log(engine), LOG_DEBUG, "%s has no settings; IBM's file counts", path);
    else if (cs_engine_config(engine, NULL, &config, &error) == CS_OK)
        cs_config_options(config, "", NULL, &options);
    else
        (void)complain(cs_engine_log(engine), &error);
    if (config != NULL || is_ibm)
        load_libraries(engine, config);
    *ret_bounds = (struct bounds){.unprivileged = options.allow_unprivileged,
                                  .self_service = options.self_service,
                                  .logins = options.max_logins,
                                  .unprivileged_logins = options.max_unprivileged};
    /* A path that is cut off is too long for a socket, and says so. */
    (void)snprintf(ret_bounds->metrics, sizeof ret_bounds->metrics, "%s",
                   options.metrics != NULL ? options.metrics : "");
    find_service_accounts(cs_engine_log(engine), options.service_accounts,
                          &ret_bounds->service_accounts);
}

static enum cs_err raise_descriptors(unsigned logins, struct cs_error *error)
{
    /* A connection, its worker's epoll, an event, and a connection to the provider. */
    rlim_t wanted = 4 * (rlim_t)logins + 128;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return cs_fail_errno(error, "getrlimit");
    if (limit.rlim_cur >= wanted)
        return CS_OK;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return cs_fail_errno(error, "setrlimit");
    return CS_OK;
}

static int block_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Without them logins are served all the same. */
static void start_metrics(struct cs_metrics_server *server, const char *path)
{
    struct cs_error error = {0};
    enum cs_err result;

    if (path[0] == '\0')
        return;
    result = cs_engine_measure(server->engine) ? cs_metrics_server_start(server, path, &error)
                                               : cs_fail_nomem(&error);
    if (result != CS_OK)
        cs_log(cs_engine_log(server->engine), LOG_ERR, "there are no metrics: %s", error.text);
}

static enum cs_err serve(struct cs_engine *engine, const struct settings *settings,
                         const struct cs_systemd *systemd, const struct bounds *bounds,
                         struct cs_error *error)
{
    struct cs_limits limits;
    struct cs_server server = {.engine = engine,
                               .limits = &limits,
                               .listen_fd = systemd->listen_fd,
                               .signal_fd = block_signals(),
                               .allow_unprivileged = bounds->unprivileged,
                               .self_service = bounds->self_service,
                               .service_accounts = bounds->service_accounts,
                               .meanwhile = cs_log_kept_records};
    struct cs_metrics_server metrics = {
        .engine = engine, .limits = &limits, .signal_fd = server.signal_fd, .listen_fd = -1};
    enum cs_err result = raise_descriptors(bounds->logins, error);
    bool idle = true;

    if (server.signal_fd < 0)
        return cs_fail_errno(error, "signalfd");
    if (result == CS_OK && server.listen_fd < 0)
        result = cs_listen(settings->socket, SOCK_SEQPACKET,
                           bounds->unprivileged || bounds->self_service ||
                               bounds->service_accounts.count > 0,
                           &server.listen_fd, error);
    if (result == CS_OK)
        result = cs_become_run_user(error);
    if (result != CS_OK)
        return result;
    cs_limits_init(&limits, bounds->logins, bounds->unprivileged_logins);
    start_metrics(&metrics, bounds->metrics);
    cs_systemd_notify(systemd, "READY=1");
    cs_log(cs_engine_log(engine), LOG_INFO, "countersignd " CS_VERSION " serves");
    result = cs_server_run(&server, &idle, error);
    cs_systemd_notify(systemd, "STOPPING=1");
    cs_mailer_finish(cs_engine_mailer(engine), cs_clock_ms() + MAIL_STOP_MS);
    /* Logins that outlived the grace period still use all this: no frame and no library may end
     * before them. */
    if (result == CS_OK && !idle)
        _exit(EXIT_SUCCESS);
    if (result == CS_OK) /* then there was the signal that ends it */
        cs_metrics_server_end(&metrics);
    return result;
}

static int run_broker(const struct settings *settings, const struct cs_log *log)
{
    struct cs_error error = {0};
    struct cs_systemd systemd;
    struct bounds bounds;
    struct cs_engine *engine;
    enum cs_err result = cs_systemd_read(&systemd, &error);

    (void)signal(SIGPIPE, SIG_IGN); /* standard error may be a pipe without a reader */
    if (result != CS_OK)
        return complain(log, &error);
    if (settings->short_slices && cs_slice_shorten(&error) != CS_OK)
        (void)complain(log, &error); /* slower on a busy machine, no less right */
    engine = cs_engine_new(settings->config, systemd.key_path[0] ? systemd.key_path : NULL, log);
    if (engine == NULL)
        return EXIT_FAILURE;
    read_bounds(engine, settings->config, &bounds);
    result = serve(engine, settings, &systemd, &bounds, &error);
    if (result == CS_OK)
        cs_engine_free(&engine);
    return result == CS_OK ? EXIT_SUCCESS : complain(log, &error);
}

int main(int argc, char **argv)
{
    struct settings settings = {.socket = CS_SOCKET_FILE, .config = CS_CONFIG_FILE};
    struct cs_log log = {0};
    int status;

    if (cs_standard_open(NULL) != CS_OK)
        return EXIT_FAILURE;
    status = parse(argc, argv, &settings);
    if (status != EXIT_SUCCESS)
        return status;
    prepare_process();
    if (settings.to_stderr)
        cs_log_to_stderr(&log);
    else
        cs_log_to_syslog(&log, "countersignd");
    return settings.session ? run_session(&settings, &log) : run_broker(&settings, &log);
}
