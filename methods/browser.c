/* SPDX-License-Identifier: Apache-2.0 */
#include "methods/browser.h"

#include <syslog.h>

#include "conversation/qr.h"
#include "methods/approval.h"
#include "methods/code.h"
#include "methods/steps.h"

enum { QR_LINES_MAX = 23 }; /* a screen has 24 */

_Static_assert(CS_CHALLENGE_URL_SIZE - 1 == CS_URL_COLUMNS, "no address is cut");

bool cs_may_use_browser(const struct cs_method_login *login)
{
    return login->given->options->browser_without_first_factor || cs_is_proven(login);
}

/* The page as a code to scan, above the prompt that says the same in words. It is as high as a
 * screen at most; text is sent in one piece, since some servers delay every piece. */
static enum cs_err show_code(struct cs_method_login *login, const struct cs_challenge *challenge,
                             struct cs_error *error)
{
    const struct cs_method_given *given = login->given;
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    enum cs_qr_blocks blocks =
        given->options->browser_qr == CS_BROWSER_QR_DARK_GROUND ? CS_QR_LIGHT : CS_QR_DARK;

    if (given->options->browser_qr == CS_BROWSER_QR_NO || given->book->ascii ||
        challenge->scan[0] == '\0')
        return CS_OK;
    cs_buffer_text(&text, "\n"); /* ssh writes the user and host before the first line */
    if (!cs_qr_add(&text, challenge->scan, blocks, QR_LINES_MAX)) {
        cs_log(given->log, LOG_INFO, "the page's address is too long for a QR code");
        return CS_OK;
    }
    text.text[text.length - 1] = '\0'; /* the application ends the line */
    return cs_tell_apart(given->channel, text.text, error);
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
    if (result == CS_OK)
        result = show_code(login, &open.challenge, &error);
    return cs_conclude_approval(&open, method, CS_PLACE_BROWSER, result, &error);
}

const struct cs_method cs_method_browser = {
    .name = "browser",
    .kind = CS_FACTOR_BROWSER,
    .menu = CS_TEXT_BROWSER,
    .run = run,
};
