/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broker's side of countersign-u2f-host (u2f/host_client.h), for tests.
 *
 * usage: u2f-ask SOCKET MILLISECONDS register|authenticate [HANDLE...]   hexadecimal
 *
 * A HANDLE may also be "+fido2", "+required", "+preferred" or "+pin=TEXT".
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

static void set_flag(const char *word, struct cs_u2f_host_request *request)
{
    static const char pin[] = "+pin=";

    request->fido2 = request->fido2 || strcmp(word, "+fido2") == 0;
    if (strcmp(word, "+preferred") == 0)
        request->verification = CS_U2F_PREFERRED;
    if (strcmp(word, "+required") == 0)
        request->verification = CS_U2F_REQUIRED;
    if (strncmp(word, pin, sizeof pin - 1) == 0 &&
        cs_secret_set(&request->pin, word + sizeof pin - 1, strlen(word) + 1 - sizeof pin) != CS_OK)
        abort();
}

int main(int argc, char **argv)
{
    CS_AUTO(cs_u2f_host_clear_request)
    struct cs_u2f_host_request request = {.purpose = CS_U2F_AUTHENTICATE, .app_id = "pam://host"};
    struct cs_u2f_host_answer answer = {0};
    struct cs_error error = {0};
    enum cs_err result;

    if (argc < 4)
        return 64;
    request.milliseconds = (uint32_t)strtoul(argv[2], NULL, 10);
    if (strcmp(argv[3], "register") == 0)
        request.purpose = CS_U2F_REGISTER;
    for (int i = 4; i < argc && request.handle_count < CS_U2F_RELAY_HANDLES; i++) {
        struct cs_u2f_handle *handle = &request.handles[request.handle_count];

        if (argv[i][0] == '+') {
            set_flag(argv[i], &request);
            continue;
        }
        handle->length = from_hex(argv[i], handle->bytes, sizeof handle->bytes);
        request.handle_count++;
    }
    result = cs_u2f_host_ask(argv[1], &request, INT64_MAX, STDIN_FILENO, &answer, &error);
    if (result != CS_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        if (result == CS_ERR_CANNOT_ASK)
            (void)printf("%s %d\n", answer.pin == CS_U2F_PIN_WRONG ? "wrong" : "ask",
                         answer.tries_left);
        return (int)result;
    }
    if (request.purpose == CS_U2F_AUTHENTICATE)
        (void)printf("%zu %u\n", answer.answer.key, (unsigned)answer.answer.assertion.counter);
    if (answer.enrolled.length > 0)
        (void)printf("%02x", (unsigned)answer.enrolled.form);
    for (size_t i = 0; i < answer.enrolled.length; i++)
        (void)printf("%02x", answer.enrolled.data[i]);
    return EXIT_SUCCESS;
}
