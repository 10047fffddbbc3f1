/* SPDX-License-Identifier: Apache-2.0 */
/* What the settings ask of security keys: in general, and for each service in the file. */
#ifndef CS_CLI_KEY_SETTINGS_H
#define CS_CLI_KEY_SETTINGS_H

#include "login/config.h"
#include "providers/local/key_names.h"
#include "store/pending.h"

enum { CS_KEY_SETTINGS_MAX = 32 };

struct cs_key_setting {
    const char *service; /* "": in general */
    const char *app_id, *origins, *socket;
    bool used;          /* its plan or menu asks for security keys */
    bool verified;      /* ... and demands a PIN or a fingerprint of each */
    bool origins_given; /* set by an option; otherwise it is this host's name */
};

struct cs_key_settings {
    char name[CS_KEY_HOST_SIZE]; /* pam:// and this host's name */
    struct cs_key_setting items[CS_KEY_SETTINGS_MAX];
    size_t count; /* at least 1: the first is the general one */
};

/* The strings belong to `config`, `general` and the result itself: do not copy it. Services beyond
 * CS_KEY_SETTINGS_MAX are left out. */
enum cs_err cs_key_settings_read(const struct cs_config *config, const struct cs_options *general,
                                 struct cs_key_settings *ret_settings,
                                 struct cs_error *error) CS_MUST_USE;

/* Adds a sentence for each setting that lets no key log in. */
enum cs_err cs_key_warnings(const struct cs_key_settings *settings,
                            const struct cs_key_apps *registered,
                            struct cs_strlist *warnings) CS_MUST_USE;

/* The names for countersign-touch's --host, separated by ", ": the origins in a list that its
 * answers can have. CS_ERR_INPUT if there are none. */
enum cs_err cs_key_hosts(const char *origins, struct cs_buffer *ret_hosts,
                         struct cs_error *error) CS_MUST_USE;

/* Prints on standard error which of the origins, of the option `name`, no answer of
 * countersign-touch can have, or protect nobody. */
void cs_key_print_faults(const char *name, const char *origins);

/* Prints on standard error what to know before a key is registered for `app_id`: which services do
 * not ask for it, or that none does. */
enum cs_err cs_key_print_hint(const struct cs_config *config, const struct cs_options *general,
                              const char *app_id, struct cs_error *error) CS_MUST_USE;

/* Checks --app-id and --origin (NULL: not given) as typed; with `elsewhere`, the origins must be
 * those of countersign-touch. Complains if necessary; returns an exit status. */
int cs_key_check_names(const char *app_id, const char *origins, bool elsewhere);

/* CS_ERR_INPUT if the user has a key with that label: labels tell keys apart, for instance to
 * remove one. Any number of labels may be empty. */
enum cs_err cs_key_check_label(const struct cs_transaction *transaction,
                               const struct cs_pending *pending,
                               struct cs_error *error) CS_MUST_USE;

#endif
