/* enroll u2f: with a key in this machine, or in two steps with a key that is elsewhere. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paste.h"
#include "cli/cli.h"
#include "providers/local/register.h"
#include "u2f/host_client.h"
#include "u2f/origins.h"

enum { TOUCH_MS = 30000 };

enum way { KEY_HERE, KEY_ASKED_ELSEWHERE, KEY_ANSWERED_ELSEWHERE };

struct key_wishes {
    const char *user, *label, *app_id, *origin;
    enum way way;
};

static int parse(int argc, char **argv, struct key_wishes *wishes)
{
    static const struct option options[] = {
        {"label", required_argument, NULL, 'l'},  {"app-id", required_argument, NULL, 'a'},
        {"origin", required_argument, NULL, 'o'}, {"request", no_argument, NULL, 'q'},
        {"response", no_argument, NULL, 'r'},     {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'l')
            wishes->label = optarg;
        else if (option == 'a')
            wishes->app_id = optarg;
        else if (option == 'o')
            wishes->origin = optarg;
        else if (option == 'q' || option == 'r')
            wishes->way = option == 'q' ? KEY_ASKED_ELSEWHERE : KEY_ANSWERED_ELSEWHERE;
        else
            return CS_EXIT_USAGE;
    }
    if (argc - optind != 2)
        return cs_usage_error("usage: countersign enroll u2f USER; see countersign(8)");
    wishes->user = argv[optind + 1];
    return CS_EXIT_OK;
}

/* ---- asking ---- */

static enum cs_err prepare(const struct key_wishes *wishes, const struct cs_options *options,
                           struct cs_pending *pending, struct cs_error *error)
{
    char name[CS_PROVIDER_NAME_SIZE];
    struct cs_judging judging;
    enum cs_err result = cs_cli_judging(options, name, &judging, error);

    if (result != CS_OK)
        return result;
    return cs_register_start(wishes->user, wishes->label,
                             wishes->app_id ? wishes->app_id : judging.app_id,
                             wishes->origin ? wishes->origin : judging.origins, pending, error);
}

/* The request for it; kept in the store where the answer comes to another process. */
static enum cs_err ask(struct cs_store *store, const struct cs_pending *pending, bool keep,
                       struct cs_u2f_request *ret_request, struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = cs_register_request(&transaction, pending, ret_request, error);
    if (result == CS_OK && keep)
        result = cs_pending_put(&transaction, pending, cs_clock_seconds(), error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

/* An answer for another name than those of this host is refused. */
static enum cs_err print_request(const struct cs_u2f_request *request, const char *origins,
                                 struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = cs_u2f_write_request(request, &line, error);

    if (result == CS_OK && line.failed)
        result = cs_fail_nomem(error);
    if (result != CS_OK)
        return result;
    (void)printf("%s\n", line.text);
    (void)fprintf(
        stderr,
        "Answer it with countersign-touch --register --host NAME, where pam://NAME is one "
        "of: %s\n",
        origins);
    return CS_OK;
}

/* ---- answers ---- */

static enum cs_err ask_helper(const char *socket_path, const struct cs_pending *pending,
                              const struct cs_u2f_request *request,
                              struct cs_u2f_host_answer *ret_answer, struct cs_error *error)
{
    struct cs_u2f_host_request asked = {.purpose = CS_U2F_REGISTER,
                                        .wait_for_key = true,
                                        .milliseconds = TOUCH_MS,
                                        .handle_count = request->handle_count};
    struct cs_u2f_origins origins;
    enum cs_err result = cs_u2f_read_origins(pending->origins, &origins, error);

    memcpy(asked.handles, request->handles, sizeof asked.handles);
    if (result == CS_OK)
        result = cs_u2f_app_hash(request->app_id, asked.app_hash, error);
    if (result == CS_OK)
        result = cs_u2f_client_hash(CS_U2F_REGISTER, request->challenge, origins.items[0],
                                    asked.client_hash, error);
    if (result != CS_OK)
        return result;
    if (!cs_u2f_host_exists(socket_path))
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "countersign-u2f-host does not run; enable its socket, or use --request for "
                       "a key that is elsewhere");
    (void)fprintf(stderr, "Touch the security key that is to be registered.\n");
    return cs_u2f_host_ask(socket_path, &asked, INT64_MAX, -1, ret_answer, error);
}

static enum cs_err read_response(struct cs_u2f_host_answer *ret_answer, struct cs_error *error)
{
    static const struct cs_paste paste = {
        .ask = "Answer of countersign-touch: ",
        .again = "That line has no answer in it; the answer: ",
        .prefix = "U2F1",
    };
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    enum cs_err result = cs_paste_read(&paste, &line, error);

    if (result != CS_OK && result != CS_ERR_NOT_FOUND)
        return result;
    if (line.length == 0)
        return cs_fail(error, CS_ERR_INPUT, "there is no answer on standard input");
    result =
        cs_u2f_read_enrolled(line.text, line.length, ret_answer->data, &ret_answer->length, error);
    if (result != CS_OK &&
        strncmp(line.text, CS_U2F_ENROLLED_PREFIX, strlen(CS_U2F_ENROLLED_PREFIX)) == 0)
        strncat(error->text, CS_PASTE_BROKEN, sizeof error->text - strlen(error->text) - 1);
    return result;
}

/* It is used up whatever comes of it. */
static enum cs_err take_pending(struct cs_store *store, const char *user,
                                struct cs_pending *ret_pending, struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = cs_pending_take(&transaction, user, cs_clock_seconds(), ret_pending, error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

static enum cs_err save(struct cs_store *store, const struct cs_pending *pending,
                        const struct cs_u2f_host_answer *answer, struct cs_factor *ret_factor,
                        struct cs_error *error)
{
    CS_AUTO(cs_store_end) struct cs_transaction transaction = {0};
    enum cs_err result = cs_store_begin(store, &transaction, error);

    if (result == CS_OK)
        result = cs_register_finish(&transaction, pending, answer->data, answer->length, ret_factor,
                                    error);
    return result == CS_OK ? cs_store_commit(&transaction, error) : result;
}

static int report(const struct cs_cli *cli, const struct cs_factor *factor)
{
    struct cs_json_writer *writer;

    if (!cli->json) {
        (void)printf("%s now has factor %lld.\n", factor->user, (long long)factor->id);
        return CS_EXIT_OK;
    }
    writer = cs_json_writer_new();
    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "user", factor->user);
    cs_json_write_integer(writer, "id", factor->id);
    cs_json_write_string(writer, "label", factor->label);
    cs_json_write_string(writer, "app_id", factor->app_id);
    cs_json_write_end(writer);
    return cs_print_json(&writer, CS_JSON_FORMATTED);
}

/* ---- the verb ---- */

/* Everything between an open store and the answer of a key. */
static enum cs_err converse(struct cs_store *store, const struct key_wishes *wishes,
                            const char *socket_path, struct cs_pending *pending,
                            struct cs_u2f_host_answer *ret_answer, struct cs_error *error)
{
    struct cs_u2f_request request;
    enum cs_err result;

    if (wishes->way == KEY_ANSWERED_ELSEWHERE) {
        result = read_response(ret_answer, error);
        return result == CS_OK ? take_pending(store, wishes->user, pending, error) : result;
    }
    result = ask(store, pending, wishes->way == KEY_ASKED_ELSEWHERE, &request, error);
    if (result != CS_OK)
        return result;
    return wishes->way == KEY_ASKED_ELSEWHERE
               ? print_request(&request, pending->origins, error)
               : ask_helper(socket_path, pending, &request, ret_answer, error);
}

int cs_enroll_key(struct cs_cli *cli, int argc, char **argv)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    CS_AUTO(cs_factor_clear) struct cs_factor factor = {0};
    struct cs_u2f_host_answer answer = {0};
    struct cs_pending pending = {0};
    struct cs_options options;
    struct key_wishes wishes = {0};
    struct cs_error error = {0};
    int status = parse(argc, argv, &wishes);
    enum cs_err result = CS_OK;

    if (status != CS_EXIT_OK)
        return status;
    if (geteuid() != 0)
        result = cs_fail(&error, CS_ERR_TRUST, "must be run by root");
    cs_warn_if_unknown(wishes.user);
    if (result == CS_OK)
        result = cs_will_show(cli, &error,
                              wishes.way == KEY_ASKED_ELSEWHERE
                                  ? "the request could not be shown: ask again for %s"
                                  : "the key of %s is registered all the same",
                              wishes.user);
    if (result == CS_OK)
        result = cs_cli_options(cli, &config, &options, &error);
    if (result == CS_OK)
        result = prepare(&wishes, &options, &pending, &error);
    if (result == CS_OK)
        result = cs_cli_open_store(cli, &store, &error);
    if (result == CS_OK)
        result = converse(store, &wishes, options.method.u2f_socket, &pending, &answer, &error);
    if (result == CS_OK && wishes.way == KEY_ASKED_ELSEWHERE)
        return CS_EXIT_OK;
    if (result == CS_OK)
        result = save(store, &pending, &answer, &factor, &error);
    return result == CS_OK ? report(cli, &factor) : cs_complain(&error);
}
