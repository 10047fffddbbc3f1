/*
 * The configuration file: options of the table at the top level, and per PAM service under
 * "services". Everything is checked when it is loaded; whatever is wrong is one line with file,
 * line and column.
 */
#ifndef CS_LOGIN_CONFIG_H
#define CS_LOGIN_CONFIG_H

#include "login/options.h"
#include "providers/verify/settings.h"

struct cs_config; /* a loaded file; never changes; counted references */

/* Opens and checks `path`: owner root, not writable by others and not readable by strangers. */
enum cs_err cs_config_open(const char *path, int *ret_fd, struct cs_error *error) CS_MUST_USE;

struct cs_config_cache; /* files by device, inode, size and times */

struct cs_config_cache *cs_config_cache_new(void) CS_MUST_USE;
void cs_config_cache_free(struct cs_config_cache **cache);

/* The configuration behind an open descriptor, from the cache when the file has not changed. `name`
 * is for errors. The reference is the caller's: cs_config_release. */
enum cs_err cs_config_load(struct cs_config_cache *cache, int fd, const char *name,
                           struct cs_config **ret_config, struct cs_error *error) CS_MUST_USE;
void cs_config_release(struct cs_config **config);

/* How the tenant of IBM Verify is reached that the file names; `given` is false where it names
 * none. Lives as long as the reference. */
const struct cs_verify_settings *cs_config_verify(const struct cs_config *config);

/* The defaults, over them what the file says for every service, over that what it says for
 * `service`. The strings in `ret_options` live as long as the reference. */
void cs_config_options(const struct cs_config *config, const char *service,
                       struct cs_options *ret_options);

#endif
