/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lines "HEXKEY TIME ALGORITHM DIGITS", prints a code for each; for test_oathtool.py. */
#include <stdio.h>
#include <string.h>

#include "providers/local/totp.h"

int main(void)
{
    char hex[300], algorithm[8];
    long long seconds;
    unsigned digits;

    while (scanf("%299s %lld %7s %u", hex, &seconds, algorithm, &digits) == 4) {
        CS_AUTO(cs_secret_free) struct cs_secret key = {0};
        char bytes[150], code[CS_TOTP_CODE_SIZE];
        size_t length = strlen(hex) / 2;

        for (size_t i = 0; i < length; i++) {
            unsigned value = 0;

            if (sscanf(hex + 2 * i, "%2x", &value) != 1)
                return 1;
            bytes[i] = (char)value;
        }
        if (cs_secret_set(&key, bytes, length) != CS_OK ||
            cs_hotp(&key, algorithm, (uint64_t)cs_totp_step(seconds, 30), digits, code, NULL) !=
                CS_OK)
            return 1;
        (void)printf("%s\n", code);
    }
    return 0;
}
