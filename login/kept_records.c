/* SPDX-License-Identifier: Apache-2.0 */
#include "login/kept_records.h"

#include <syslog.h>

#include "login/act.h"
#include "paths.h"

void cs_log_kept_records(struct cs_engine *engine)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    CS_AUTO(cs_store_close) struct cs_store *store = NULL;
    struct cs_act_log to = {.log = cs_engine_log(engine)};
    struct cs_options options;
    struct cs_error error = {0};
    const char *key;

    if (cs_engine_config(engine, NULL, &config, &error) != CS_OK)
        return;
    cs_config_options(config, "", NULL, &options);
    to.form = options.audit;
    cs_running_log_left(CS_RUNNING_DIR, to.form, to.log);
    key = cs_engine_key_path(engine);
    if (key == NULL)
        key = cs_options_provider_text(&options, "local", "key_file");
    if (cs_store_open(cs_options_provider_text(&options, "local", "store"), key, false, &store,
                      &error) != CS_OK)
        return;
    if (cs_records_drain(store, cs_act_write, &to, &error) != CS_OK)
        cs_log(to.log, LOG_WARNING, "records of the tool's acts are not in the log yet: %s",
               error.text);
}
