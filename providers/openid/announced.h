/* SPDX-License-Identifier: Apache-2.0 */
/* What a provider's metadata announce beyond what a login needs (metadata.h): for whoever checks
 * whether a machine and a provider fit together. */
#ifndef CS_PROVIDERS_OPENID_ANNOUNCED_H
#define CS_PROVIDERS_OPENID_ANNOUNCED_H

#include <stdbool.h>

#include "base/strlist.h"
#include "providers/openid/settings.h"

struct cs_openid_announced {
    /* token_endpoint_auth_methods_supported: 1 << enum cs_openid_authentication. Without the member
     * a server has client_secret_basic (Discovery 1.0 section 3). */
    unsigned methods;
    bool says_methods;
    bool client_credentials;  /* among grant_types_supported */
    bool user_code;           /* backchannel_user_code_parameter_supported */
    struct cs_strlist levels; /* acr_values_supported */
};

/* Reads a document that cs_openid_metadata_read accepted. CS_ERR_NOMEM, CS_ERR_INPUT. Release the
 * result with cs_openid_announced_clear. */
enum cs_err cs_openid_announced_read(const char *text, size_t length,
                                     struct cs_openid_announced *ret_announced,
                                     struct cs_error *error) CS_MUST_USE;

void cs_openid_announced_clear(struct cs_openid_announced *announced);

/* "client_secret_basic", ...; static. */
const char *cs_openid_authentication_name(unsigned authentication);

#endif
