/* What config.c and config_cache.c share; for tests too. */
#ifndef CS_LOGIN_CONFIG_PRIV_H
#define CS_LOGIN_CONFIG_PRIV_H

#include <stdatomic.h>

#include "login/config.h"

struct assignment; /* config.c's own */

struct cs_config {
    atomic_uint references;
    struct assignment *assignments;
    size_t count;
    enum cs_profile profile;
    struct cs_verify_settings verify; /* `given` is false where the file has none */
    struct cs_options base;           /* the defaults, and what the file says for every service */
};

/* The configuration that `length` bytes of text stand for; `name` is for errors. */
enum cs_err cs_config_parse(const char *name, const char *text, size_t length,
                            struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

#endif
