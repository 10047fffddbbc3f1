/* What the settings ask of security keys: in general, and for each service that the file names. */
#ifndef CS_CLI_KEYS_H
#define CS_CLI_KEYS_H

#include "login/config.h"
#include "store/factor.h"

enum { CS_KEY_SETTINGS_MAX = 32 };

struct cs_key_setting {
    const char *service; /* "": in general */
    const char *app_id, *origins, *socket;
    bool used;          /* its plan or menu asks for security keys */
    bool origins_given; /* an option says so; else it is this host's name */
};

struct cs_key_settings {
    char name[CS_PROVIDER_NAME_SIZE]; /* pam:// and this host's name */
    struct cs_key_setting items[CS_KEY_SETTINGS_MAX];
    size_t count; /* at least 1: the first is the general one */
};

/* The strings are those of `config`, `general` and the result itself: do not copy it. Services
 * beyond CS_KEY_SETTINGS_MAX are left out. */
enum cs_err cs_key_settings_read(const struct cs_config *config, const struct cs_options *general,
                                 struct cs_key_settings *ret_settings,
                                 struct cs_error *error) CS_MUST_USE;

/* Adds a sentence for all that lets no key log in. */
enum cs_err cs_key_warnings(const struct cs_key_settings *settings,
                            const struct cs_key_apps *registered,
                            struct cs_strlist *warnings) CS_MUST_USE;

/* What to know before a key is registered for `app_id`: which services do not ask for it, or that
 * none does. Lines; empty where there is nothing. */
void cs_key_hint(const struct cs_key_settings *settings, const char *app_id,
                 struct cs_buffer *ret_hint);

#endif
