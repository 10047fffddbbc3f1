/* SPDX-License-Identifier: Apache-2.0 */
/* Client addresses: what is accepted is canonical, and its network too. */
#include "tests/fuzz/fuzz.h"

#include "base/address.h"
#include "base/strlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_string_free) char *text = fuzz_text(data, size);
    char address[CS_ADDRESS_MAX], again[CS_ADDRESS_MAX], client[CS_ADDRESS_MAX];

    if (!cs_address_parse(text, address)) {
        REQUIRE(address[0] == '\0');
        return 0;
    }
    REQUIRE(cs_address_parse(address, again) && strcmp(address, again) == 0);
    REQUIRE(strspn(address, "0123456789abcdef.:") == strlen(address));
    cs_address_client(address, client);
    REQUIRE(strchr(address, ':') ? strcmp(client + strlen(client) - 3, "/64") == 0
                                 : strcmp(client, address) == 0);
    return 0;
}
