/* SPDX-License-Identifier: Apache-2.0 */
/* Whether text is shown at once, and how an approval is awaited: by options, service and
 * PAM_SILENT. */
#include "tests/unit/unit.h"

#include "login/policy.h"

struct row {
    char *service;
    bool silent;
    unsigned conversation; /* enum cs_conversation */
    unsigned push_wait;    /* enum cs_push_wait */
    enum cs_profile profile;
    bool live;                      /* wanted */
    enum cs_wait_mode waits, shown; /* wanted */
};

static void test_rows(void **state)
{
    static char su[] = "su", sudo[] = "sudo", sshd[] = "sshd";
    enum { ANY = CS_CONVERSATION_AUTO, LIVE = CS_CONVERSATION_LIVE };
    static const struct row rows[] = {
        {su, false, ANY, CS_PUSH_AUTO, CS_PROFILE_OWN, true, CS_WAIT_LIVE, CS_WAIT_LIVE},
        {sshd, false, ANY, CS_PUSH_AUTO, CS_PROFILE_OWN, false, CS_WAIT_ENTER, CS_WAIT_ENTER},
        {sshd, false, LIVE, CS_PUSH_AUTO, CS_PROFILE_OWN, true, CS_WAIT_LIVE, CS_WAIT_LIVE},
        {sshd, false, ANY, CS_PUSH_LIVE, CS_PROFILE_OWN, false, CS_WAIT_LIVE, CS_WAIT_ENTER},
        {su, false, ANY, CS_PUSH_AUTO, CS_PROFILE_IBM, true, CS_WAIT_SILENT, CS_WAIT_LIVE},
        /* The module shows nothing but prompts. */
        {sudo, true, ANY, CS_PUSH_AUTO, CS_PROFILE_OWN, false, CS_WAIT_ENTER, CS_WAIT_ENTER},
        {sudo, true, LIVE, CS_PUSH_AUTO, CS_PROFILE_OWN, false, CS_WAIT_ENTER, CS_WAIT_ENTER},
        {sudo, true, LIVE, CS_PUSH_LIVE, CS_PROFILE_OWN, false, CS_WAIT_ENTER, CS_WAIT_ENTER},
        {su, true, ANY, CS_PUSH_ENTER, CS_PROFILE_OWN, false, CS_WAIT_ENTER, CS_WAIT_ENTER},
        {sshd, true, LIVE, CS_PUSH_LIVE, CS_PROFILE_OWN, false, CS_WAIT_ENTER, CS_WAIT_ENTER},
        {sudo, true, ANY, CS_PUSH_SILENT, CS_PROFILE_OWN, false, CS_WAIT_SILENT, CS_WAIT_ENTER},
        {sudo, true, ANY, CS_PUSH_AUTO, CS_PROFILE_IBM, false, CS_WAIT_SILENT, CS_WAIT_ENTER},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct row *row = &rows[i];
        struct cs_options options;
        const struct cs_request request = {.service = row->service,
                                           .flags = row->silent ? CS_REQUEST_SILENT : 0};

        cs_options_defaults(row->profile, &options);
        options.conversation = row->conversation;
        options.push_wait = row->push_wait;
        if (cs_policy_live(&options, &request) != row->live ||
            cs_policy_wait_mode(&options, &request) != row->waits ||
            cs_policy_shown_mode(&options, &request) != row->shown)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
