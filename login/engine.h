/* What logins share: configuration, provider, log. Made once, used by every thread. */
#ifndef CS_LOGIN_ENGINE_H
#define CS_LOGIN_ENGINE_H

#include "base/log.h"
#include "login/config.h"
#include "providers/provider.h"

struct cs_engine;

/* `config_path` is the default file, `key_path` takes the place of the option key_file unless it is
 * NULL (a systemd credential). Borrowed, like `log`. */
struct cs_engine *cs_engine_new(const char *config_path, const char *key_path,
                                const struct cs_log *log) CS_MUST_USE;
void cs_engine_free(struct cs_engine **engine);

const struct cs_log *cs_engine_log(const struct cs_engine *engine);

/* The configuration for a login: the file behind `config_fd`, or the default file when that is -1.
 */
enum cs_err cs_engine_config(struct cs_engine *engine, int config_fd, struct cs_config **ret_config,
                             struct cs_error *error) CS_MUST_USE;

/* The provider of that name, opened by the first login that needs it. Borrowed. */
enum cs_err cs_engine_provider(struct cs_engine *engine, const struct cs_options *options,
                               struct cs_provider **ret_provider,
                               struct cs_error *error) CS_MUST_USE;

#endif
