/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the configuration share; for tests too. */
#ifndef CS_LOGIN_CONFIG_PRIV_H
#define CS_LOGIN_CONFIG_PRIV_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "login/config.h"
#include "json/json.h"

struct assignment;        /* config.c's own */
struct cs_verify_section; /* login/verify_section.h */

/* The additional-args of one id in IBM's file, in the form of a PAM line. */
struct cs_instance {
    char *id;
    struct cs_strlist arguments;
};

/* A file that a configuration was made with besides its own. */
struct cs_beside {
    char *path;
    bool found; /* it was there */
    struct stat status;
};

enum { CS_BESIDE_MAX = 2 };

struct cs_config {
    atomic_uint references;
    struct assignment *assignments;
    size_t count;
    enum cs_profile profile;
    struct cs_strlist services;       /* that it has options for */
    struct cs_verify_settings verify; /* `given` is false where the file has none */
    struct cs_options base;           /* the defaults, and what the file says for every service */

    /* Of IBM's file. */
    struct cs_instance *instances;
    size_t instances_count;
    bool holds_secret; /* the text of the file does */

    char *secret_file; /* where the client secret is read from, or NULL */
    struct cs_beside beside[CS_BESIDE_MAX];
    size_t beside_count;
    struct cs_strlist warnings;

    char *ibm_path; /* our own file names one of IBM's */

    /* Both of a pair; no references to others otherwise. `base` is theirs together. */
    struct cs_config *own, *ibm;
};

/* An empty one with one reference; NULL when memory ran out. */
struct cs_config *cs_config_new(void) CS_MUST_USE;

/* The configuration that `length` bytes of text stand for; `name` is for errors. */
enum cs_err cs_config_parse(const char *name, const char *text, size_t length,
                            struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

/* The same for a file of IBM's gateway. No other file is looked at. */
enum cs_err cs_config_parse_ibm(const char *name, const char *text, size_t length,
                                struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

/* Members of our own file. */
enum cs_err cs_config_read_verify(struct cs_config *config, const struct cs_json *document,
                                  const struct cs_json_value *object,
                                  struct cs_error *error) CS_MUST_USE;
enum cs_err cs_config_read_ibm_path(struct cs_config *config, const struct cs_json *document,
                                    const struct cs_json_value *value,
                                    struct cs_error *error) CS_MUST_USE;

/* Takes the settings of a complete section; it is empty afterwards. */
void cs_config_take_section(struct cs_config *config, struct cs_verify_section *section);

/* Applies the additional-args of `id`. */
void cs_config_apply_instance(const struct cs_config *config, const char *id,
                              struct cs_options *options);

void cs_config_free_instances(struct cs_config *config);

/* Reads the files beside: the client secret, the certificates. */
enum cs_err cs_config_read_beside(struct cs_config *config, struct cs_error *error) CS_MUST_USE;

/* False when one of them is not what it was. */
bool cs_config_beside_same(const struct cs_config *config);

/* Whether two looks at files saw the same content. */
bool cs_same_file(const struct stat *a, const struct stat *b);

#endif
