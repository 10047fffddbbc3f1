/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/host_config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/said.h"
#include "cli/config_insert.h"
#include "paths.h"
#include "providers/registry.h"

enum { FILE_BYTES_MAX = 256 * 1024 };

/* ---- reading ---- */

static enum cs_err open_file(struct cs_host_config *config, int *ret_fd, struct cs_error *error)
{
    struct stat status;
    enum cs_err result;

    if (lstat(config->path, &status) != 0 && errno == ENOENT)
        return CS_OK;
    result = cs_config_open(config->path, ret_fd, error);
    if (result != CS_OK)
        return result;
    if (fstat(*ret_fd, &status) != 0)
        return cs_fail_errno(error, "%s: cannot examine the file", config->path);
    config->exists = true;
    config->mode = status.st_mode & 07777;
    config->group = status.st_gid;
    return cs_read_all(*ret_fd, config->path, FILE_BYTES_MAX, &config->text, error);
}

/* What the text says now. */
static enum cs_err understand(struct cs_host_config *config, struct cs_error *error)
{
    size_t row = 0;
    enum cs_err result = cs_config_parse(config->path, config->text.data, config->text.length,
                                         &config->config, error);

    if (result != CS_OK)
        return result;
    cs_options_defaults(CS_PROFILE_OWN, &config->options);
    cs_config_options(config->config, "", NULL, &config->options);
    if (!cs_provider_find(CS_OPENID_NAME, &row))
        return cs_fail(error, CS_ERR_CONFIG, "this program has no provider '%s'", CS_OPENID_NAME);
    config->enrolled = (config->options.sections & 1U << row) != 0;
    if (config->enrolled)
        cs_openid_host_enrolment(cs_options_provider(&config->options, row), &config->section);
    return CS_OK;
}

enum cs_err cs_host_config_read(const char *path, gid_t group, struct cs_host_config *ret_config,
                                struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_said said;
    enum cs_err result;

    *ret_config = (struct cs_host_config){.path = path, .mode = 0640, .group = group};
    if (cs_config_is_ibm(path))
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: logins whose PAM line names no file use %s, and would be refused if "
                       "both files had settings; move that file away, or name another one with "
                       "--config",
                       path, CS_IBM_CONFIG_FILE);
    result = open_file(ret_config, &fd, error);
    if (result != CS_OK)
        return result;
    said = cs_said_in(ret_config->text.data ? ret_config->text.data : "", ret_config->text.length);
    ret_config->has_settings = said == CS_SAID_SETTINGS;
    return said == CS_SAID_NOTHING ? CS_OK : understand(ret_config, error);
}

void cs_host_config_clear(struct cs_host_config *config)
{
    cs_config_release(&config->config);
    cs_secret_free(&config->text);
}

/* ---- comparing ---- */

static void compare(struct cs_buffer *out, const char *name, const char *there, const char *wanted)
{
    if (there != NULL && strcmp(there, wanted) == 0)
        return;
    cs_buffer_text(out, out->length > 0 ? ", " : "");
    if (there != NULL)
        cs_buffer_printf(out, "%s is '%s', not '%s'", name, there, wanted);
    else
        cs_buffer_printf(out, "%s is missing, '%s' wanted", name, wanted);
}

static bool by_secret(const char *authentication)
{
    return strncmp(authentication, "client_secret_", strlen("client_secret_")) == 0;
}

enum cs_err cs_host_config_same(const struct cs_host_config *config,
                                const struct cs_openid_enrolment *wanted, struct cs_error *error)
{
    const struct cs_openid_enrolment *section = &config->section;
    CS_AUTO(cs_buffer_free) struct cs_buffer differences = {0};

    compare(&differences, "issuer", section->issuer, wanted->issuer);
    compare(&differences, "client-id", section->client_id, wanted->client_id);
    /* Which of the two ways a secret is sent may have been changed by hand. */
    if (!by_secret(wanted->authentication) || !by_secret(section->authentication))
        compare(&differences, "client-authentication", section->authentication,
                wanted->authentication);
    if (wanted->secret_file != NULL)
        compare(&differences, "client-secret-file", section->secret_file, wanted->secret_file);
    if (wanted->key_file != NULL)
        compare(&differences, "client-key-file", section->key_file, wanted->key_file);
    if (wanted->ca_path != NULL)
        compare(&differences, "ca-path", section->ca_path, wanted->ca_path);
    if (differences.failed)
        return cs_fail_nomem(error);
    if (differences.length == 0)
        return CS_OK;
    return cs_fail(error, CS_ERR_CONFIG,
                   "%s has a section openid already, and it stays as it is: %s; change it by hand, "
                   "or remove the section and enrol again",
                   config->path, differences.text);
}

/* ---- writing ---- */

static enum cs_err insert(const struct cs_host_config *config,
                          const struct cs_openid_enrolment *wanted, const char *auth_method,
                          struct cs_buffer *out, struct cs_error *error)
{
    CS_AUTO(cs_json_writer_free) struct cs_json_writer *writer = cs_json_writer_new();
    const struct {
        const char *name, *value;
    } members[] = {{"issuer", wanted->issuer},
                   {"client-id", wanted->client_id},
                   {"client-authentication", wanted->authentication},
                   {"client-secret-file", wanted->secret_file},
                   {"client-key-file", wanted->key_file},
                   {"ca-path", wanted->ca_path}};

    cs_json_write_object(writer, NULL);
    if (!config->has_settings) {
        cs_json_write_string(writer, "provider", CS_OPENID_NAME);
        cs_json_write_string(writer, "auth_method", auth_method);
    }
    cs_json_write_object(writer, CS_OPENID_NAME);
    for (size_t i = 0; i < CS_ARRAY_SIZE(members); i++) {
        if (members[i].value != NULL)
            cs_json_write_string(writer, members[i].name, members[i].value);
    }
    cs_json_write_end(writer);
    cs_json_write_end(writer);
    return cs_config_insert(config->text.data ? config->text.data : "", config->text.length, writer,
                            out, error);
}

enum cs_err cs_host_config_add(struct cs_host_config *config,
                               const struct cs_openid_enrolment *wanted, const char *auth_method,
                               struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    enum cs_err result = insert(config, wanted, auth_method, &text, error);

    if (result != CS_OK)
        return result;
    if (cs_secret_set(&config->text, text.text, text.length) != CS_OK)
        return cs_fail_nomem(error);
    cs_config_release(&config->config);
    result = understand(config, error);
    return result == CS_OK ? cs_host_config_same(config, wanted, error) : result;
}

enum cs_err cs_host_config_write(const struct cs_host_config *config, struct cs_error *error)
{
    return (config->exists ? cs_replace_file : cs_create_file)(
        config->path, config->mode, config->group, config->text.data, config->text.length, error);
}
