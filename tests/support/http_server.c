/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/support/http_server.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "tests/support/python_child.h"
#include "tests/support/scratch_folder.h"

static char url[128];

static void start_process(struct http_server *server, int *ret_output)
{
    char *const arguments[] = {(char[]){"python3"},      (char[]){"-W"}, (char[]){"ignore"},
                               (char[]){CS_HTTP_SERVER}, server->folder, NULL};

    server->process = python_child_start(arguments, &server->input, ret_output);
}

static void read_ports(struct http_server *server, int output)
{
    size_t used = 0;

    while (used < sizeof server->ports - 1 && strstr(server->ports, "ready\n") == NULL) {
        ssize_t got = read(output, server->ports + used, sizeof server->ports - 1 - used);

        assert_true(got > 0);
        used += (size_t)got;
    }
    assert_non_null(strstr(server->ports, "ready\n"));
}

int http_server_setup(void **state)
{
    struct http_server *server = calloc(1, sizeof *server);
    int output;

    assert_non_null(server);
    scratch_folder_make(server->folder, sizeof server->folder);
    (void)snprintf(server->ca_file, sizeof server->ca_file, "%s/ca.pem", server->folder);
    start_process(server, &output);
    read_ports(server, output);
    close(output);
    *state = server;
    return 0;
}

int http_server_teardown(void **state)
{
    struct http_server *server = *state;

    close(server->input);
    assert_int_equal(waitpid(server->process, NULL, 0), server->process);
    scratch_folder_remove(server->folder);
    free(server);
    return 0;
}

unsigned http_server_port(const struct http_server *server, const char *name)
{
    for (const char *line = server->ports; line != NULL && *line != '\0';) {
        size_t length = strlen(name);

        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            return (unsigned)strtoul(line + length, NULL, 10);
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return 0;
}

const char *http_server_url(struct http_server *server, const char *scheme, const char *host,
                            const char *name)
{
    (void)snprintf(url, sizeof url, "%s://%s:%u", scheme, host, http_server_port(server, name));
    return url;
}

struct cs_http_settings http_server_settings(struct http_server *server, const char *scheme,
                                             const char *name)
{
    return (struct cs_http_settings){
        .base_url = http_server_url(server, scheme, "localhost", name),
        .ca_file = server->ca_file,
        .max_handles = 16,
        .connect_ms = 5000,
        .total_ms = 8000,
    };
}

struct cs_http *http_server_client(struct http_server *server, const char *scheme)
{
    struct cs_http_settings settings = http_server_settings(server, scheme, scheme);
    struct cs_http *http = NULL;

    assert_int_equal(cs_http_new(&settings, &http, NULL), CS_OK);
    return http;
}

struct cs_http_call http_server_call(void)
{
    return (struct cs_http_call){.deadline = cs_clock_ms() + 10000, .cancel_fd = -1};
}

enum cs_err http_server_get(struct cs_http *http, const char *target,
                            struct cs_http_response *ret_response, struct cs_error *error)
{
    const struct cs_http_call call = http_server_call();
    const struct cs_http_request request = {.method = "GET", .target = target, .what = "the test"};

    return cs_http_perform(http, &call, &request, ret_response, error);
}

unsigned http_server_seen(struct http_server *server, const char *name)
{
    CS_AUTO(cs_http_free) struct cs_http *http = http_server_client(server, "http");
    CS_AUTO(cs_http_response_free) struct cs_http_response response = {0};
    char target[64];

    (void)snprintf(target, sizeof target, "/seen/%s/-", name);
    assert_int_equal(http_server_get(http, target, &response, NULL), CS_OK);
    return (unsigned)strtoul(response.body.data, NULL, 10);
}
