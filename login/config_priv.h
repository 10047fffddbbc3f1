/* SPDX-License-Identifier: Apache-2.0 */
/* What the config_ files share; tests use it too. */
#ifndef CS_LOGIN_CONFIG_PRIV_H
#define CS_LOGIN_CONFIG_PRIV_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "login/config.h"
#include "json/json.h"

/* The kind of provider that a file of IBM's gateway configures. */
#define CS_IBM_PROVIDER "verify"

/* Where in a file a value stands; later ones override earlier ones. The additional-args of IBM's
 * file come between the first two, the PAM line after the last. */
enum cs_level {
    CS_LEVEL_SECTION, /* a provider's section, in either file */
    CS_LEVEL_FILE,    /* the top level of our file */
    CS_LEVEL_SERVICE, /* one service in our file */
};

/* One value of a file. */
struct cs_assignment {
    struct cs_option option;
    enum cs_level level;
    char *service;         /* for CS_LEVEL_SERVICE; else NULL */
    unsigned line, column; /* of its value in the file */
    char *value;           /* in its written form; NULL: a text by language */
    struct cs_text_variant *variants;
    struct cs_strlist texts; /* of the variants, in order */
};

/* The additional-args of one id in IBM's file, in the form of a PAM line. */
struct cs_instance {
    char *id;
    struct cs_strlist arguments;
};

/* A file that an option names: a secret, a certificate, identities. */
struct cs_extra_file {
    char *path;
    bool found; /* it existed */
    struct stat status;
    struct cs_option option; /* the option that names it */
    struct cs_secret secret; /* for CS_EXTRA_FILE_SECRET: its content */
    struct cs_map_file *map; /* for CS_EXTRA_FILE_MAP: the same */
    unsigned map_format;     /* the same: enum cs_map_format */
    bool instead;            /* used instead of the file that the option names */
};

enum { CS_EXTRA_FILES_MAX = 32 };

struct cs_config {
    atomic_uint references;
    char *name; /* of the file, for messages; NULL for a pair */
    enum cs_profile profile;
    struct cs_assignment *assignments;
    size_t count;
    unsigned sections;          /* the sections in the file: 1 << row of the kind of provider */
    struct cs_options base;     /* the defaults, and what the file says for every service */
    struct cs_strlist services; /* that the file has options for */
    struct cs_strlist warnings;
    bool holds_secret; /* the file's own text does */

    struct cs_instance *instances; /* of IBM's file */
    size_t instances_count;

    struct cs_extra_file extra_files[CS_EXTRA_FILES_MAX];
    size_t extra_file_count;

    char *ibm_path; /* named in our own file */

    /* The two of a pair, otherwise NULL. A pair does not use `base`. */
    struct cs_config *own, *ibm;
};

/* ---- config_base.c ---- */

/* An empty configuration with one reference; NULL if memory ran out. */
struct cs_config *cs_config_new(void) CS_MUST_USE;

/* The additional-args of that id, or with NULL of the usual one; NULL: none. */
const struct cs_instance *cs_config_instance(const struct cs_config *config, const char *id);

/* ---- config_values.c ---- */

/* Adds an empty value; NULL if memory ran out. `service` is copied. */
struct cs_assignment *cs_config_add(struct cs_config *config, const struct cs_option *option,
                                    enum cs_level level, const char *service);

bool cs_config_assigns(const struct cs_config *config, const struct cs_option *option,
                       enum cs_level level, const char *service);

/* The value of an option for a service, or for NULL for every one; NULL: there is none. */
const struct cs_assignment *cs_config_find(const struct cs_config *config, const char *option,
                                           const char *service);

/* Sets what the file says at that level, and for that service if the level has one. */
void cs_config_apply(const struct cs_config *config, enum cs_level level, const char *service,
                     struct cs_options *options);

void cs_config_free_values(struct cs_config *config);

/* ---- config_text.c ---- */

/* Reads a text: one for every language, or an object of languages. */
enum cs_err cs_config_read_text(struct cs_assignment *assignment, enum cs_text key,
                                const struct cs_json *document, const struct cs_json_value *value,
                                struct cs_error *error) CS_MUST_USE;

/* ---- config_section.c: what a file says about one kind of provider ---- */

struct cs_section {
    struct cs_config *config;
    const struct cs_json *document;
    size_t kind_row; /* its row in the registry */
    unsigned where;  /* CS_FROM_... of the members allowed there */
};

/* Whether a kind of provider has a section of that name in our file. */
bool cs_config_find_section(const char *name, size_t *ret_kind_row);

/* Reads one member. *ret_row: NULL if there is no such setting; a setting with `no_effect` is not
 * kept. */
enum cs_err cs_section_read_member(const struct cs_section *section,
                                   const struct cs_json_value *member,
                                   const struct cs_setting **ret_row,
                                   struct cs_error *error) CS_MUST_USE;

/* After all members are read: reports, at `at`, what is wrong with them together. */
enum cs_err cs_section_complete(const struct cs_section *section, const struct cs_json_value *at,
                                struct cs_strlist *warnings, struct cs_error *error) CS_MUST_USE;

/* Reads a whole section of our own file. */
enum cs_err cs_config_read_section(struct cs_config *config, const struct cs_json *document,
                                   const struct cs_json_value *object, size_t kind_row,
                                   struct cs_error *error) CS_MUST_USE;

/* ---- parsing a file ---- */

/* As cs_config_parse, for a file of IBM's gateway. */
enum cs_err cs_config_parse_ibm(const char *name, const char *text, size_t length,
                                struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

/* ---- config_extra_files.c ---- */

/* Reads the files that options name, and sets their content in `base`. */
enum cs_err cs_config_read_extra_files(struct cs_config *config,
                                       struct cs_error *error) CS_MUST_USE;

/* Sets their content in options to which the sections were applied. */
void cs_config_apply_extra_files(const struct cs_config *config, struct cs_options *options);

/* Sets the content of the identity file that the options name. */
void cs_config_apply_map(const struct cs_config *config, struct cs_options *options);

/* False if one of them has changed. */
bool cs_config_extra_files_same(const struct cs_config *config);

/* Whether two stats show the same content. */
bool cs_same_file(const struct stat *a, const struct stat *b);

#endif
