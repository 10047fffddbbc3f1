/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: options at the top level, and per PAM service under "services".
 * Everything is checked when the file is loaded; each mistake is one line with file, line and
 * column. A file of IBM's gateway may replace it, or be named in it as "ibm_auth_config". */
#ifndef CS_LOGIN_CONFIG_H
#define CS_LOGIN_CONFIG_H

#include "base/buffer.h"
#include "base/log.h"
#include "login/options.h"

/* The id used if a PAM line names none. */
#define CS_IBM_DEFAULT_ID "pam_ibm_auth"

/* Which of the two formats a file has. It is never guessed: the argument's name decides. */
enum cs_config_kind { CS_CONFIG_OWN, CS_CONFIG_IBM };

struct cs_config; /* a loaded file; immutable, reference-counted */

/* Opens and checks `path`: owned by root, writable by nobody else, and, if it is our own, not
 * world-readable. */
enum cs_err cs_config_open(const char *path, int *ret_fd, struct cs_error *error) CS_MUST_USE;
enum cs_err cs_config_open_ibm(const char *path, int *ret_fd, struct cs_error *error) CS_MUST_USE;

/* Parses `length` bytes of text; `name` is for errors. Opens no other file, so what files named in
 * it hold is missing. */
enum cs_err cs_config_parse(const char *name, const char *text, size_t length,
                            struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

struct cs_config_cache; /* files by device, inode, size and times */

struct cs_config_cache *cs_config_cache_new(void) CS_MUST_USE;
void cs_config_cache_free(struct cs_config_cache **cache);

/* Where to log the warnings about a file, once each time it is read; borrowed; NULL: nowhere. */
void cs_config_cache_set_log(struct cs_config_cache *cache, const struct cs_log *log);

/* The configuration behind an open descriptor, from the cache if the file has not changed. `name`
 * is for errors. The caller owns the reference: cs_config_release. */
enum cs_err cs_config_load(struct cs_config_cache *cache, int fd, const char *name,
                           struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

/* The same for a file of IBM's gateway. If it holds a secret, it must not be world-readable:
 * CS_ERR_TRUST. */
enum cs_err cs_config_load_ibm(struct cs_config_cache *cache, int fd, const char *name,
                               struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

/* Whether a login whose PAM line names no file reads IBM's at its usual place: that file exists,
 * and ours, `own`, is missing or says nothing (base/said.h). */
bool cs_config_is_ibm(const char *own);

/* The configuration for such a login. CS_ERR_CONFIG if both files have settings and ours does not
 * name the other: nothing says which one counts. */
enum cs_err cs_config_load_usual(struct cs_config_cache *cache, const char *own,
                                 struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;

/* If `*config` names a file of IBM's gateway, loads that too and makes *config the pair. Options in
 * our own file override additional-args. */
enum cs_err cs_config_follow(struct cs_config_cache *cache, struct cs_config **config,
                             struct cs_error *error) CS_MUST_USE;

void cs_config_release(struct cs_config **config);

/* The file or files that it came from, in words, for messages. */
void cs_config_describe(const struct cs_config *config, struct cs_buffer *out);

/* The file of IBM's gateway that our own names, or NULL. */
const char *cs_config_ibm_path(const struct cs_config *config);

/* Whether this process may read the files named in the sections: secrets, certificates. */
enum cs_err cs_config_check_extra_files(const struct cs_config *config,
                                        struct cs_error *error) CS_MUST_USE;

/* The services that our own file has options for. */
const struct cs_strlist *cs_config_services(const struct cs_config *config);

/* What was accepted with a warning, as sentences. */
const struct cs_strlist *cs_config_warnings(const struct cs_config *config);

/* The options for `service`. In increasing precedence: the defaults, the additional-args of `id`
 * (NULL: the usual one), what our file says for every service, what it says for `service`. The
 * strings in `ret_options` live as long as the reference; do not copy the struct. */
void cs_config_options(const struct cs_config *config, const char *service, const char *id,
                       struct cs_options *ret_options);

/* The same, with the arguments of a PAM line, which name the id, taking precedence. Like
 * cs_options_from_arguments; the options are filled in any case. */
enum cs_err cs_config_line(const struct cs_config *config, const char *service,
                           const struct cs_strlist *arguments, struct cs_options *ret_options,
                           struct cs_strlist *ret_warnings, struct cs_error *error) CS_MUST_USE;

/* Where our file sets that option for `service` or for every service: "FILE:LINE:COLUMN". False:
 * nowhere. */
bool cs_config_locate(const struct cs_config *config, const char *service, const char *option,
                      struct cs_buffer *out);

/* Checks a variable that a file names for user_env: only our own names, because the module trusts
 * others only on its own line. Accepts NULL. */
enum cs_err cs_config_check_user_env(const char *from_file, struct cs_error *error) CS_MUST_USE;

#endif
