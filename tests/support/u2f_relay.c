/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of the relay lines, for testing the programs that answer them.
 *
 * usage: u2f-relay enrol APP CHALLENGE             a request to enrol
 *        u2f-relay enrolled APP CHALLENGE ORIGIN   its answer in; handle and public key out
 *        u2f-relay request APP CHALLENGE HANDLE... a request to log in
 *        u2f-relay verify APP CHALLENGE ORIGIN COUNT PUBLIC-KEY   its answer in; key and counter
 * out
 *
 * APP and ORIGIN are texts, CHALLENGE too (at most 32 bytes), HANDLE and PUBLIC-KEY hexadecimal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/from_hex.h"
#include "u2f/relay.h"
#include "u2f/verify.h"

static void must(enum cs_err result, const struct cs_error *error)
{
    if (result == CS_OK)
        return;
    (void)fprintf(stderr, "u2f-relay: %s\n", error->text);
    exit(EXIT_FAILURE);
}

static void print_hex(const unsigned char *data, size_t length)
{
    for (size_t i = 0; i < length; i++)
        (void)printf("%02x", data[i]);
}

static void read_stdin(char *line, size_t size)
{
    if (fgets(line, (int)size, stdin) == NULL)
        line[0] = '\0';
}

static void read_words(char **words, struct cs_u2f_request *request)
{
    (void)snprintf(request->app_id, sizeof request->app_id, "%s", words[0]);
    memcpy(request->challenge, words[1], strnlen(words[1], sizeof request->challenge));
}

static void print_request(int count, char **words, enum cs_u2f_purpose purpose)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_u2f_request request = {.purpose = purpose};
    struct cs_error error = {0};

    read_words(words, &request);
    for (int i = 2; i < count && request.handle_count < CS_U2F_RELAY_HANDLES; i++) {
        struct cs_u2f_handle *handle = &request.handles[request.handle_count++];

        handle->length = from_hex(words[i], handle->bytes, sizeof handle->bytes);
    }
    must(cs_u2f_write_request(&request, &line, &error), &error);
    (void)puts(line.text);
}

static void hash(enum cs_u2f_purpose purpose, char **words, unsigned char *ret_app,
                 unsigned char *ret_client)
{
    struct cs_u2f_request request = {0};
    struct cs_error error = {0};

    read_words(words, &request);
    must(cs_u2f_app_hash(request.app_id, ret_app, &error), &error);
    must(cs_u2f_client_hash(purpose, request.challenge, words[2], ret_client, &error), &error);
}

static void read_enrolled(char **words)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    unsigned char data[CS_U2F_REGISTRATION_MAX], app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    char line[CS_U2F_ENROLLED_LINE_MAX + 2];
    struct cs_error error = {0};
    size_t length = 0;

    hash(CS_U2F_REGISTER, words, app, client);
    read_stdin(line, sizeof line);
    must(cs_u2f_read_enrolled(line, strlen(line), data, &length, &error), &error);
    must(cs_u2f_read_registration(data, length, &registration, &error), &error);
    must(cs_u2f_verify_registration(&registration, app, client, &error), &error);
    print_hex(registration.handle.bytes, registration.handle.length);
    (void)putchar(' ');
    print_hex(registration.public_key, sizeof registration.public_key);
    (void)putchar('\n');
}

static void verify(char **words)
{
    unsigned char public_key[CS_U2F_PUBLIC_KEY_BYTES] = {0};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_answer answer = {0};
    struct cs_error error = {0};
    char line[512];

    hash(CS_U2F_AUTHENTICATE, words, app, client);
    (void)from_hex(words[4], public_key, sizeof public_key);
    read_stdin(line, sizeof line);
    must(cs_u2f_read_answer(line, strlen(line), strtoul(words[3], NULL, 10), &answer, &error),
         &error);
    must(cs_u2f_verify_assertion(public_key, app, client, &answer.assertion, &error), &error);
    (void)printf("%zu %u\n", answer.key, (unsigned)answer.assertion.counter);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 3 ? argv[1] : "";

    if (strcmp(verb, "enrol") == 0)
        print_request(argc - 2, argv + 2, CS_U2F_REGISTER);
    else if (strcmp(verb, "request") == 0)
        print_request(argc - 2, argv + 2, CS_U2F_AUTHENTICATE);
    else if (strcmp(verb, "enrolled") == 0 && argc == 5)
        read_enrolled(argv + 2);
    else if (strcmp(verb, "verify") == 0 && argc == 7)
        verify(argv + 2);
    else
        return 2;
    return EXIT_SUCCESS;
}
