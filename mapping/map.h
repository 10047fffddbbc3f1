/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the UNIX account to the name that a provider knows it by: what the identity file says;
 * without one, or where that file leaves an account to the other settings, the account's name, or
 * what they take from its GECOS text, followed by the appended text. Pure functions without a
 * fallback: if the settings yield nothing for an account, its login is refused.
 */
#ifndef CS_MAPPING_MAP_H
#define CS_MAPPING_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "mapping/map_file.h"

enum { CS_IDENTITY_SIZE = 256, CS_MAP_STEPS_MAX = 8 };

/* The settings, borrowed; NULL and 0 mean "not set". */
struct cs_mapping {
    const char *map_file;              /* the path, for messages */
    unsigned map_format;               /* enum cs_map_format, of that file */
    const struct cs_map_file *entries; /* what is in it; with a path and NULL nobody is mapped */
    unsigned gecos_field;              /* 1 to CS_GECOS_FIELDS_MAX */
    const char *gecos_separator;       /* one UTF-8 character; a comma if not set */
    const char *gecos_match;           /* both or neither; take precedence over gecos_field */
    const char *gecos_replace;
    const char *append;
    bool gecos_trusted; /* the administrator states that users cannot change their GECOS text */
};

/* What is known about the account, borrowed. */
struct cs_map_account {
    const char *name;  /* canonical */
    const char *gecos; /* NULL if the account has none */
    bool local_files;  /* its name or uid is in /etc/passwd: users may have chfn */
};

/* The steps taken, for an administrator who has to find out why. */
struct cs_map_step {
    const char *what; /* an option's name, or "account", "gecos", "note"; static */
    char *value;      /* the text after the step, sanitised; owned */
    unsigned line;    /* of the identity file; 0: the step has none */
};

struct cs_map_trace {
    struct cs_map_step steps[CS_MAP_STEPS_MAX];
    size_t count;
};

void cs_map_trace_free(struct cs_map_trace *trace);

/* Whether identities may differ from the names of the accounts. */
bool cs_mapping_renames(const struct cs_mapping *mapping);

/* CS_ERR_CONFIG if the settings are wrong for every account. */
enum cs_err cs_mapping_check(const struct cs_mapping *mapping, struct cs_error *error) CS_MUST_USE;

/*
 * The identity of an account: clean UTF-8, 1 to CS_IDENTITY_SIZE - 1 bytes. CS_ERR_CONFIG if the
 * settings are wrong, CS_ERR_TRUST if they use a GECOS text and do not say that users cannot write
 * it, CS_ERR_LIMIT if gecos_match needs too many steps, CS_ERR_INPUT if this account has no
 * identity. `ret_trace` may be NULL; it must be empty, holds the steps taken even after an error,
 * and is the caller's to free.
 */
enum cs_err cs_map_identity(const struct cs_mapping *mapping, const struct cs_map_account *account,
                            char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                            struct cs_error *error) CS_MUST_USE;

#endif
