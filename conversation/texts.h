/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every text that a person sees during a login: key, English text, which substitutions apply. The
 * key is the gettext context of the translations and the name of the administrator's setting.
 */
#ifndef CS_CONVERSATION_TEXTS_H
#define CS_CONVERSATION_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

enum cs_text {
    CS_TEXT_OTP_PROMPT,
    CS_TEXT_OTP_PROMPT_CORRELATION,
    CS_TEXT_OTP_OR_APPROVE,
    CS_TEXT_IDENTITY_PROMPT,
    CS_TEXT_CODE_NOT_ACCEPTED,
    CS_TEXT_RECOVERY_LEFT,
    CS_TEXT_PASSWORD_PROMPT,
    CS_TEXT_PASSWORD_NOT_ACCEPTED,
    CS_TEXT_TOTP_AND_PASSWORD,
    CS_TEXT_PASSWORD_AND_TOTP,
    CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE,
    CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE,
    CS_TEXT_NOT_ACCEPTED,
    CS_TEXT_NOT_ENROLLED,
    CS_TEXT_SELF_OFF,
    CS_TEXT_SELF_BUSY,
    CS_TEXT_SELF_FACTORS,
    CS_TEXT_SELF_CODES_LEFT,
    CS_TEXT_SELF_REPLACE,
    CS_TEXT_SELF_OTHER_FACTOR,
    CS_TEXT_SELF_NO_FACTOR,
    CS_TEXT_SELF_FULL,
    CS_TEXT_SELF_UNCHANGED,
    CS_TEXT_SELF_CODES,
    CS_TEXT_SELF_ADDED,
    CS_TEXT_SELF_REPLACED,
    CS_TEXT_SELF_LANGUAGE,
    CS_TEXT_LETTER_TITLE,
    CS_TEXT_LETTER_INTRO,
    CS_TEXT_LETTER_SCAN,
    CS_TEXT_LETTER_TYPE,
    CS_TEXT_LETTER_LOGIN,
    CS_TEXT_LETTER_CODES,
    CS_TEXT_LETTER_UNTIL,
    CS_TEXT_LETTER_KEEP,
    CS_TEXT_ENROL_BY,
    CS_TEXT_CHOICE_START,
    CS_TEXT_CHOICE_END,
    CS_TEXT_CHOICE_MORE,
    CS_TEXT_CHOICE_NOT_UNDERSTOOD,
    CS_TEXT_TOTP,
    CS_TEXT_SMS,
    CS_TEXT_EMAIL,
    CS_TEXT_VOICE,
    CS_TEXT_TRANS_SMS,
    CS_TEXT_TRANS_EMAIL,
    CS_TEXT_DEVICE_PRESENCE,
    CS_TEXT_DEVICE_BIOMETRIC,
    CS_TEXT_U2F,
    CS_TEXT_PHONE,
    CS_TEXT_BROWSER,
    CS_TEXT_SENT_SMS,
    CS_TEXT_SENT_EMAIL,
    CS_TEXT_SENT_VOICE,
    CS_TEXT_CONSENT_SMS,
    CS_TEXT_CONSENT_EMAIL,
    CS_TEXT_CONSENT_VOICE,
    CS_TEXT_CONSENT_DEVICE,
    CS_TEXT_CONSENT_PHONE,
    CS_TEXT_CONSENT_WORD,
    CS_TEXT_DEVICE_PROMPT,
    CS_TEXT_DEVICE_NUMBER,
    CS_TEXT_PHONE_PROMPT,
    CS_TEXT_PHONE_WORD,
    CS_TEXT_BROWSER_PROMPT,
    CS_TEXT_USER_CODE_PROMPT,
    CS_TEXT_WAIT_ENTER,
    CS_TEXT_WAIT_COUNTDOWN,
    CS_TEXT_WAIT_NOT_YET,
    CS_TEXT_WAIT_DENIED,
    CS_TEXT_WAIT_EXPIRED,
    CS_TEXT_SIGN_IN_DENIED,
    CS_TEXT_SIGN_IN_EXPIRED,
    CS_TEXT_U2F_PROMPT,
    CS_TEXT_U2F_TOUCH,
    CS_TEXT_U2F_ENTER,
    CS_TEXT_U2F_NO_KEY,
    CS_TEXT_U2F_WITHHELD,
    CS_TEXT_U2F_NO_TOUCH,
    CS_TEXT_U2F_VERIFY,
    CS_TEXT_U2F_MORE,
    CS_TEXT_U2F_PIN,
    CS_TEXT_U2F_PIN_WRONG,
    CS_TEXT_U2F_PIN_RESTS,
    CS_TEXT_U2F_PIN_BLOCKED,
    CS_TEXT_U2F_PIN_KEPT,
    CS_TEXT_U2F_PIN_STALE,
    CS_TEXT_U2F_CANNOT_VERIFY,
    CS_TEXT_VERIFY_MESSAGE,
    CS_TEXT_SELF_ENROLL_TICKET,
    CS_TEXT_SELF_ENROLL_SCAN,
    CS_TEXT_SELF_ENROLL_KEY,
    CS_TEXT_SELF_ENROLL_CODES,
    CS_TEXT_SELF_ENROLL_DONE,
    CS_TEXT_MAIL_SUBJECT,
    CS_TEXT_MAIL_ENROLLED,
    CS_TEXT_MAIL_ADDED,
    CS_TEXT_MAIL_REPLACED,
    CS_TEXT_MAIL_REMOVED,
    CS_TEXT_MAIL_RECOVERY,
    CS_TEXT_MAIL_TIME,
    CS_TEXT_MAIL_SERVICE,
    CS_TEXT_MAIL_ADDRESS,
    CS_TEXT_MAIL_NOT_YOU,
    CS_TEXTS
};

/* How a text is used, which determines its form. */
enum cs_text_use {
    CS_USE_PROMPT, /* ends a prompt: no newline at its end */
    CS_USE_LINES,  /* comes before a prompt or in a menu: ends in a newline */
    CS_USE_NOTICE, /* informational, or shown elsewhere: no newline at its end */
};

struct cs_text_row {
    const char *key;
    const char *english;
    const char *substitutions; /* letters that may follow % */
    const char *required;      /* letters that every translation must keep */
    enum cs_text_use use;
    bool counted; /* it says a number: `english` is the form for one, and after its NUL comes that
                     for all others */
};

extern const struct cs_text_row cs_texts[CS_TEXTS];

#endif
