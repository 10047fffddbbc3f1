/* SPDX-License-Identifier: Apache-2.0 */
/* Makes this machine a client of an OpenID provider. Whatever ends it halfway, the configuration in
 * force is the old one or the new one: the credential has a file of its own and comes first, and
 * the section that names it comes last. */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/privilege.h"
#include "base/sanitise.h"
#include "base/trusted_open.h"
#include "cli/child.h"
#include "cli/cli.h"
#include "cli/host_config.h"
#include "cli/host_credential.h"
#include "cli/verb.h"
#include "conversation/terminal.h"

enum { ISSUER, CLIENT_ID, SECRET_FILE, MAKE_KEY, CA_PATH, OFFLINE, REPLACE };

const struct cs_verb_option cs_options_host_enroll[CS_VERB_OPTIONS_MAX] = {
    [ISSUER] = {"issuer", "URL", "The provider's issuer, exactly as it names itself."},
    [CLIENT_ID] = {"client-id", "ID", "The client that was registered for this machine alone."},
    [SECRET_FILE] = {"secret-file", "FILE",
                     "Read the secret from this file, not from standard input."},
    [MAKE_KEY] = {"make-key", NULL, "Use a key of this machine, made if there is none."},
    [CA_PATH] = {"ca-path", "PATH", "Certificates to trust, not those of the system."},
    [OFFLINE] = {"offline", NULL, "Do not ask the provider what it can do."},
    [REPLACE] = {"replace", NULL, "Replace the secret, or make a new key."},
};

struct enrolment {
    struct cs_cli *cli;
    const char *const *words; /* the options */
    gid_t group;
    struct cs_host_config config;
    struct cs_host_credential credential;
    struct cs_openid_enrolment wanted;
    struct cs_openid_server server;
    bool config_written;
};

static void clear_enrolment(struct enrolment *enrolment)
{
    cs_host_config_clear(&enrolment->config);
    cs_host_credential_clear(&enrolment->credential);
}

/* ---- the words ---- */

static int check_words(const struct cs_words *words)
{
    const char *const *options = words->options;
    bool key_alone = options[ISSUER] == NULL && options[CLIENT_ID] == NULL;

    if (options[MAKE_KEY] != NULL && options[SECRET_FILE] != NULL)
        return cs_misuse(words->verb, "--make-key and --secret-file are both given");
    if (key_alone && options[MAKE_KEY] != NULL) {
        if (options[CA_PATH] != NULL || options[OFFLINE] != NULL)
            return cs_misuse(words->verb, "--issuer is missing");
        return CS_EXIT_OK;
    }
    if (options[ISSUER] == NULL)
        return cs_misuse(words->verb, "--issuer is missing");
    if (options[CLIENT_ID] == NULL)
        return cs_misuse(words->verb, "--client-id is missing");
    return CS_EXIT_OK;
}

/* ---- what is wanted ---- */

/* It is never a word of the command line nor in the environment, where others could read it. */
static enum cs_err read_secret(const struct enrolment *enrolment, struct cs_secret *ret_secret,
                               struct cs_error *error)
{
    const char *path = enrolment->words[SECRET_FILE];
    enum cs_err result;

    if (path != NULL)
        return cs_host_read_secret(path, ret_secret, error);
    result = isatty(STDIN_FILENO)
                 ? cs_terminal_ask("Secret of the client: ", false, ret_secret, error)
                 : cs_cli_one_line(ret_secret, error);
    if (result == CS_ERR_CANCELLED)
        return cs_fail(error, CS_ERR_INPUT,
                       "standard input: no secret came; write it there, or give --secret-file or "
                       "--make-key");
    return result == CS_OK ? cs_host_check_secret("standard input", ret_secret, error) : result;
}

static enum cs_err take_credential(struct enrolment *enrolment, struct cs_error *error)
{
    const char *config_path = enrolment->config.path;
    CS_AUTO(cs_secret_free) struct cs_secret secret = {0};
    enum cs_err result;

    if (enrolment->words[MAKE_KEY] != NULL)
        return cs_host_credential_key(config_path, "openid-client.key",
                                      enrolment->words[REPLACE] != NULL, &enrolment->credential,
                                      error);
    result = read_secret(enrolment, &secret, error);
    return result == CS_OK ? cs_host_credential_secret(config_path, "openid-client.secret", &secret,
                                                       &enrolment->credential, error)
                           : result;
}

static enum cs_err look(void *context, struct cs_error *error)
{
    struct enrolment *enrolment = context;

    return cs_openid_host_look(&enrolment->wanted, &enrolment->server, error);
}

/* Offline, what most servers can do. */
static enum cs_err ask_server(struct enrolment *enrolment, struct cs_error *error)
{
    struct cs_openid_server *server = &enrolment->server;

    if (enrolment->words[OFFLINE] == NULL)
        return cs_cli_as_run_user(look, enrolment, server, sizeof *server, error);
    *server = (struct cs_openid_server){
        .takes_basic = true, .takes_post = true, .takes_key = true, .approvals = true};
    return CS_OK;
}

static void choose(struct enrolment *enrolment)
{
    const struct cs_openid_server *server = &enrolment->server;
    bool by_key = enrolment->words[MAKE_KEY] != NULL;

    enrolment->wanted.authentication = by_key ? "private_key_jwt"
                                       : server->takes_post && !server->takes_basic
                                           ? "client_secret_post"
                                           : "client_secret_basic";
    enrolment->wanted.key_file = by_key ? enrolment->credential.path : NULL;
    enrolment->wanted.secret_file = by_key ? NULL : enrolment->credential.path;
}

/* ---- doing it ---- */

/* Otherwise the section that names them would refuse every login. A folder's content may come
 * later. */
static enum cs_err check_authorities(const char *path, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};
    CS_AUTO(cs_fd_close) int fd = -1;
    struct stat status;

    if (path == NULL || (stat(path, &status) == 0 && S_ISDIR(status.st_mode)))
        return CS_OK;
    return cs_open_trusted(path, &trust, &fd, error);
}

static enum cs_err write_all(struct enrolment *enrolment, bool add_section, struct cs_error *error)
{
    enum cs_err result = cs_host_credential_write(&enrolment->credential, enrolment->group, error);

    if (result == CS_OK && add_section) {
        result = cs_host_config_write(&enrolment->config, error);
        enrolment->config_written = result == CS_OK;
    }
    return result;
}

static enum cs_err check_replaced(const struct enrolment *enrolment, struct cs_error *error)
{
    const struct cs_host_credential *credential = &enrolment->credential;

    return !credential->fresh || !credential->exists || enrolment->words[REPLACE] != NULL
               ? CS_OK
               : cs_fail(error, CS_ERR_TRUST,
                         "%s has another secret, and is kept; --replace writes the new one",
                         credential->path);
}

/* Everything that can be refused is, before anything is written. */
static enum cs_err enrol_client(struct enrolment *enrolment, struct cs_error *error)
{
    struct cs_host_config *config = &enrolment->config;
    bool enrolled = config->enrolled;
    enum cs_err result;

    enrolment->wanted = (struct cs_openid_enrolment){.issuer = enrolment->words[ISSUER],
                                                     .client_id = enrolment->words[CLIENT_ID],
                                                     .ca_path = enrolment->words[CA_PATH]};
    if (enrolled && enrolment->wanted.ca_path == NULL)
        enrolment->wanted.ca_path = config->section.ca_path;
    enrolment->wanted.proxy = config->section.proxy; /* there is none in a section yet to come */
    enrolment->wanted.proxy_tunnel = config->section.proxy_tunnel;
    result = check_authorities(enrolment->wanted.ca_path, error);
    if (result == CS_OK)
        result = take_credential(enrolment, error);
    if (result == CS_OK && enrolled) {
        choose(enrolment);
        result = cs_host_config_same(config, &enrolment->wanted, error);
    }
    if (result == CS_OK)
        result = check_replaced(enrolment, error);
    if (result == CS_OK)
        result = ask_server(enrolment, error);
    if (result == CS_OK && !enrolled) {
        choose(enrolment);
        result = cs_host_config_add(
            config, &enrolment->wanted,
            enrolment->server.browser && !enrolment->server.approvals ? "browser" : "device",
            error);
    }
    return result == CS_OK ? write_all(enrolment, !enrolled, error) : result;
}

/* Two at once would each find that nothing is there. */
static enum cs_err lock_folder(const char *config_path, int *ret_fd, struct cs_error *error)
{
    CS_AUTO(cs_string_free) char *folder = strdup(config_path);
    char *slash = folder != NULL ? strrchr(folder, '/') : NULL;

    if (folder == NULL)
        return cs_fail_nomem(error);
    if (config_path[0] != '/' || slash == folder)
        return cs_fail(error, CS_ERR_INPUT,
                       "%s: an absolute path expected, in a folder for the configuration",
                       config_path);
    *slash = '\0';
    *ret_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*ret_fd < 0)
        return cs_fail_errno(error, "%s: cannot open the folder", folder);
    if (flock(*ret_fd, LOCK_EX | LOCK_NB) != 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "%s: another enrolment is running; wait for its end", folder);
    return CS_OK;
}

static enum cs_err enrol(struct enrolment *enrolment, struct cs_error *error)
{
    const char *path = enrolment->cli->config_path;
    CS_AUTO(cs_fd_close) int lock = -1;
    uid_t uid;
    enum cs_err result = cs_run_user(&uid, &enrolment->group, error);

    if (result == CS_OK)
        result = lock_folder(path, &lock, error);
    if (result == CS_OK)
        result = cs_host_config_read(path, enrolment->group, &enrolment->config, error);
    if (result == CS_OK && enrolment->words[ISSUER] != NULL)
        return enrol_client(enrolment, error);
    if (result == CS_OK)
        result = take_credential(enrolment, error);
    return result == CS_OK ? write_all(enrolment, false, error) : result;
}

/* ---- what was done ---- */

static void print_line(const char *path, const char *what)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, path, strlen(path));
    (void)printf("%s: %s\n", clean.text ? clean.text : "", what);
}

/* What will be in the way of the first login. */
static void print_obstacles(const struct enrolment *enrolment)
{
    const struct cs_openid_server *server = &enrolment->server;
    const char *provider = enrolment->config.options.provider;

    if (!server->approvals && !server->browser)
        (void)puts(
            "Nobody can log in yet: the provider announces neither CIBA in poll mode nor the "
            "device grant.");
    if (enrolment->wanted.key_file != NULL && !server->takes_key)
        (void)puts("The provider does not announce private_key_jwt.");
    if (strcmp(provider, CS_OPENID_NAME) != 0)
        (void)printf("Logins still use the provider '%s': set provider to openid, and auth_method "
                     "to what it has, such as device.\n",
                     provider);
    (void)puts("'countersign host check' shows whether it works.");
}

static enum cs_err say(void *context, struct cs_error *error)
{
    const struct enrolment *enrolment = context;
    const struct cs_host_credential *credential = &enrolment->credential;
    bool client = enrolment->words[ISSUER] != NULL;

    (void)error;
    print_line(credential->path, credential->fresh ? "written" : "already there, kept");
    if (client)
        print_line(enrolment->config.path, enrolment->config_written
                                               ? "section openid written"
                                               : "already enrolled, nothing changed");
    if (credential->jwk.length > 0)
        (void)printf("Register this public key with the provider, for private_key_jwt:\n%s\n",
                     credential->jwk.data);
    if (client)
        print_obstacles(enrolment);
    else
        (void)puts("Then enrol with --make-key, --issuer and --client-id.");
    return CS_OK;
}

static enum cs_err write_jwk(struct cs_json_writer *writer, const struct cs_secret *jwk,
                             struct cs_error *error)
{
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    enum cs_err result =
        cs_json_parse("the public key", jwk->data, jwk->length, CS_JSON_STRICT, &document, error);

    if (result != CS_OK)
        return result;
    cs_json_write_object(writer, "jwk");
    for (const struct cs_json_value *member = cs_json_first(cs_json_root(document)); member != NULL;
         member = cs_json_next(member))
        cs_json_write_string(writer, cs_json_key(member), cs_json_string(member, NULL));
    cs_json_write_end(writer);
    return CS_OK;
}

static enum cs_err write_enrolment(struct cs_json_writer *writer, void *context,
                                   struct cs_error *error)
{
    const struct enrolment *enrolment = context;
    const struct cs_host_credential *credential = &enrolment->credential;

    cs_json_write_string(writer, "issuer", enrolment->wanted.issuer);
    cs_json_write_string(writer, "client_id", enrolment->wanted.client_id);
    cs_json_write_string(writer, "config", enrolment->config.path);
    cs_json_write_bool(writer, "config_written", enrolment->config_written);
    cs_json_write_string(writer, "credential", credential->path);
    cs_json_write_bool(writer, "credential_written", credential->fresh);
    cs_json_write_string(writer, "provider", enrolment->config.options.provider);
    return credential->jwk.length > 0 ? write_jwk(writer, &credential->jwk, error) : CS_OK;
}

int cs_cmd_host_enroll(struct cs_cli *cli, const struct cs_words *words)
{
    static const struct cs_report report = {.say = say, .write = write_enrolment};
    CS_AUTO(clear_enrolment)
    struct enrolment enrolment = {.cli = cli, .words = words->options};
    struct cs_error error = {0};
    int status = check_words(words);

    if (status != CS_EXIT_OK)
        return status;
    return enrol(&enrolment, &error) == CS_OK ? cs_report(cli, &report, &enrolment)
                                              : cs_complain(&error);
}
