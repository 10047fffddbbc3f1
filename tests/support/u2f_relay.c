/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of the relay lines, for testing the programs that answer them.
 *
 * usage: u2f-relay enrol APP CHALLENGE             a request to enrol
 *        u2f-relay enrolled APP CHALLENGE ORIGIN   its answer in; handle and public key out, for
 *                                                  FIDO2 the model and the flags too
 *        u2f-relay request APP CHALLENGE HANDLE... a request to log in
 *        u2f-relay verify APP CHALLENGE ORIGIN COUNT PUBLIC-KEY [FLAGS]   its answer in; key and
 *                                                  counter out
 *
 * APP and ORIGIN are texts, CHALLENGE too (at most 32 bytes), HANDLE and PUBLIC-KEY hexadecimal. A
 * HANDLE may also be a flag, "+fido2", "+attestation", "+user=NAME", "+preferred", "+required",
 * "+more", or one for the next handle: "+verify". FLAGS: "+verify", user verification is demanded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/from_hex.h"
#include "u2f/credential.h"
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

static void set_flag(const char *word, struct cs_u2f_request *request, bool *ret_verify)
{
    static const char user[] = "+user=";

    if (strncmp(word, user, sizeof user - 1) == 0)
        (void)snprintf(request->user, sizeof request->user, "%s", word + sizeof user - 1);
    request->fido2 = request->fido2 || strcmp(word, "+fido2") == 0;
    request->attestation = request->attestation || strcmp(word, "+attestation") == 0;
    request->more = request->more || strcmp(word, "+more") == 0;
    if (strcmp(word, "+preferred") == 0)
        request->verification = CS_U2F_PREFERRED;
    if (strcmp(word, "+required") == 0)
        request->verification = CS_U2F_REQUIRED;
    *ret_verify = strcmp(word, "+verify") == 0;
}

static void print_request(int count, char **words, enum cs_u2f_purpose purpose)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer line = {0};
    struct cs_u2f_request request = {.purpose = purpose};
    struct cs_error error = {0};
    bool verify = false;

    read_words(words, &request);
    for (int i = 2; i < count && request.handle_count < CS_U2F_RELAY_HANDLES; i++) {
        struct cs_u2f_handle *handle = &request.handles[request.handle_count];

        if (words[i][0] == '+') {
            set_flag(words[i], &request, &verify);
            continue;
        }
        handle->length = from_hex(words[i], handle->bytes, sizeof handle->bytes);
        handle->must_verify = verify;
        verify = false;
        request.handle_count++;
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

static void read_credential(const struct cs_u2f_enrolled *enrolled, const unsigned char *app,
                            const unsigned char *client)
{
    struct cs_u2f_credential credential;
    struct cs_error error = {0};

    must(cs_u2f_read_credential(enrolled->data, enrolled->length, &credential, &error), &error);
    must(cs_u2f_verify_credential(&credential, app, client, &error), &error);
    print_hex(credential.handle.bytes, credential.handle.length);
    (void)putchar(' ');
    print_hex(credential.public_key.bytes, credential.public_key.length);
    (void)putchar(' ');
    print_hex(credential.aaguid, sizeof credential.aaguid);
    (void)printf(" %02x %s\n", credential.flags,
                 credential.signature == NULL     ? "none"
                 : credential.certificate == NULL ? "self"
                                                  : "packed");
}

static void read_enrolled(char **words)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    char line[CS_U2F_ENROLLED_LINE_MAX + 2];
    struct cs_u2f_enrolled enrolled;
    struct cs_error error = {0};

    hash(CS_U2F_REGISTER, words, app, client);
    read_stdin(line, sizeof line);
    must(cs_u2f_read_enrolled(line, strlen(line), &enrolled, &error), &error);
    if (enrolled.form == CS_U2F_FORM_FIDO2) {
        read_credential(&enrolled, app, client);
        return;
    }
    must(cs_u2f_read_registration(enrolled.data, enrolled.length, &registration, &error), &error);
    must(cs_u2f_verify_registration(&registration, app, client, &error), &error);
    print_hex(registration.handle.bytes, registration.handle.length);
    (void)putchar(' ');
    print_hex(registration.public_key.bytes, registration.public_key.length);
    (void)putchar('\n');
}

static void verify(int count, char **words)
{
    struct cs_u2f_public_key public_key = {.algorithm = CS_U2F_ES256};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_u2f_answer answer = {0};
    struct cs_error error = {0};
    char line[512];

    hash(CS_U2F_AUTHENTICATE, words, app, client);
    public_key.length = from_hex(words[4], public_key.bytes, sizeof public_key.bytes);
    if (public_key.length == CS_U2F_EDDSA_BYTES)
        public_key.algorithm = CS_U2F_EDDSA;
    read_stdin(line, sizeof line);
    must(cs_u2f_read_answer(line, strlen(line), strtoul(words[3], NULL, 10), &answer, &error),
         &error);
    must(cs_u2f_verify_assertion(&public_key, app, client, &answer.assertion,
                                 count > 5 && strcmp(words[5], "+verify") == 0, &error),
         &error);
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
    else if (strcmp(verb, "verify") == 0 && argc >= 7)
        verify(argc - 2, argv + 2);
    else
        return 2;
    return EXIT_SUCCESS;
}
