/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/browser.h"

#include "methods/approval.h"
#include "methods/code.h"
#include "methods/steps.h"

_Static_assert(CS_CHALLENGE_URL_SIZE - 1 == CS_URL_COLUMNS, "no address is cut");

bool cs_may_use_browser(const struct cs_method_login *login)
{
    return login->given->options->browser_without_first_factor || cs_is_proven(login);
}

/* Nothing is sent to anybody, so no consent is needed. */
static enum cs_verdict run(struct cs_method_login *login, const struct cs_method *method,
                           const struct cs_listed_factor *factor)
{
    CS_AUTO(cs_open_challenge_end)
    struct cs_open_challenge open = {.login = login, .factor = factor};
    struct cs_error error = {0};
    enum cs_err result;

    if (!cs_may_use_browser(login))
        return cs_refuse_codes(login, CS_REASON_NO_FIRST_FACTOR);
    result = cs_open_challenge_begin(&open, &error);
    return cs_conclude_approval(&open, method, CS_PLACE_BROWSER, result, &error);
}

const struct cs_method cs_method_browser = {
    .name = "browser",
    .kind = CS_FACTOR_BROWSER,
    .menu = CS_TEXT_BROWSER,
    .run = run,
};
