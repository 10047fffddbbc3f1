#include "providers/local/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static const EVP_MD *digest_of(const char *algorithm)
{
    static const struct {
        const char *name;
        const EVP_MD *(*digest)(void);
    } algorithms[] = {{"sha1", EVP_sha1}, {"sha256", EVP_sha256}, {"sha512", EVP_sha512}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(algorithms); i++) {
        if (strcmp(algorithms[i].name, algorithm) == 0)
            return algorithms[i].digest();
    }
    return NULL;
}

bool cs_totp_algorithm(const char *algorithm)
{
    return digest_of(algorithm) != NULL;
}

/* Dynamic truncation, RFC 4226 section 5.3: 31 bits at the offset that the last nibble names. */
static uint32_t truncate_mac(const unsigned char *mac, unsigned length)
{
    const unsigned char *bytes = mac + (mac[length - 1] & 0x0f);

    return (uint32_t)(bytes[0] & 0x7f) << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
           bytes[3];
}

enum cs_err cs_hotp(const struct cs_secret *key, const char *algorithm, uint64_t counter,
                    unsigned digits, char ret_code[CS_TOTP_CODE_SIZE], struct cs_error *error)
{
    unsigned char message[8], mac[EVP_MAX_MD_SIZE];
    const EVP_MD *digest = digest_of(algorithm);
    unsigned length = 0;
    uint32_t value;

    if (digest == NULL || digits < CS_TOTP_DIGITS_MIN || digits > CS_TOTP_DIGITS_MAX)
        return cs_fail(error, CS_ERR_INPUT, "no TOTP with %s and %u digits", algorithm, digits);
    for (unsigned i = 0; i < sizeof message; i++)
        message[i] = (unsigned char)(counter >> (56 - 8 * i));
    if (HMAC(digest, key->data, (int)key->length, message, sizeof message, mac, &length) == NULL)
        return cs_fail(error, CS_ERR_CRYPTO, "HMAC with %s is not available", algorithm);
    value = truncate_mac(mac, length);
    ret_code[digits] = '\0';
    for (unsigned i = digits; i > 0; i--, value /= 10)
        ret_code[i - 1] = (char)('0' + value % 10);
    cs_wipe(mac, sizeof mac);
    return CS_OK;
}

int64_t cs_totp_step(int64_t seconds, unsigned period)
{
    return seconds < 0 ? 0 : seconds / period;
}

enum cs_err cs_totp_search(const struct cs_factor *factor, const struct cs_secret *code,
                           int64_t center, unsigned window, struct cs_totp_match *ret_match,
                           struct cs_error *error)
{
    bool length_fits = code->length == factor->digits;
    char typed[CS_TOTP_CODE_SIZE] = {0};

    if (length_fits)
        memcpy(typed, code->data, factor->digits);
    for (int64_t step = center - window; step <= center + window; step++) {
        char expected[CS_TOTP_CODE_SIZE];
        enum cs_err result =
            cs_hotp(&factor->secret, factor->algorithm, (uint64_t)(step < 0 ? 0 : step),
                    factor->digits, expected, error);

        if (result != CS_OK)
            return result;
        if (cs_equal_ct(typed, expected, factor->digits) && length_fits && step >= 0)
            *ret_match = (struct cs_totp_match){true, step};
    }
    cs_wipe(typed, sizeof typed);
    return CS_OK;
}
