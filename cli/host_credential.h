/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine proves itself with to a provider: a secret or a key in a file of its own, which
 * the broker's group may read. */
#ifndef CS_CLI_HOST_CREDENTIAL_H
#define CS_CLI_HOST_CREDENTIAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/secret.h"

struct cs_host_credential {
    char *path;             /* owned; NULL: none */
    struct cs_secret value; /* the text of the file */
    struct cs_secret jwk;   /* of a key: its public half; else empty */
    bool exists;            /* there is a file */
    bool fresh;             /* the value is not in it yet */
};

/* Both start with a file named `name` in the folder of `config_path`. Nothing is written yet.
 * Release the result with cs_host_credential_clear, after an error too. */

/* The key in the file, or a new one if there is none, or if it is to be replaced. */
enum cs_err cs_host_credential_key(const char *config_path, const char *name, bool replace,
                                   struct cs_host_credential *ret_credential,
                                   struct cs_error *error) CS_MUST_USE;

/* A secret; it is fresh unless the file has the same one. */
enum cs_err cs_host_credential_secret(const char *config_path, const char *name,
                                      const struct cs_secret *secret,
                                      struct cs_host_credential *ret_credential,
                                      struct cs_error *error) CS_MUST_USE;

/* Writes what is fresh, atomically; sets mode and group of what is not. */
enum cs_err cs_host_credential_write(struct cs_host_credential *credential, gid_t group,
                                     struct cs_error *error) CS_MUST_USE;

void cs_host_credential_clear(struct cs_host_credential *credential);

/* Reads a secret on one line from a file of root's that nobody else may read. */
enum cs_err cs_host_read_secret(const char *path, struct cs_secret *ret_secret,
                                struct cs_error *error) CS_MUST_USE;

/* Whether it can be one. `where` is where it was read, for errors. */
enum cs_err cs_host_check_secret(const char *where, const struct cs_secret *secret,
                                 struct cs_error *error) CS_MUST_USE;

#endif
