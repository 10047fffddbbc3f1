/* SPDX-License-Identifier: Apache-2.0 */
/* New FIDO2 credentials: whatever is read has all its parts, within the data, and can be
 * verified. */
#include "tests/fuzz/fuzz.h"

#include "base/secret.h"
#include "u2f/credential.h"
#include "u2f/verify.h"

static void require_within(const unsigned char *part, size_t length, const uint8_t *data,
                           size_t size)
{
    REQUIRE(part >= data && length <= size && part + length <= data + size);
}

/* The client data do not matter: no search finds a signature. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char client[CS_U2F_HASH_BYTES] = "client";
    struct cs_u2f_credential credential;
    struct cs_error error = {0};

    if (cs_u2f_read_credential(data, size, &credential, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_INPUT && error.text[0] != '\0');
        return 0;
    }
    REQUIRE(credential.handle.length >= 1 && credential.handle.length <= CS_U2F_HANDLE_MAX);
    REQUIRE(cs_u2f_check_public_key(&credential.public_key, &error) == CS_OK);
    require_within(credential.authenticator_data, credential.authenticator_length, data, size);
    if (credential.signature != NULL)
        require_within(credential.signature, credential.signature_length, data, size);
    if (credential.certificate != NULL)
        REQUIRE(credential.certificate + credential.certificate_length == data + size);
    else if (credential.signature != NULL)
        REQUIRE(credential.signature + credential.signature_length == data + size);
    if (cs_u2f_verify_credential(&credential, credential.app_hash, client, &error) != CS_OK)
        REQUIRE(error.code == CS_ERR_INPUT);
    return 0;
}
