/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the UNIX account to the name that a provider knows it by: the account's name, or what the
 * settings take from its GECOS text; then the appended text. Pure functions; no fallback: where the
 * settings have no result for an account its login is refused.
 */
#ifndef CS_MAPPING_MAP_H
#define CS_MAPPING_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { CS_IDENTITY_SIZE = 256, CS_MAP_STEPS_MAX = 8 };

/* The settings, borrowed; NULL and 0 are "not set". */
struct cs_mapping {
    unsigned gecos_field;        /* 1 to CS_GECOS_FIELDS_MAX */
    const char *gecos_separator; /* one UTF-8 character; a comma when not set */
    const char *gecos_match;     /* both or none; used rather than gecos_field */
    const char *gecos_replace;
    const char *append;
    bool gecos_trusted; /* the administrator states that users cannot change their GECOS text */
};

/* What is known of the account, borrowed. */
struct cs_map_account {
    const char *name;  /* canonical */
    const char *gecos; /* NULL: the account has none */
    bool local_files;  /* its name or uid stands in /etc/passwd: users may have chfn */
};

/* What happened on the way, for those who have to find out why. */
struct cs_map_step {
    const char *what; /* an option, or "account", "gecos", "note"; static */
    char *value;      /* the text after the step, cleaned; owned */
};

struct cs_map_trace {
    struct cs_map_step steps[CS_MAP_STEPS_MAX];
    size_t count;
};

void cs_map_trace_free(struct cs_map_trace *trace);

/* CS_ERR_CONFIG where the settings are wrong whatever the account is. */
enum cs_err cs_mapping_check(const struct cs_mapping *mapping, struct cs_error *error) CS_MUST_USE;

/*
 * The identity of an account: clean UTF-8, 1 to CS_IDENTITY_SIZE - 1 bytes. CS_ERR_CONFIG when the
 * settings are wrong, CS_ERR_TRUST when they use a GECOS text and are not told that users cannot
 * write it, CS_ERR_LIMIT when gecos_match needs too many steps, CS_ERR_INPUT when this account has
 * no identity. `ret_trace` may be NULL; it starts empty, has the steps that were taken, also after
 * an error, and is the caller's to free.
 */
enum cs_err cs_map_identity(const struct cs_mapping *mapping, const struct cs_map_account *account,
                            char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                            struct cs_error *error) CS_MUST_USE;

#endif
