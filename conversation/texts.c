#include "conversation/texts.h"

#include <string.h>

#include "base/attributes.h"

/* Marks a text for xgettext, with its context. */
#define C_(context, text) text

/* Everything a login knows about itself may stand in any text; the rest only where it has a value.
 */
#define LOGIN "UHSR"

/*
 * Notes for translators: write "verification code" as your language's usual word for a one-time
 * code, never as a word for password; address people politely; keep every %X; %I is the number of a
 * line, %N a phone number, address or name, %T the number of choices, %C a word or number to
 * compare, %D the name of a device, %L a count of tries. Lines stay below 78 columns. A text that
 * ends in ": " waits for input and keeps that ending.
 */
const struct cs_text_row cs_texts[CS_TEXTS] = {
    [CS_TEXT_OTP_PROMPT] = {"otp_prompt", C_("otp_prompt", "Verification code: "), NULL, NULL,
                            LOGIN "CLND", "", CS_USE_PROMPT},
    [CS_TEXT_OTP_PROMPT_CORRELATION] = {"otp_prompt_correlation",
                                        C_("otp_prompt_correlation", "Verification code for %C: "),
                                        NULL, NULL, LOGIN "CLND", "C", CS_USE_PROMPT},
    [CS_TEXT_CODE_NOT_ACCEPTED] = {"code_not_accepted",
                                   C_("code_not_accepted",
                                      "That code was not accepted. Tries left: %L\n"),
                                   NULL, NULL, LOGIN "L", "L", CS_USE_LINES},
    [CS_TEXT_RECOVERY_LEFT] = {"recovery_left",
                               C_("recovery_left",
                                  "Recovery codes left: %N\nPress Enter to continue: "),
                               NULL, NULL, LOGIN "N", "N", CS_USE_PROMPT},
    [CS_TEXT_PASSWORD_PROMPT] = {"password_prompt", C_("password_prompt", "Password: "), NULL, NULL,
                                 LOGIN "L", "", CS_USE_PROMPT},
    [CS_TEXT_PASSWORD_NOT_ACCEPTED] = {"password_not_accepted",
                                       C_("password_not_accepted",
                                          "That password was not accepted. Tries left: %L\n"),
                                       NULL, NULL, LOGIN "L", "L", CS_USE_LINES},
    [CS_TEXT_CHOICE_START] = {"choice_start",
                              C_("choice_start", "How do you want to confirm that it is you?\n"),
                              "prompt_choice_start", NULL, LOGIN "T", "", CS_USE_LINES},
    [CS_TEXT_CHOICE_END] = {"choice_end", C_("choice_end", "Your choice (1-%T): "),
                            "prompt_choice_end", NULL, LOGIN "TL", "T", CS_USE_PROMPT},
    [CS_TEXT_CHOICE_MORE] = {"choice_more", C_("choice_more", "0) More choices\n"), NULL, NULL,
                             LOGIN "T", "", CS_USE_LINES},
    [CS_TEXT_CHOICE_NOT_UNDERSTOOD] = {"choice_not_understood",
                                       C_("choice_not_understood",
                                          "Type the number of a line. Tries left: %L\n"),
                                       NULL, NULL, LOGIN "LT", "L", CS_USE_LINES},
    [CS_TEXT_TOTP] = {"totp", C_("totp", "%I) Code from the authenticator app\n"), "prompt_totp",
                      NULL, LOGIN "INT", "I", CS_USE_LINES},
    [CS_TEXT_SMS] = {"sms", C_("sms", "%I) Code by text message to %N\n"), "prompt_sms", NULL,
                     LOGIN "INT", "IN", CS_USE_LINES},
    [CS_TEXT_EMAIL] = {"email", C_("email", "%I) Code by email to %N\n"), "prompt_email", NULL,
                       LOGIN "INT", "IN", CS_USE_LINES},
    [CS_TEXT_VOICE] = {"voice", C_("voice", "%I) Code by phone call to %N\n"), "prompt_voice", NULL,
                       LOGIN "INT", "IN", CS_USE_LINES},
    [CS_TEXT_TRANS_SMS] = {"trans_sms",
                           C_("trans_sms", "%I) Code by text message to %N (from the directory)\n"),
                           "prompt_trans_sms", NULL, LOGIN "INT", "IN", CS_USE_LINES},
    [CS_TEXT_TRANS_EMAIL] = {"trans_email",
                             C_("trans_email", "%I) Code by email to %N (from the directory)\n"),
                             "prompt_trans_email", NULL, LOGIN "INT", "IN", CS_USE_LINES},
    [CS_TEXT_DEVICE_PRESENCE] = {"device_presence", C_("device_presence", "%I) Approve on %N\n"),
                                 "prompt_device_presence", NULL, LOGIN "INTD", "IN", CS_USE_LINES},
    [CS_TEXT_DEVICE_BIOMETRIC] = {"device_biometric",
                                  C_("device_biometric", "%I) Fingerprint or face on %N\n"),
                                  "prompt_device_biometric", "prompt_device_biomertic",
                                  LOGIN "INTD", "IN", CS_USE_LINES},
    [CS_TEXT_SENT_SMS] = {"sent_sms", C_("sent_sms", "A text message was sent to %N.\n"), NULL,
                          NULL, LOGIN "N", "N", CS_USE_LINES},
    [CS_TEXT_SENT_EMAIL] = {"sent_email", C_("sent_email", "An email was sent to %N.\n"), NULL,
                            NULL, LOGIN "N", "N", CS_USE_LINES},
    [CS_TEXT_SENT_VOICE] = {"sent_voice", C_("sent_voice", "%N is being called.\n"), NULL, NULL,
                            LOGIN "N", "N", CS_USE_LINES},
    [CS_TEXT_CONSENT_SMS] = {"consent_sms",
                             C_("consent_sms", "Type s to get a code by text message to %N: "),
                             NULL, NULL, LOGIN "N", "N", CS_USE_PROMPT},
    [CS_TEXT_CONSENT_EMAIL] = {"consent_email",
                               C_("consent_email", "Type s to get a code by email to %N: "), NULL,
                               NULL, LOGIN "N", "N", CS_USE_PROMPT},
    [CS_TEXT_CONSENT_VOICE] = {"consent_voice",
                               C_("consent_voice", "Type s to get a code by phone call to %N: "),
                               NULL, NULL, LOGIN "N", "N", CS_USE_PROMPT},
    [CS_TEXT_CONSENT_DEVICE] = {"consent_device",
                                C_("consent_device", "Type s to get a request on %D: "), NULL, NULL,
                                LOGIN "ND", "D", CS_USE_PROMPT},
    [CS_TEXT_DEVICE_PROMPT] = {"device_prompt", C_("device_prompt", "Approve the request on %D."),
                               NULL, NULL, LOGIN "CDN", "D", CS_USE_NOTICE},
    [CS_TEXT_DEVICE_NUMBER] = {"device_number", C_("device_number", "Choose the number %C on %D."),
                               NULL, NULL, LOGIN "CDN", "CD", CS_USE_NOTICE},
    [CS_TEXT_WAIT_ENTER] = {"wait_enter", C_("wait_enter", "Then press Enter here: "), NULL, NULL,
                            LOGIN "CDN", "", CS_USE_PROMPT},
    [CS_TEXT_WAIT_COUNTDOWN] = {"wait_countdown",
                                C_("wait_countdown", "Waiting for your approval: %N s left"), NULL,
                                NULL, LOGIN "CDN", "N", CS_USE_NOTICE},
    [CS_TEXT_WAIT_NOT_YET] = {"wait_not_yet",
                              C_("wait_not_yet", "The request has not been approved yet.\n"), NULL,
                              NULL, LOGIN "CDN", "", CS_USE_LINES},
    [CS_TEXT_WAIT_DENIED] = {"wait_denied", C_("wait_denied", "The request was refused on %D."),
                             NULL, NULL, LOGIN "DN", "D", CS_USE_NOTICE},
    [CS_TEXT_WAIT_EXPIRED] = {"wait_expired",
                              C_("wait_expired", "The request on %D was not approved in time."),
                              NULL, NULL, LOGIN "DN", "D", CS_USE_NOTICE},
    [CS_TEXT_VERIFY_MESSAGE] = {"verify_message",
                                C_("verify_message", "Do you approve the sign-in of %U to %H?"),
                                NULL, NULL, LOGIN "N", "UH", CS_USE_NOTICE},
};

static int has_name(const char *known, const char *name, size_t length)
{
    return known != NULL && strlen(known) == length && memcmp(known, name, length) == 0;
}

enum cs_text cs_text_find(const char *name, size_t length)
{
    for (size_t i = 0; i < CS_TEXTS; i++) {
        const struct cs_text_row *row = &cs_texts[i];

        if (has_name(row->option ? row->option : row->key, name, length) ||
            has_name(row->alias, name, length))
            return (enum cs_text)i;
    }
    return CS_TEXTS;
}
