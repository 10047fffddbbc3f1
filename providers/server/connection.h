/* SPDX-License-Identifier: Apache-2.0 */
/* How to reach a provider's server: settings that every provider with one has, and what is opened
 * with them. */
#ifndef CS_PROVIDERS_SERVER_CONNECTION_H
#define CS_PROVIDERS_SERVER_CONNECTION_H

#include "net/http.h"
#include "settings/setting.h"

/* A member of a provider's settings. NULL if not set. */
struct cs_connection {
    const char *proxy; /* in any form that net/http.h names; "": none */
    bool proxy_tunnel;
    const char *ca_path;                       /* a file or folder; NULL: the system's */
    unsigned max_handles;                      /* limit on connections */
    unsigned connect_timeout, request_timeout; /* seconds */
    const char *trace_file;                    /* NULL: no trace */
    int64_t trace_rollover;                    /* bytes; 0: never */
    bool trace_localtime, trace_prefix_all;
};

enum { CS_CONNECTION_TEXT_MAX = 4096 };

#define CS_CONNECTION_ROW(row, kind, from, base, member, about)                                    \
    .name = row, .type = CS_SETTING_##kind, .where = from,                                         \
    .offset = (base) + offsetof(struct cs_connection, member), .empty = CS_EMPTY_UNSET,            \
    .help = about

/* Its rows in a provider's table. `base`: the member's offset; `from`, `trace`: where the rows may
 * be written; `ca`: see `ibm_instead`. */
#define CS_CONNECTION_ROWS(base, from, trace, ca)                                                  \
    {.name = "proxy",                                                                              \
     .type = CS_SETTING_STRING,                                                                    \
     .where = from,                                                                                \
     .offset = (base) + offsetof(struct cs_connection, proxy),                                     \
     .max = CS_CONNECTION_TEXT_MAX,                                                                \
     .empty = CS_EMPTY_KEPT,                                                                       \
     .secrecy = CS_SECRECY_PASSWORD,                                                               \
     .help =                                                                                       \
         "A proxy on the way to the server: [scheme://][user:password@]host[:port] with http, "    \
         "https, socks4, socks4a, socks5 or socks5h. Empty: none."},                               \
        {CS_CONNECTION_ROW("proxytunnel", FLAG, from, base, proxy_tunnel,                          \
                           "Asks the proxy for a tunnel (CONNECT) for http too; https always has " \
                           "one."),                                                                \
         .fallback = "yes"},                                                                       \
        {CS_CONNECTION_ROW("ca-path", PATH, from, base, ca_path,                                   \
                           "Certificates to trust, a file or a folder. By default those of the "   \
                           "system."),                                                             \
         .max = CS_CONNECTION_TEXT_MAX, .extra_file = CS_EXTRA_FILE_TRUSTED, .ibm_instead = ca},   \
        {CS_CONNECTION_ROW("max-handles", NUMBER, from, base, max_handles,                         \
                           "Simultaneous connections to the server."),                             \
         .min = 1, .max = 1024, .fallback = "16"},                                                 \
        {CS_CONNECTION_ROW("connect-timeout", NUMBER, from, base, connect_timeout,                 \
                           "Seconds allowed for making a connection."),                            \
         .min = 1, .max = 120, .fallback = "10"},                                                  \
        {CS_CONNECTION_ROW("request-timeout", NUMBER, from, base, request_timeout,                 \
                           "Seconds allowed for a request."),                                      \
         .min = 1, .max = 300, .fallback = "30"},                                                  \
        {CS_CONNECTION_ROW("trace-file", PATH, trace, base, trace_file,                            \
                           "A file for every request and answer, with secrets blanked."),          \
         .max = CS_CONNECTION_TEXT_MAX},                                                           \
        {CS_CONNECTION_ROW(                                                                        \
             "trace-rollover", SIZE, trace, base, trace_rollover,                                  \
             "Bytes at which the trace file is renamed, with the time in its name, and "           \
             "a new one started; 0: never."),                                                      \
         .max = CS_SETTING_UNBOUNDED, .fallback = "0"},                                            \
        {CS_CONNECTION_ROW("trace-localtime", FLAG, trace, base, trace_localtime,                  \
                           "Writes times in the trace as local time, not UTC."),                   \
         .fallback = "no"},                                                                        \
    {                                                                                              \
        CS_CONNECTION_ROW(                                                                         \
            "trace-prefix-all", FLAG, trace, base, trace_prefix_all,                               \
            "Puts time and thread before every line of the trace, not only before the "            \
            "first of a record."),                                                                 \
            .fallback = "no"                                                                       \
    }

/* Opens the trace that the settings ask for; NULL if they ask for none. */
enum cs_err cs_connection_trace(const struct cs_connection *connection, const struct cs_log *log,
                                struct cs_trace **ret_trace, struct cs_error *error) CS_MUST_USE;

/* What a client is opened with, but for base_url and the client's own certificate; borrows from the
 * settings. */
struct cs_http_settings cs_connection_http(const struct cs_connection *connection,
                                           struct cs_trace *trace);

#endif
