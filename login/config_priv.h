/* The inside of config.c, for tests. */
#ifndef CS_LOGIN_CONFIG_PRIV_H
#define CS_LOGIN_CONFIG_PRIV_H

#include "login/config.h"

/* The configuration that `length` bytes of text stand for; `name` is for errors. */
enum cs_err cs_config_parse(const char *name, const char *text, size_t length,
                            struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

#endif
