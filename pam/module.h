/* SPDX-License-Identifier: Apache-2.0 */
/* Internals of the PAM module. */
#ifndef CS_PAM_MODULE_H
#define CS_PAM_MODULE_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "base/log.h"
#include "wire/client.h"

/* The few arguments that the module itself must understand. The broker reads all of them again,
 * with the full table (login/options.c). */
struct cs_module_arguments {
    const char *socket;          /* borrowed from argv or compiled in */
    const char *config;          /* NULL if not given */
    const char *ibm_auth_config; /* the same */
    const char *id, *provider;   /* the same */
    const char *user_env;        /* another variable that the broker may set besides its own */
    enum cs_client_mode mode;    /* from the two flags below */
    bool require_broker, standalone;
    bool debug;
};

/* Ignores bad values, which the broker reports. */
void cs_module_parse(int argc, const char **argv, struct cs_module_arguments *ret_arguments);

/* Asks for the user's name only to authenticate. Copies PAM items, sshd's variables and the
 * arguments into `request`, opening the file named by config= or ibm_auth_config=, or the IBM
 * gateway's if no other has settings. The caller closes request->config_fd. */
enum cs_err cs_module_collect(pam_handle_t *pamh, int flags, int argc, const char **argv,
                              const struct cs_module_arguments *arguments,
                              struct cs_request *request, struct cs_error *error) CS_MUST_USE;

/* Keeps the answer to PAM for the account stack, if it is PAM_SUCCESS or PAM_IGNORE; otherwise
 * forgets the one that was kept. CS_ERR_NOMEM: an earlier answer may still be there, unless `code`
 * is one of the two. */
enum cs_err cs_module_remember(pam_handle_t *pamh, const struct cs_module_arguments *arguments,
                               int code) CS_MUST_USE;

/* Whether an answer was kept for this user and service by a line with the same config=,
 * ibm_auth_config=, id= and provider=. */
bool cs_module_recall(pam_handle_t *pamh, const struct cs_module_arguments *arguments,
                      int *ret_code);

/* Where rounds are shown: the context of the two functions below. */
struct cs_module_channel {
    pam_handle_t *pamh;
    bool silent;
    bool answered[2]; /* a hidden prompt, a visible one */
};

/* CS_ERR_CANNOT_ASK: the application refuses such prompts; it has answered none so far. */
enum cs_err cs_module_exchange(void *context, const struct cs_round *round,
                               struct cs_answers *ret_answers, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_module_authtok(void *context, struct cs_secret *ret_authtok) CS_MUST_USE;

/* What PAM is told after an error of the module's own, or one that left no verdict. */
int cs_module_error_code(enum cs_err error);

/* The same two in the account phase, which hands nothing over. */
int cs_module_account_error_code(enum cs_err error);
int cs_module_account_code(const struct cs_verdict_message *verdict);

/* What PAM is told of a verdict. Only PAM_SUCCESS hands over anything: the variables that may be
 * set (ours, and the one named `user_env`, which may be NULL) and the password for later modules.
 */
int cs_module_hand_over(pam_handle_t *pamh, const struct cs_verdict_message *verdict,
                        const char *user_env);

#endif
