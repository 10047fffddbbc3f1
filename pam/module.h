/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the PAM module share. */
#ifndef CS_PAM_MODULE_H
#define CS_PAM_MODULE_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "base/log.h"
#include "wire/client.h"

/* The few arguments that the module itself must understand; the broker reads all of them again,
 * with the full table (login/options.c). */
struct cs_module_arguments {
    const char *socket;          /* borrowed from argv or compiled in */
    const char *config;          /* NULL when not given */
    const char *ibm_auth_config; /* the same */
    const char *user_env;        /* a variable that the broker may set besides its own */
    enum cs_client_mode mode;    /* from the two flags below */
    bool require_broker, standalone;
    bool debug;
};

/* Bad values are the broker's to report: they do not make the module act differently. */
void cs_module_parse(int argc, const char **argv, struct cs_module_arguments *ret_arguments);

/* Copies PAM items, sshd's variables and the arguments into `request`, opening the file named by
 * config= or ibm_auth_config=, or that of IBM's gateway where it is the only one there is
 * (request->config_fd is the caller's to close). */
enum cs_err cs_module_collect(pam_handle_t *pamh, int flags, int argc, const char **argv,
                              const struct cs_module_arguments *arguments,
                              struct cs_request *request, struct cs_error *error) CS_MUST_USE;

/* Where rounds are shown: context of the two functions below. */
struct cs_module_channel {
    pam_handle_t *pamh;
    bool silent;
};

enum cs_err cs_module_exchange(void *context, const struct cs_round *round,
                               struct cs_answers *ret_answers, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_module_token(void *context, struct cs_secret *ret_token) CS_MUST_USE;

/* What PAM is told after an error of the module's own, or one that left no verdict. */
int cs_module_error_code(enum cs_err error);

/* What PAM is told of a verdict. Only PAM_SUCCESS hands over anything: the variables that may be
 * set (ours, and the one named `user_env`, which may be NULL) and the password for later modules.
 */
int cs_module_hand_over(pam_handle_t *pamh, const struct cs_verdict_message *verdict,
                        const char *user_env);

#endif
