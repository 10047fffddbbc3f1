/* SPDX-License-Identifier: Apache-2.0 */
/* What `check` looks at, and `doctor` after it: what would refuse a login, whoever is told. */
#ifndef CS_CLI_CHECK_RUN_H
#define CS_CLI_CHECK_RUN_H

#include "cli/check_sink.h"
#include "cli/check_store.h"
#include "cli/cli.h"
#include "cli/key_settings.h"

/* The note that says which configuration counts. */
#define CS_CHECK_SOURCE "configuration in force"

/* The caller sets the first part. Do not copy the struct. */
struct cs_check {
    const struct cs_cli *cli;
    const struct cs_check_sink *sink;
    const char *ibm_path; /* a file of IBM's gateway in place of ours; NULL: none */
    int argument_count;   /* of a PAM line */
    char **arguments;
    bool image;     /* the root folder is not that of the running machine */
    bool pam_files; /* look at them and their stacks too; if not, another part does */
    bool online;    /* ask the provider's server */

    struct cs_cli_line line;
    struct cs_key_settings keys;  /* empty until the configuration is read */
    struct cs_check_store stored; /* if the store belongs to the local provider */
    bool configured;              /* the configuration is right */
    const char *service;          /* the service whose plan to check; "": that of the line */
    bool failed;
};

/* Looks at everything and tells the sink. */
void cs_check_run(struct cs_check *check);
void cs_check_clear(struct cs_check *check);

#endif
