/* SPDX-License-Identifier: Apache-2.0 */
/* Extra files: those that options name, such as secrets, certificates and identities. Each login
 * checks them again, so that they can be replaced on their own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitise.h"
#include "base/trusted_open.h"
#include "login/config_priv.h"
#include "providers/registry.h"

enum { SECRET_BYTES_MAX = 4096, PEM_BYTES_MAX = 64 * 1024 };

/* ---- whether they have changed ---- */

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool cs_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

/* Call it before the file is read, so that a change in between is noticed. NULL after an error. */
static struct cs_extra_file *remember(struct cs_config *config, const struct cs_option *option,
                                      const char *path, struct cs_error *error)
{
    struct cs_extra_file *file = &config->extra_files[config->extra_file_count];

    if (config->extra_file_count == CS_EXTRA_FILES_MAX) {
        (void)cs_fail(error, CS_ERR_CONFIG, "%s: more than %d files are named", path,
                      CS_EXTRA_FILES_MAX);
        return NULL;
    }
    *file = (struct cs_extra_file){.path = strdup(path), .option = *option};
    if (file->path == NULL) {
        (void)cs_fail_nomem(error);
        return NULL;
    }
    config->extra_file_count++;
    file->found = stat(path, &file->status) == 0;
    return file;
}

bool cs_config_extra_files_same(const struct cs_config *config)
{
    for (size_t i = 0; i < config->extra_file_count; i++) {
        const struct cs_extra_file *file = &config->extra_files[i];
        struct stat now;
        bool found = stat(file->path, &now) == 0;

        if (found != file->found || (found && !cs_same_file(&now, &file->status)))
            return false;
    }
    return true;
}

/* ---- their content ---- */

static bool has_content(const struct cs_setting *row)
{
    return row->extra_file == CS_EXTRA_FILE_SECRET || row->extra_file == CS_EXTRA_FILE_PEM;
}

/* Like the store's key: owned by root or by the broker, readable at most by its group. */
static enum cs_err open_secret(const char *path, int *ret_fd, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0027};

    return cs_open_trusted(path, &trust, ret_fd, error);
}

/* Printable ASCII in lines; whether it can be used is the provider's to say. */
static bool is_pem(const struct cs_secret *text)
{
    static const char begin[] = "-----BEGIN ";

    for (size_t i = 0; i < text->length; i++) {
        if ((text->data[i] < ' ' || text->data[i] > '~') && strchr("\r\n\t", text->data[i]) == NULL)
            return false;
    }
    return text->length > 0 && strlen(text->data) == text->length &&
           strstr(text->data, begin) != NULL;
}

static enum cs_err check_content(const struct cs_extra_file *file, struct cs_secret *text,
                                 struct cs_error *error)
{
    if (file->option.row->extra_file == CS_EXTRA_FILE_PEM)
        return is_pem(text) ? CS_OK
                            : cs_fail(error, CS_ERR_CONFIG,
                                      "%s: a key or certificate in PEM (-----BEGIN ...) expected",
                                      file->path);
    while (text->length > 0 &&
           (text->data[text->length - 1] == '\n' || text->data[text->length - 1] == '\r'))
        text->length--;
    return text->length > 0 && cs_is_clean(text->data, text->length)
               ? CS_OK
               : cs_fail(error, CS_ERR_CONFIG, "%s: the secret on one line expected", file->path);
}

static enum cs_err read_secret(struct cs_extra_file *file, struct cs_error *error)
{
    bool pem = file->option.row->extra_file == CS_EXTRA_FILE_PEM;
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = open_secret(file->path, &fd, error);

    if (result == CS_OK)
        result = cs_read_all(fd, file->path, pem ? PEM_BYTES_MAX : SECRET_BYTES_MAX, &text, error);
    if (result != CS_OK)
        return result == CS_ERR_NOT_FOUND ? CS_ERR_CONFIG : result;
    result = check_content(file, &text, error);
    if (result != CS_OK)
        return result;
    return cs_secret_set(&file->secret, text.data, text.length) == CS_OK ? CS_OK
                                                                         : cs_fail_nomem(error);
}

static enum cs_err open_roots(const char *path, int *ret_fd, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = 0, .forbidden = 0022};

    return cs_open_trusted(path, &trust, ret_fd, error);
}

/* libcurl would report this later and less clearly. */
static enum cs_err check_trusted(const struct cs_extra_file *file, struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = -1;

    if (S_ISDIR(file->status.st_mode))
        return CS_OK;
    return open_roots(file->path, &fd, error);
}

/* Of a file that is written in place, one login might see a part; replacing it is atomic. */
static enum cs_err read_stable(int fd, const char *path, struct cs_secret *ret_text,
                               struct cs_error *error)
{
    struct stat before, after;
    enum cs_err result;

    if (fstat(fd, &before) != 0)
        return cs_fail_errno(error, "%s: cannot examine the file", path);
    if (before.st_size > CS_MAP_FILE_BYTES)
        return cs_fail(error, CS_ERR_CONFIG, "%s: larger than %d MiB; shorten it", path,
                       CS_MAP_FILE_BYTES / 1024 / 1024);
    result = cs_read_all(fd, path, (size_t)before.st_size, ret_text, error);
    if (result != CS_OK && result != CS_ERR_LIMIT)
        return result;
    if (result == CS_ERR_LIMIT || fstat(fd, &after) != 0 || !cs_same_file(&before, &after))
        return cs_fail(error, CS_ERR_CONFIG,
                       "%s: changed while it was read; write a new file beside it and rename that",
                       path);
    return CS_OK;
}

static enum cs_err read_map(struct cs_extra_file *file, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret text = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    enum cs_err result = open_roots(file->path, &fd, error);

    if (result == CS_OK)
        result = read_stable(fd, file->path, &text, error);
    if (result == CS_OK)
        result = cs_map_file_parse(file->path, file->map_format, text.data, text.length, &file->map,
                                   error);
    return result == CS_ERR_NOT_FOUND ? CS_ERR_CONFIG : result;
}

/* ---- the options that name them ---- */

/* In profile ibm another file may take precedence over the named one. */
static enum cs_err read_trusted(struct cs_config *config, const struct cs_option *option,
                                const char *named, struct cs_error *error)
{
    const char *instead = config->profile == CS_PROFILE_IBM ? option->row->ibm_instead : NULL;
    struct cs_extra_file *file = NULL;

    if (instead != NULL) {
        file = remember(config, option, instead, error);
        if (file == NULL)
            return error->code;
        file->instead = file->found;
        if (file->found)
            return check_trusted(file, error);
    }
    if (named == NULL)
        return CS_OK;
    file = remember(config, option, named, error);
    if (file == NULL)
        return error->code;
    if (!file->found) {
        (void)cs_fail_errno(error, "%s: %s", option->row->name, named);
        return CS_ERR_CONFIG;
    }
    return check_trusted(file, error);
}

static enum cs_err read_one(struct cs_config *config, const struct cs_option *option,
                            struct cs_error *error)
{
    const char *path =
        cs_setting_text(option->row, cs_options_provider(&config->base, option->kind_row));
    struct cs_extra_file *file;

    if (option->row->extra_file == CS_EXTRA_FILE_TRUSTED)
        return read_trusted(config, option, path, error);
    if (path == NULL)
        return CS_OK;
    file = remember(config, option, path, error);
    return file != NULL ? read_secret(file, error) : error->code;
}

/* NULL: it is not one of them. */
static const struct cs_extra_file *find_map(const struct cs_config *config, const char *path,
                                            unsigned format)
{
    for (size_t i = 0; i < config->extra_file_count; i++) {
        const struct cs_extra_file *file = &config->extra_files[i];

        if (file->option.row->extra_file == CS_EXTRA_FILE_MAP && file->map_format == format &&
            strcmp(file->path, path) == 0)
            return file;
    }
    return NULL;
}

/* The format that holds where a service's map_file holds. */
static unsigned map_format_of(const struct cs_config *config, const char *service)
{
    const struct cs_assignment *assignment = cs_config_find(config, "map_format", service);
    struct cs_options options = {0};

    if (assignment == NULL)
        return CS_MAP_COUNTERSIGN;
    /* cannot fail: it was tried when the file was read */
    cs_ignore(cs_option_set(&assignment->option, assignment->value, &options, NULL));
    return options.mapping.map_format;
}

static enum cs_err read_map_of(struct cs_config *config, const char *service,
                               struct cs_error *error)
{
    const struct cs_assignment *assignment = cs_config_find(config, "map_file", service);
    unsigned format = map_format_of(config, service);
    struct cs_extra_file *file;

    if (assignment == NULL || find_map(config, assignment->value, format) != NULL)
        return CS_OK;
    file = remember(config, &assignment->option, assignment->value, error);
    if (file == NULL)
        return error->code;
    file->map_format = format;
    return read_map(file, error);
}

/* Services may have files of their own. All are read, so that a mistake shows at once. */
static enum cs_err read_maps(struct cs_config *config, struct cs_error *error)
{
    enum cs_err result = read_map_of(config, NULL, error);

    for (size_t i = 0; i < config->services.count && result == CS_OK; i++)
        result = read_map_of(config, config->services.items[i], error);
    return result;
}

enum cs_err cs_config_read_extra_files(struct cs_config *config, struct cs_error *error)
{
    struct cs_error own = {0};
    enum cs_err result = CS_OK;
    struct cs_option option;

    error = error ? error : &own;
    for (size_t place = 0; cs_option_at(place, &option) && result == CS_OK; place++) {
        if (option.row->extra_file != CS_EXTRA_FILE_NONE && option.kind != NULL &&
            (config->sections & (1U << option.kind_row)) != 0)
            result = read_one(config, &option, error);
    }
    if (result == CS_OK)
        cs_config_apply_extra_files(config, &config->base);
    return result == CS_OK ? read_maps(config, error) : result;
}

void cs_config_apply_extra_files(const struct cs_config *config, struct cs_options *options)
{
    for (size_t i = 0; i < config->extra_file_count; i++) {
        const struct cs_extra_file *file = &config->extra_files[i];
        const struct cs_setting *row = file->option.row;
        unsigned char *target = options->providers[file->option.kind_row].bytes;

        if (file->option.kind == NULL)
            continue;
        if (has_content(row))
            *(const char **)(void *)(target + row->content) = file->secret.data;
        else if (file->instead)
            *(const char **)(void *)(target + row->offset) = file->path;
    }
}

void cs_config_apply_map(const struct cs_config *config, struct cs_options *options)
{
    const char *path = options->mapping.map_file;
    const struct cs_extra_file *file =
        path != NULL ? find_map(config, path, options->mapping.map_format) : NULL;

    /* NULL with a path: cs_mapping_check refuses that. */
    options->mapping.entries = file != NULL ? file->map : NULL;
}

static enum cs_err check_all(const struct cs_config *config, struct cs_error *error)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < config->extra_file_count && result == CS_OK; i++) {
        const struct cs_extra_file *file = &config->extra_files[i];
        CS_AUTO(cs_fd_close) int fd = -1;

        if (!file->found)
            continue;
        result = has_content(file->option.row) ? open_secret(file->path, &fd, error)
                                               : check_trusted(file, error);
    }
    return result;
}

enum cs_err cs_config_check_extra_files(const struct cs_config *config, struct cs_error *error)
{
    enum cs_err result = check_all(config->own ? config->own : config, error);

    return result == CS_OK && config->ibm != NULL ? check_all(config->ibm, error) : result;
}
