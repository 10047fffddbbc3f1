/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/server/connection.h"

#include <sys/stat.h>

enum cs_err cs_connection_trace(const struct cs_connection *connection, const struct cs_log *log,
                                struct cs_trace **ret_trace, struct cs_error *error)
{
    const struct cs_trace_settings trace = {.path = connection->trace_file,
                                            .rollover = connection->trace_rollover,
                                            .local_time = connection->trace_localtime,
                                            .prefix_all = connection->trace_prefix_all,
                                            .log = log};

    *ret_trace = NULL;
    if (connection->trace_file == NULL)
        return CS_OK;
    *ret_trace = cs_trace_new(&trace);
    return *ret_trace != NULL ? CS_OK : cs_fail_nomem(error);
}

static bool is_folder(const char *path)
{
    struct stat status;

    return path != NULL && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

struct cs_http_settings cs_connection_http(const struct cs_connection *connection,
                                           struct cs_trace *trace)
{
    bool folder = is_folder(connection->ca_path);

    return (struct cs_http_settings){.proxy = connection->proxy,
                                     .proxy_set = connection->proxy != NULL,
                                     .proxy_tunnel = connection->proxy_tunnel,
                                     .ca_file = folder ? NULL : connection->ca_path,
                                     .ca_path = folder ? connection->ca_path : NULL,
                                     .max_handles = connection->max_handles,
                                     .connect_ms = connection->connect_timeout * 1000,
                                     .total_ms = connection->request_timeout * 1000,
                                     .trace = trace};
}
