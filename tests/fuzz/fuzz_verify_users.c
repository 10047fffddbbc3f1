/* SPDX-License-Identifier: Apache-2.0 */
/* Users of a tenant: either refused, or with ids and names that may be sent, and a record that is
 * JSON again. */
#include "tests/fuzz/fuzz_verify.h"

static void look_at(const struct cs_provider_user *user)
{
    static const char *const links[] = {
        "userName", "urn:ietf:params:scim:schemas:extension:ibm:2.0:User:customAttributes.other",
        "urn:ietf:params:scim:schemas:extension:ibm:2.0:user:linkedAccounts.Corp",
        "emails.type eq \"work\" and emails.value", "name.familyName"};
    CS_AUTO(cs_json_free) struct cs_json *document = NULL;
    char text[CS_PROVIDER_NAME_SIZE];

    REQUIRE(cs_verify_is_id(user->id) && user->name[0] != '\0' && user->record != NULL);
    REQUIRE(cs_verify_read_user(user->record, strlen(user->record), user->id, &document, NULL) ==
            CS_OK);
    for (size_t i = 0; i < CS_ARRAY_SIZE(links); i++) {
        struct cs_link link = {0};

        REQUIRE(cs_link_parse(links[i], &link, NULL) == CS_OK);
        if (cs_verify_link(cs_json_root(document), &link, text))
            REQUIRE(text[0] != '\0' && strlen(text) < sizeof text);
    }
    for (int kind = CS_FACTOR_TRANS_EMAILOTP; kind <= CS_FACTOR_TRANS_SMSOTP; kind++) {
        if (cs_verify_address(cs_json_root(document), (enum cs_factor_kind)kind, text))
            REQUIRE(text[0] != '\0' && strlen(text) < sizeof text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CS_AUTO(cs_provider_user_clear) struct cs_provider_user user = {0};
    struct cs_error error = {0};
    enum cs_err result = cs_verify_read_users((const char *)data, size, &user, &error);

    if (result != CS_OK) {
        fuzz_refused(result, &error);
        REQUIRE(!user.found && user.record == NULL);
        return 0;
    }
    REQUIRE(user.found == (user.reason == CS_REASON_NONE));
    if (user.found)
        look_at(&user);
    return 0;
}
