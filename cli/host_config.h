/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as `host enroll` sees it: whether it makes a client of this machine already,
 * and its text with a section that does. */
#ifndef CS_CLI_HOST_CONFIG_H
#define CS_CLI_HOST_CONFIG_H

#include <sys/types.h>

#include "login/config.h"
#include "providers/openid/host.h"

struct cs_host_config {
    const char *path;      /* borrowed */
    struct cs_secret text; /* as it is; empty: there is no file, or nothing in it */
    bool exists;
    mode_t mode; /* to write it with: those it has, else 0640 and the broker's group */
    gid_t group;
    bool has_settings;
    struct cs_config *config;
    struct cs_options options;          /* do not copy the struct */
    bool enrolled;                      /* there is a section openid ... */
    struct cs_openid_enrolment section; /* ... and this is what it says; borrows from the options */
};

/* Reads the file at `path`, which must be ours to trust if it exists. CS_ERR_CONFIG also if logins
 * read a file of IBM's gateway instead: a second file with settings would refuse them. Release the
 * result with cs_host_config_clear, after an error too. */
enum cs_err cs_host_config_read(const char *path, gid_t group, struct cs_host_config *ret_config,
                                struct cs_error *error) CS_MUST_USE;
void cs_host_config_clear(struct cs_host_config *config);

/* Whether the section makes the same client of this machine. CS_ERR_CONFIG says in what it differs
 * and what to do. */
enum cs_err cs_host_config_same(const struct cs_host_config *config,
                                const struct cs_openid_enrolment *wanted,
                                struct cs_error *error) CS_MUST_USE;

/*
 * The text with the section; if the file has no settings, with the provider and `auth_method` too.
 * It is parsed as a login would, and `config` becomes what it says.
 */
enum cs_err cs_host_config_add(struct cs_host_config *config,
                               const struct cs_openid_enrolment *wanted, const char *auth_method,
                               struct cs_error *error) CS_MUST_USE;

/* Puts the text in place, atomically. */
enum cs_err cs_host_config_write(const struct cs_host_config *config,
                                 struct cs_error *error) CS_MUST_USE;

#endif
