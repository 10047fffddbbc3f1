/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/texts.h"

/* A row. scripts/update-translations gives xgettext the key as the context, the text, and the
 * comment on the lines directly before it, if the text begins on the first line of the row. */
#define TEXT(english, key, name, substitutions, required, use)                                     \
    [name] = {key, english, substitutions, required, use, false}

/* One that says a number: the form for one, and that for all others. */
#define FORMS(one, others, key, name, substitutions, required, use)                                \
    [name] = {key, one "\0" others, substitutions, required, use, true}

/* A login's own values may be used in any text; the others only where they have a value. */
#define LOGIN "UHSR"

const struct cs_text_row cs_texts[CS_TEXTS] = {
    /* Translators: For all texts: write "verification code" as your language's usual word
     * for a one-time code, never as a word for password. Address people politely. Keep every
     * %X that the note names. A text that ends in ": " waits for input and keeps that
     * ending; one that ends in a newline keeps it. Lines stay below 78 columns, and the
     * first one below 55, because ssh writes "(alice@host.example.com) " before it; break it
     * with a newline where it is longer. Apart from that the order of words is yours. */
    TEXT("Verification code: ", "otp_prompt", CS_TEXT_OTP_PROMPT, LOGIN "CLND", "", CS_USE_PROMPT),
    /* Translators: The message reads "6439-123456": %C is 6439, and the code follows the
     * dash. Typing all of it works, too. */
    TEXT("Verification code (after %C-): ", "otp_prompt_correlation",
         CS_TEXT_OTP_PROMPT_CORRELATION, LOGIN "CLND", "C", CS_USE_PROMPT),
    /* Translators: Who types no code gets a request on the phone. */
    TEXT("Verification code,\nor just Enter to approve on your phone: ", "otp_or_approve",
         CS_TEXT_OTP_OR_APPROVE, LOGIN "CLND", "", CS_USE_PROMPT),
    /* Translators: By which the user is known at the service that checks the login; it may
     * differ from the name of the account. */
    TEXT("Your ID (email or user name), or just Enter: ", "identity_prompt",
         CS_TEXT_IDENTITY_PROMPT, LOGIN, "", CS_USE_PROMPT),
    /* Translators: %L: how many tries are left. The same in all texts that have it. */
    TEXT("That code was not accepted. Tries left: %L\n", "code_not_accepted",
         CS_TEXT_CODE_NOT_ACCEPTED, LOGIN "L", "L", CS_USE_LINES),
    /* Translators: %N: how many recovery codes are left. */
    TEXT("Recovery codes left: %N\nPress Enter to continue: ", "recovery_left",
         CS_TEXT_RECOVERY_LEFT, LOGIN "N", "N", CS_USE_PROMPT),
    TEXT("Password: ", "password_prompt", CS_TEXT_PASSWORD_PROMPT, LOGIN "L", "", CS_USE_PROMPT),
    TEXT("That password was not accepted. Tries left: %L\n", "password_not_accepted",
         CS_TEXT_PASSWORD_NOT_ACCEPTED, LOGIN "L", "L", CS_USE_LINES),
    /* Translators: Both go into one line, in the order of the text in brackets. %P: the
     * character between them; write no blank beside it. */
    TEXT("Verification code and password (code%Ppassword): ", "totp_and_password",
         CS_TEXT_TOTP_AND_PASSWORD, LOGIN "LP", "P", CS_USE_PROMPT),
    /* Translators: As before, in the other order. */
    TEXT("Password and verification code (password%Pcode): ", "password_and_totp",
         CS_TEXT_PASSWORD_AND_TOTP, LOGIN "LP", "P", CS_USE_PROMPT),
    /* Translators: Who types only the password gets a request on the device. The second line
     * as above. */
    TEXT("Password alone, to approve on your device,\nor code and password (code%Ppassword): ",
         "totp_and_password_or_device", CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE, LOGIN "LP", "P",
         CS_USE_PROMPT),
    TEXT("Password alone, to approve on your device,\nor password and code (password%Pcode): ",
         "password_and_totp_or_device", CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE, LOGIN "LP", "P",
         CS_USE_PROMPT),
    /* Translators: After a wrong line of password and code, and after a security key that
     * did not fit: not "what you typed". */
    TEXT("Your answer was not accepted. Tries left: %L\n", "not_accepted", CS_TEXT_NOT_ACCEPTED,
         LOGIN "L", "L", CS_USE_LINES),
    TEXT("No second factor is set up for you.\nContact your administrator.", "not_enrolled",
         CS_TEXT_NOT_ENROLLED, LOGIN, "", CS_USE_NOTICE),
    /* Translators: From here to "self_language": what 'countersign self' tells people who look
     * after their own second factors, without an administrator. */
    TEXT("You may not change your second factors yourself here.\nContact your administrator.",
         "self_off", CS_TEXT_SELF_OFF, LOGIN, "", CS_USE_NOTICE),
    TEXT("Another 'countersign self' of yours is still running.\n"
         "End it first, or wait a few minutes.",
         "self_busy", CS_TEXT_SELF_BUSY, LOGIN, "", CS_USE_NOTICE),
    /* Translators: Above a table with these columns. */
    TEXT("Your second factors\n(number, kind, since, last used, name):\n", "self_factors",
         CS_TEXT_SELF_FACTORS, LOGIN, "", CS_USE_LINES),
    TEXT("Recovery codes left: %N", "self_codes_left", CS_TEXT_SELF_CODES_LEFT, LOGIN "N", "N",
         CS_USE_NOTICE),
    TEXT("To replace a factor, confirm with a code\nof that very factor.", "self_replace",
         CS_TEXT_SELF_REPLACE, LOGIN, "", CS_USE_NOTICE),
    TEXT("That was no code of the factor to be replaced.\nNothing was changed.",
         "self_other_factor", CS_TEXT_SELF_OTHER_FACTOR, LOGIN, "", CS_USE_NOTICE),
    TEXT("You have no app or device of that number.\nNothing was changed.", "self_no_factor",
         CS_TEXT_SELF_NO_FACTOR, LOGIN, "", CS_USE_NOTICE),
    TEXT("You have as many factors as possible:\nreplace one of them.", "self_full",
         CS_TEXT_SELF_FULL, LOGIN, "", CS_USE_NOTICE),
    TEXT("Nothing was changed.", "self_unchanged", CS_TEXT_SELF_UNCHANGED, LOGIN, "",
         CS_USE_NOTICE),
    /* Translators: A list of codes follows. */
    TEXT("Your new recovery codes; earlier ones are void.\n"
         "Each is good once in place of a verification code;\n"
         "keep them in a safe place:\n",
         "self_codes", CS_TEXT_SELF_CODES, LOGIN, "", CS_USE_LINES),
    TEXT("The new factor is set up.", "self_added", CS_TEXT_SELF_ADDED, LOGIN, "", CS_USE_NOTICE),
    TEXT("The new factor is set up,\nand the old one is not accepted any more.", "self_replaced",
         CS_TEXT_SELF_REPLACED, LOGIN, "", CS_USE_NOTICE),
    /* Translators: The first text that somebody sees after choosing your language. */
    TEXT("From now on you are addressed in this language.", "self_language", CS_TEXT_SELF_LANGUAGE,
         LOGIN, "", CS_USE_NOTICE),
    /* Translators: From here to "letter_keep": a printed letter by which somebody gets the
     * second factor. %H: the machine, %U: the name of the account there. This is its title. */
    TEXT("Your second factor for %H", "letter_title", CS_TEXT_LETTER_TITLE, LOGIN, "H",
         CS_USE_NOTICE),
    TEXT("Signing in to %H as %U takes a verification code, too.", "letter_intro",
         CS_TEXT_LETTER_INTRO, LOGIN, "HU", CS_USE_NOTICE),
    /* Translators: An authenticator app is what app stores call it. */
    TEXT("Install an authenticator app on your phone,\nand scan this QR code with it.",
         "letter_scan", CS_TEXT_LETTER_SCAN, LOGIN, "", CS_USE_NOTICE),
    TEXT("If you cannot scan it, type this secret into the app:", "letter_type",
         CS_TEXT_LETTER_TYPE, LOGIN, "", CS_USE_NOTICE),
    TEXT("When you sign in, type the code that the app shows then.", "letter_login",
         CS_TEXT_LETTER_LOGIN, LOGIN, "", CS_USE_NOTICE),
    /* Translators: A list of codes follows. */
    TEXT("Recovery codes, for when you do not have the phone:\n"
         "each is good once, in place of a code from the app. Keep them apart from it.",
         "letter_codes", CS_TEXT_LETTER_CODES, LOGIN, "", CS_USE_NOTICE),
    /* Translators: %N: a date, as in 2027-01-31. */
    TEXT("Do this by %N.", "letter_until", CS_TEXT_LETTER_UNTIL, LOGIN "N", "N", CS_USE_NOTICE),
    TEXT("This letter is for you alone: whoever has it can make your codes.\n"
         "Once the app shows codes, destroy the QR code and the secret.",
         "letter_keep", CS_TEXT_LETTER_KEEP, LOGIN, "", CS_USE_NOTICE),
    /* Translators: %N: a number of days, this one among them; %E: the last of them, such as
     * 2027-01-31. What a user without a second factor sees at each login until then. */
    FORMS("No second factor is set up for you yet.\n"
          "You can log in without one for %N more day (until %E).\n"
          "Contact your administrator.\nPress Enter to continue: ",
          "No second factor is set up for you yet.\n"
          "You can log in without one for %N more days (until %E).\n"
          "Contact your administrator.\nPress Enter to continue: ",
          "enrol_by_notice", CS_TEXT_ENROL_BY, LOGIN "NE", "NE", CS_USE_PROMPT),
    /* Translators: The line above a menu. */
    TEXT("How do you want to confirm that it is you?\n", "choice_start", CS_TEXT_CHOICE_START,
         LOGIN "T", "", CS_USE_LINES),
    /* Translators: The line below a menu. %T: the number of its last choice. */
    TEXT("Your choice (1-%T): ", "choice_end", CS_TEXT_CHOICE_END, LOGIN "TL", "T", CS_USE_PROMPT),
    /* Translators: In a menu of several pages; on the last page it leads back to the first. */
    TEXT("0) Other choices\n", "choice_more", CS_TEXT_CHOICE_MORE, LOGIN "T", "", CS_USE_LINES),
    /* Translators: Above the menu. %T as there. */
    TEXT("Type a number from 1 to %T. Tries left: %L\n", "choice_not_understood",
         CS_TEXT_CHOICE_NOT_UNDERSTOOD, LOGIN "LT", "L", CS_USE_LINES),
    /* Translators: A line of a menu. %I: its number. The same in all texts that have it. */
    TEXT("%I) Code from the authenticator app\n", "totp", CS_TEXT_TOTP, LOGIN "INT", "I",
         CS_USE_LINES),
    /* Translators: %N: a phone number. */
    TEXT("%I) Code by text message to %N\n", "sms", CS_TEXT_SMS, LOGIN "INT", "IN", CS_USE_LINES),
    /* Translators: %N: an address. */
    TEXT("%I) Code by email to %N\n", "email", CS_TEXT_EMAIL, LOGIN "INT", "IN", CS_USE_LINES),
    /* Translators: %N: a phone number. */
    TEXT("%I) Code by phone call to %N\n", "voice", CS_TEXT_VOICE, LOGIN "INT", "IN", CS_USE_LINES),
    /* Translators: %N: a phone number that stands in the user's entry of a directory of
     * people; no directory of files. */
    TEXT("%I) Code by text message to %N (from your profile)\n", "trans_sms", CS_TEXT_TRANS_SMS,
         LOGIN "INT", "IN", CS_USE_LINES),
    /* Translators: %N: an address that stands there. */
    TEXT("%I) Code by email to %N (from your profile)\n", "trans_email", CS_TEXT_TRANS_EMAIL,
         LOGIN "INT", "IN", CS_USE_LINES),
    /* Translators: %N: the name of a device, such as "Phone". */
    TEXT("%I) Approve on %N\n", "device_presence", CS_TEXT_DEVICE_PRESENCE, LOGIN "INTD", "IN",
         CS_USE_LINES),
    /* Translators: %N: the name of a device. What it recognises: a finger or a face. */
    TEXT("%I) Fingerprint or face on %N\n", "device_biometric", CS_TEXT_DEVICE_BIOMETRIC,
         LOGIN "INTD", "IN", CS_USE_LINES),
    TEXT("%I) Security key\n", "u2f", CS_TEXT_U2F, LOGIN "INT", "I", CS_USE_LINES),
    TEXT("%I) Approve on your phone\n", "phone", CS_TEXT_PHONE, LOGIN "INT", "I", CS_USE_LINES),
    /* Translators: A web browser, on whatever device. */
    TEXT("%I) Sign in with a browser\n", "browser", CS_TEXT_BROWSER, LOGIN "INT", "I",
         CS_USE_LINES),
    /* Translators: %N: a phone number. */
    TEXT("A text message was sent to %N.\n", "sent_sms", CS_TEXT_SENT_SMS, LOGIN "N", "N",
         CS_USE_LINES),
    /* Translators: %N: an address. */
    TEXT("An email was sent to %N.\n", "sent_email", CS_TEXT_SENT_EMAIL, LOGIN "N", "N",
         CS_USE_LINES),
    /* Translators: %N: a phone number, which is being called. */
    TEXT("Calling %N now.\n", "sent_voice", CS_TEXT_SENT_VOICE, LOGIN "N", "N", CS_USE_LINES),
    /* Translators: Nothing is sent before the user asks for it. The letter s counts in every
     * language, and so does the digit 1: write 1 where keyboards have no s. %N: a phone
     * number. */
    TEXT("Type s to send a code by text message to %N: ", "consent_sms", CS_TEXT_CONSENT_SMS,
         LOGIN "N", "N", CS_USE_PROMPT),
    /* Translators: %N: an address. */
    TEXT("Type s to send a code by email to %N: ", "consent_email", CS_TEXT_CONSENT_EMAIL,
         LOGIN "N", "N", CS_USE_PROMPT),
    /* Translators: %N: a phone number. */
    TEXT("Type s to send a code by phone call to %N: ", "consent_voice", CS_TEXT_CONSENT_VOICE,
         LOGIN "N", "N", CS_USE_PROMPT),
    /* Translators: %D: the name of a device. The same in all texts that have it. */
    TEXT("Type s to send an approval request to %D: ", "consent_device", CS_TEXT_CONSENT_DEVICE,
         LOGIN "ND", "D", CS_USE_PROMPT),
    TEXT("Type s to send an approval request to your phone: ", "consent_phone",
         CS_TEXT_CONSENT_PHONE, LOGIN, "", CS_USE_PROMPT),
    /* Translators: The one word that may be typed there in place of s or 1; its first letter
     * will do, too. */
    TEXT("send", "consent_word", CS_TEXT_CONSENT_WORD, "", "", CS_USE_NOTICE),
    TEXT("Approve the request on %D.", "device_prompt", CS_TEXT_DEVICE_PROMPT, LOGIN "CDN", "D",
         CS_USE_NOTICE),
    /* Translators: %C: a number; the device offers several. */
    TEXT("Choose the number %C on %D.", "device_number", CS_TEXT_DEVICE_NUMBER, LOGIN "CDN", "CD",
         CS_USE_NOTICE),
    TEXT("Approve the request on your phone.", "phone_prompt", CS_TEXT_PHONE_PROMPT, LOGIN "C", "",
         CS_USE_NOTICE),
    /* Translators: %C: a few letters and digits. Whoever sees others on the phone looks at
     * somebody else's request, and must not approve it. */
    TEXT("Approve the request on your phone\nif it shows %C.", "phone_word", CS_TEXT_PHONE_WORD,
         LOGIN "CD", "C", CS_USE_NOTICE),
    /* Translators: %W: the address of a web page, which stays alone on its line; %C: letters
     * and digits to type on that page. */
    TEXT("To sign in, open this page in a browser:\n%W\nand enter the code %C there.",
         "browser_prompt", CS_TEXT_BROWSER_PROMPT, LOGIN "WC", "WC", CS_USE_NOTICE),
    /* Translators: A number or word that the user has chosen once and keeps secret; without
     * it no request is sent to the phone. Not the word for a one-time code. */
    TEXT("PIN for approval requests: ", "user_code_prompt", CS_TEXT_USER_CODE_PROMPT, LOGIN "L", "",
         CS_USE_PROMPT),
    /* Translators: The line below one of those before this, from "Approve the request". */
    TEXT("Then press Enter here: ", "wait_enter", CS_TEXT_WAIT_ENTER, LOGIN "CDN", "",
         CS_USE_PROMPT),
    /* Translators: %N: seconds. */
    TEXT("Waiting for your approval: %N s left", "wait_countdown", CS_TEXT_WAIT_COUNTDOWN,
         LOGIN "CDN", "N", CS_USE_NOTICE),
    TEXT("The request has not been approved yet.\n", "wait_not_yet", CS_TEXT_WAIT_NOT_YET,
         LOGIN "CDN", "", CS_USE_LINES),
    TEXT("The request was denied on %D.", "wait_denied", CS_TEXT_WAIT_DENIED, LOGIN "DN", "D",
         CS_USE_NOTICE),
    TEXT("The request on %D was not approved in time.", "wait_expired", CS_TEXT_WAIT_EXPIRED,
         LOGIN "DN", "D", CS_USE_NOTICE),
    /* Translators: On the phone or in the browser. The same in the next one. */
    TEXT("The sign-in was denied.", "sign_in_denied", CS_TEXT_SIGN_IN_DENIED, LOGIN, "",
         CS_USE_NOTICE),
    TEXT("The sign-in was not approved in time.", "sign_in_expired", CS_TEXT_SIGN_IN_EXPIRED, LOGIN,
         "", CS_USE_NOTICE),
    /* Translators: countersign-touch is a program on the user's own machine. A long line of
     * letters and digits follows this text; the program is given that line, and its answer
     * is pasted. */
    TEXT("Paste what countersign-touch answers to this line: ", "u2f_prompt", CS_TEXT_U2F_PROMPT,
         LOGIN "L", "", CS_USE_PROMPT),
    TEXT("Touch your security key.", "u2f_touch", CS_TEXT_U2F_TOUCH, LOGIN "L", "", CS_USE_NOTICE),
    TEXT("Press Enter, then touch your security key: ", "u2f_enter", CS_TEXT_U2F_ENTER, LOGIN "L",
         "", CS_USE_PROMPT),
    /* Translators: %H: the name of the machine that the user logs in to. */
    TEXT("None of your security keys is plugged into %H.\n", "u2f_no_key", CS_TEXT_U2F_NO_KEY,
         LOGIN "L", "H", CS_USE_LINES),
    TEXT("One of your security keys is no longer accepted.\nContact your administrator.\n",
         "u2f_withheld", CS_TEXT_U2F_WITHHELD, LOGIN "L", "", CS_USE_LINES),
    TEXT("The security key was not touched in time.", "u2f_no_touch", CS_TEXT_U2F_NO_TOUCH,
         LOGIN "L", "", CS_USE_NOTICE),
    /* Translators: The key makes sure of who touches it: by its own PIN, or by a fingerprint. Keep
     * it short. */
    TEXT("Your key will ask for its PIN or fingerprint;\n"
         "do not type the PIN here.\n",
         "u2f_verify", CS_TEXT_U2F_VERIFY, LOGIN "L", "", CS_USE_LINES),
    /* Translators: The next prompt is for the user's other security keys. Keep it short. */
    TEXT("If you use another key, just press Enter.\n", "u2f_more", CS_TEXT_U2F_MORE, LOGIN "L", "",
         CS_USE_LINES),
    /* Translators: The PIN that the user has set on the key, as for a bank card. */
    TEXT("PIN of your security key, then touch it: ", "u2f_pin", CS_TEXT_U2F_PIN, LOGIN "L", "",
         CS_USE_PROMPT),
    TEXT("That PIN is wrong. Tries left: %L\n", "u2f_pin_wrong", CS_TEXT_U2F_PIN_WRONG, LOGIN "L",
         "L", CS_USE_LINES),
    /* Translators: After several wrong PINs. */
    TEXT("Your security key accepts no PIN now.\nPull it out and plug it in again.\n",
         "u2f_pin_rests", CS_TEXT_U2F_PIN_RESTS, LOGIN "L", "", CS_USE_LINES),
    TEXT("Your security key is blocked: too many wrong PINs.\nContact your administrator.\n",
         "u2f_pin_blocked", CS_TEXT_U2F_PIN_BLOCKED, LOGIN "L", "", CS_USE_LINES),
    TEXT("Your security key accepts no PIN here any more: too few tries are left.\n"
         "Use the right PIN once elsewhere, for example in a browser.\n",
         "u2f_pin_kept", CS_TEXT_U2F_PIN_KEPT, LOGIN "L", "", CS_USE_LINES),
    TEXT("Your security key wants its PIN changed first.\nChange it, for example, in a browser.\n",
         "u2f_pin_stale", CS_TEXT_U2F_PIN_STALE, LOGIN "L", "", CS_USE_LINES),
    TEXT("Your security key has no PIN and no fingerprint,\nand this sign-in requires one.\n",
         "u2f_cannot_verify", CS_TEXT_U2F_CANNOT_VERIFY, LOGIN "L", "", CS_USE_LINES),
    /* Translators: Shown on the device, above its buttons. %U: the user's name, %H: the
     * machine. The beginning may be all that is seen. */
    TEXT("Approve sign-in to %H as %U?", "verify_message", CS_TEXT_VERIFY_MESSAGE, LOGIN "N", "UH",
         CS_USE_NOTICE),
    /* Translators: A ticket is a one-time code of 20 letters and digits, on paper or in a message,
     * with which somebody sets up a second factor. Not the word for a verification code. */
    TEXT("You have no second factor yet.\nTicket from your administrator, or just Enter: ",
         "self_enroll_ticket", CS_TEXT_SELF_ENROLL_TICKET, LOGIN "L", "", CS_USE_PROMPT),
    /* Translators: Below a QR code. The key is the secret in it, which the next prompt shows as
     * text. */
    TEXT("Scan this with your authenticator app, then press\nEnter (shows the key as text): ",
         "self_enroll_scan", CS_TEXT_SELF_ENROLL_SCAN, LOGIN, "", CS_USE_PROMPT),
    /* Translators: %K: a key of 32 letters and digits in groups, which stays alone on its line. An
     * app can make codes from the time or from a counter; this is for the time. */
    TEXT("To set up your second factor, put this key into\nan authenticator app (time-based):\n"
         "%K\nVerification code that the app then shows: ",
         "self_enroll_key", CS_TEXT_SELF_ENROLL_KEY, LOGIN "KL", "K", CS_USE_PROMPT),
    /* Translators: A list of codes follows. */
    TEXT("Your second factor is set up.\nRecovery codes, each good once in place of a\n"
         "verification code; keep them in a safe place:\n",
         "self_enroll_codes", CS_TEXT_SELF_ENROLL_CODES, LOGIN, "", CS_USE_LINES),
    /* Translators: Below that list. */
    TEXT("Press Enter to continue: ", "self_enroll_done", CS_TEXT_SELF_ENROLL_DONE, LOGIN, "",
         CS_USE_PROMPT),
    /* Translators: From here to "mail_not_you": a mail that tells somebody of a change to the
     * second factors with which he or she logs in. %H: the machine, %U: the name of the account
     * there. This is its subject. */
    TEXT("Your second factors on %H have changed", "mail_subject", CS_TEXT_MAIL_SUBJECT, LOGIN, "H",
         CS_USE_NOTICE),
    /* Translators: What has changed; one of these begins the mail. */
    TEXT("An authenticator app was set up\nfor the account %U on %H.", "mail_enrolled",
         CS_TEXT_MAIL_ENROLLED, LOGIN, "UH", CS_USE_NOTICE),
    TEXT("Another second factor was added\nto the account %U on %H.", "mail_added",
         CS_TEXT_MAIL_ADDED, LOGIN, "UH", CS_USE_NOTICE),
    TEXT("A second factor was replaced by another one\nfor the account %U on %H.", "mail_replaced",
         CS_TEXT_MAIL_REPLACED, LOGIN, "UH", CS_USE_NOTICE),
    TEXT("A second factor was removed\nfrom the account %U on %H.", "mail_removed",
         CS_TEXT_MAIL_REMOVED, LOGIN, "UH", CS_USE_NOTICE),
    TEXT("New recovery codes replace the earlier ones\nfor the account %U on %H.", "mail_recovery",
         CS_TEXT_MAIL_RECOVERY, LOGIN, "UH", CS_USE_NOTICE),
    /* Translators: %N: a date and a time. */
    TEXT("Time: %N", "mail_time", CS_TEXT_MAIL_TIME, LOGIN "N", "N", CS_USE_NOTICE),
    /* Translators: %S: the program that the change was made with, such as sshd. */
    TEXT("Service: %S", "mail_service", CS_TEXT_MAIL_SERVICE, LOGIN, "S", CS_USE_NOTICE),
    /* Translators: %R: the network address from which it was made, such as 192.0.2.7. */
    TEXT("From the address: %R", "mail_address", CS_TEXT_MAIL_ADDRESS, LOGIN, "R", CS_USE_NOTICE),
    TEXT("If this was you, there is nothing to do.\n"
         "If it was not you, contact your administrator at once:\n"
         "somebody else may be able to log in with your account.",
         "mail_not_you", CS_TEXT_MAIL_NOT_YOU, LOGIN, "", CS_USE_NOTICE),
};
