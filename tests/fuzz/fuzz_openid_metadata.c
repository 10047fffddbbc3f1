/* SPDX-License-Identifier: Apache-2.0 */
/* What a provider says of itself. Only documents of this issuer are of use. */
#include "tests/fuzz/fuzz.h"

#include "net/url.h"
#include "providers/openid/jose.h"
#include "providers/openid/metadata.h"

#define ISSUER "https://id.example.com"

static void require_url(const char *text, bool needed)
{
    CS_AUTO(cs_url_free) struct cs_url url = {0};

    REQUIRE(text != NULL || !needed);
    REQUIRE(text == NULL || cs_url_split(text, &url, NULL) == CS_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_openid_metadata_clear) struct cs_openid_metadata metadata = {0};
    struct cs_error error = {0};

    if (cs_openid_metadata_read((const char *)data, size, ISSUER, size % 2 == 0, &metadata,
                                &error) != CS_OK) {
        REQUIRE(error.code == CS_ERR_CONFIG || error.code == CS_ERR_UNAVAILABLE);
        REQUIRE(error.text[0] != '\0');
        REQUIRE(metadata.token_endpoint == NULL && metadata.ciba_endpoint == NULL);
        return 0;
    }
    require_url(metadata.token_endpoint, true);
    require_url(metadata.jwks_uri, true);
    require_url(metadata.ciba_endpoint, false);
    require_url(metadata.device_endpoint, false);
    require_url(metadata.userinfo_endpoint, false);
    REQUIRE((metadata.algorithms & ~(unsigned)CS_JOSE_ALL) == 0);
    return 0;
}
