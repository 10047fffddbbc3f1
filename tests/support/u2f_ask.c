/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's side of countersign-u2f-host (u2f/host_client.h), for tests.
 *
 * usage: u2f-ask SOCKET MILLISECONDS register|authenticate [HANDLE...]   hexadecimal
 *
 * Prints the result of registering, or which handle signed and the counter. Exit status 0, or the
 * number of the error with its sentence on standard error. The end of standard input cancels.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/from_hex.h"
#include "u2f/host_client.h"

int main(int argc, char **argv)
{
    struct cs_u2f_host_request request = {.purpose = CS_U2F_AUTHENTICATE};
    struct cs_u2f_host_answer answer = {0};
    struct cs_error error = {0};
    enum cs_err result;

    if (argc < 4)
        return 64;
    request.milliseconds = (uint32_t)strtoul(argv[2], NULL, 10);
    if (strcmp(argv[3], "register") == 0)
        request.purpose = CS_U2F_REGISTER;
    for (int i = 4; i < argc && request.handle_count < CS_U2F_RELAY_HANDLES; i++) {
        struct cs_u2f_handle *handle = &request.handles[request.handle_count++];

        handle->length = from_hex(argv[i], handle->bytes, sizeof handle->bytes);
    }
    result = cs_u2f_host_ask(argv[1], &request, INT64_MAX, STDIN_FILENO, &answer, &error);
    if (result != CS_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        return (int)result;
    }
    if (request.purpose == CS_U2F_AUTHENTICATE)
        (void)printf("%zu %u\n", answer.answer.key, (unsigned)answer.answer.assertion.counter);
    for (size_t i = 0; i < answer.length; i++)
        (void)printf("%02x", answer.data[i]);
    return EXIT_SUCCESS;
}
