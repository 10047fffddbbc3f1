/* SPDX-License-Identifier: Apache-2.0 */
/* Registration data: whatever is read has all its parts, yields the same data again, and can be
 * verified. */
#include "tests/fuzz/fuzz.h"

#include "base/secret.h"
#include "tests/support/u2f_vectors.h"
#include "u2f/verify.h"

static void require_same(const struct cs_u2f_registration *registration, const uint8_t *data,
                         size_t size)
{
    unsigned char again[CS_U2F_REGISTRATION_MAX] = {5}, *at = again + 1;

    at = mempcpy(at, registration->public_key.bytes, CS_U2F_PUBLIC_KEY_BYTES);
    *at++ = (unsigned char)registration->handle.length;
    at = mempcpy(at, registration->handle.bytes, registration->handle.length);
    at = mempcpy(at, registration->certificate, registration->certificate_length);
    at = mempcpy(at, registration->signature, registration->signature_length);
    REQUIRE((size_t)(at - again) == size && cs_equal_ct(again, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_u2f_registration_free) struct cs_u2f_registration registration = {0};
    unsigned char app[CS_U2F_HASH_BYTES], client[CS_U2F_HASH_BYTES];
    struct cs_error error = {0};

    (void)u2f_unhex(U2F_EXAMPLE_APP_HASH, app);
    (void)u2f_unhex(U2F_EXAMPLE_CLIENT_HASH, client);
    if (cs_u2f_read_registration(data, size, &registration, &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_INPUT && error.text[0] != '\0');
        REQUIRE(registration.certificate == NULL);
        return 0;
    }
    require_same(&registration, data, size);
    REQUIRE(cs_u2f_check_public_key(&registration.public_key, &error) == CS_OK);
    if (cs_u2f_verify_registration(&registration, app, client, &error) != CS_OK)
        REQUIRE(error.code == CS_ERR_INPUT);
    return 0;
}
