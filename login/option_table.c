/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the option table; options.h says what the columns mean. */
#include "login/options.h"
#include "methods/plan.h"
#include "paths.h"
#include "providers/registry.h"

#define AT(member) (long)offsetof(struct cs_options, member)
#define BOTH (CS_FROM_PAM | CS_FROM_FILE)

/* A text of conversation/texts.c that an administrator may replace. */
#define TEXT_IBM(option, also, from, key, ibm_text, about)                                         \
    {                                                                                              \
        .name = option, .alias = also, .type = CS_OPTION_TEXT, .scope = CS_SCOPE_LOGIN,            \
        .where = from, .offset = key, .ibm = ibm_text, .help = about                               \
    }
#define TEXT(option, also, from, key, about) TEXT_IBM(option, also, from, key, NULL, about)
#define FLAG(option, from, member, about)                                                          \
    {                                                                                              \
        .name = option, .type = CS_OPTION_FLAG, .scope = CS_SCOPE_LOGIN, .where = from,            \
        .offset = AT(member), .fallback = "no", .help = about                                      \
    }
#define STRING(option, member, about)                                                              \
    {                                                                                              \
        .name = option, .type = CS_OPTION_STRING, .scope = CS_SCOPE_LOGIN, .where = BOTH,          \
        .offset = AT(member), .help = about                                                        \
    }

const struct cs_option cs_option_rows[] = {
    {"auth_method", NULL, CS_OPTION_NAME, CS_SCOPE_LOGIN, BOTH, AT(auth_method), "totp",
     .name_of = cs_plan_name, .other_name = cs_plan_other_name,
     .help = "What is asked after the first factor."},
    {"provider", NULL, CS_OPTION_NAME, CS_SCOPE_LOGIN, BOTH, AT(provider), "local", .ibm = "verify",
     .name_of = cs_provider_name, .help = "Who knows the users and verifies their answers."},
    {"exempt_group", NULL, CS_OPTION_GROUPS, CS_SCOPE_LOGIN, BOTH, AT(exempt_group), NULL,
     .help = "Members of these UNIX groups are not asked; compared by gid. What cannot be resolved "
             "exempts nobody."},
    {"2fa_group", NULL, CS_OPTION_GROUPS, CS_SCOPE_LOGIN, BOTH, AT(two_factor_group), NULL,
     .help = "Only members of these UNIX groups are asked, and everybody of whom that cannot be "
             "resolved."},
    {"exempt_result", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(exempt_result), "success",
     .values = {"success", "ignore"},
     .help = "What PAM is told about an exempt account: PAM_SUCCESS or PAM_IGNORE. A stack that "
             "has nothing else denies on ignore."},
    {"retry", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(method.retry), "3", .max = 10,
     .help = "Further tries after the first. Used up, PAM_MAXTRIES ends the login."},
    {"accept_on_missing_auth_method", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH,
     AT(method.accept_on_missing_auth_method), "no", .inverse = "reject_on_missing_auth_method",
     .help = "Lets in an account that exists but has no factor. Never an unknown account."},
    {"stack_first_factor", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(stack_first_factor), "no",
     .help = "States that the modules before this line have proven a first factor."},
    {"otp_echo", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(method.otp_echo), "yes",
     .ibm = "no", .help = "Shows a code while it is typed."},
    FLAG("failmode_insecure", BOTH, failmode_insecure,
         "Lets in who has proven a first factor while the provider's server cannot be reached. "
         "Each use is a line in the log."),
    {"password_retry", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(method.password_retry), "3",
     .ibm = "0", .max = 10, .help = "Further passwords after the first."},
    FLAG("password_first", BOTH, method.password_first,
         "password-and-totp: the password stands before the code."),
    {"password_separator", NULL, CS_OPTION_STRING, CS_SCOPE_LOGIN, BOTH,
     AT(method.password_separator), ":", .help = "Stands between password and code."},
    FLAG("ask_password_on_mismatch", BOTH, method.ask_password_on_mismatch,
         "Asks for the password when the one that an earlier module asked for is not accepted."),
    {"add_devices_to_choice", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH,
     AT(method.add_devices_to_choice), "no", .inverse = "no_devices_in_choice",
     .help = "Devices are in the menu of the choice methods."},
    FLAG("transients_in_choice", BOTH, method.transients_in_choice,
         "The directory's address and number are in the menu of the choice methods."),
    {"transient_choices", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH,
     AT(method.transient_choices), "emails,phoneNumbers",
     .values = {"emails,phoneNumbers", "emails", "phoneNumbers", "phoneNumbers,emails"},
     .help = "Which of them, where transients_in_choice is set."},
    FLAG("voice_in_choice", BOTH, method.voice_in_choice,
         "Phone calls are in the menu of the choice methods."),
    FLAG("u2f_in_choice", BOTH, method.u2f_in_choice,
         "Security keys are in the menu of the choice methods."),
    FLAG("no_enrollments_in_choice", BOTH, method.no_enrollments_in_choice,
         "Leaves authenticator apps, text messages and emails out of that menu."),
    FLAG("ignore_isvalidated", BOTH, method.ignore_isvalidated,
         "Factors count although they were never confirmed."),
    {"verify_method_order", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH,
     AT(method.verify_method_order), "fingerprint,userPresence",
     .values = {"fingerprint,userPresence", "userPresence,fingerprint", "fingerprint",
                "userPresence"},
     .help = "Which way of approval a device is asked for, where it has both."},
    {"poll_timeout", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(method.poll_timeout), "60",
     .min = 5, .max = 600,
     .help = "Seconds that an approval on a device, a touch of a security key, or its answer from "
             "elsewhere may take."},
    {"autopush", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(autopush), "no", .ibm = "yes",
     .help = "Sends a code or request without a proven first factor, before anything was typed; a "
             "few each hour for each user."},
    {"gecos_field", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(mapping.gecos_field), NULL,
     .min = 1, .max = 32,
     .help = "The field of the account's GECOS text that is the name at the provider."},
    STRING("gecos_separator", mapping.gecos_separator, "Stands between those fields. A comma."),
    STRING("gecos_match", mapping.gecos_match,
           "A regular expression for the whole GECOS text; used with gecos_replace."),
    STRING("gecos_replace", mapping.gecos_replace,
           "The name at the provider; $1 to $9 are the groups of gecos_match."),
    FLAG("gecos_trusted", BOTH, mapping.gecos_trusted,
         "States that users cannot change their GECOS text: with chfn, through accountsservice, "
         "or in the directory."),
    STRING("append", mapping.append, "Is put behind the name at the provider."),
    STRING("user_name_attr", lookup.user_name_attr,
           "The attribute by which the provider finds the user."),
    STRING("id_link_attr", lookup.id_link_attr,
           "The attribute of the user found that holds the name for the password check."),
    STRING("identity_source", lookup.identity_source,
           "The identity source that checks the password."),
    {"u2f_app_id", NULL, CS_OPTION_APP_ID, CS_SCOPE_LOGIN, BOTH, AT(u2f_app_id), NULL,
     .help = "The application for which security keys are registered; another one makes every key "
             "that is registered useless. Without it pam:// and the name of this host, in "
             "lower case."},
    {"u2f_origins", NULL, CS_OPTION_ORIGINS, CS_SCOPE_LOGIN, BOTH, AT(u2f_origins), NULL,
     .help = "What a security key's answer may name as the place of the login: at most eight names "
             "with commas between them. A key of this machine signs for the first. Without it "
             "pam:// and the name of this host, in lower case."},
    {"u2f_socket", NULL, CS_OPTION_PATH, CS_SCOPE_LOGIN, CS_FROM_FILE, AT(method.u2f_socket),
     CS_U2F_SOCKET_FILE, .help = "The socket of the helper for the security keys of this machine."},
    {"user_env", NULL, CS_OPTION_NAME_OF_VARIABLE, CS_SCOPE_LOGIN, BOTH, AT(user_env), NULL,
     .help = "The PAM environment variable that gets the provider's record of the user. sshd puts "
             "it into the session. Names that do not begin with COUNTERSIGN_ must stand on the "
             "PAM line."},
    {"conversation", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(conversation), "auto",
     .values = {"auto", "fold", "live"},
     .help = "fold: all text stands in prompts, right for every sshd. live: informational text is "
             "sent at once, for sshd 10.3 or later. auto: live for sudo, su and login, else fold."},
    {"push_wait", NULL, CS_OPTION_CHOICE, CS_SCOPE_LOGIN, BOTH, AT(push_wait), "auto",
     .values = {"auto", "live", "enter", "silent"},
     .help =
         "How an approval on another device is awaited. live: the text is shown at once. enter: "
         "the person presses Enter after it. silent: nothing is shown but a number to choose. "
         "auto: live where "
         "conversation=live or the service shows text at once, else enter."},
    {"lang", NULL, CS_OPTION_LANG, CS_SCOPE_LOGIN, BOTH, AT(lang), NULL,
     .help = "The language of every prompt, whatever the user prefers."},
    {"default_lang", NULL, CS_OPTION_LANG, CS_SCOPE_LOGIN, CS_FROM_FILE, AT(default_lang), NULL,
     .help = "The language where the user has no preference. None: English."},
    {"ascii_prompts", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(ascii_prompts), "no",
     .help = "Only plain ASCII: accents are left out, other scripts give way to English."},
    {"mask_addresses", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(mask_addresses), "no",
     .help = "Hides the middle of phone numbers and addresses."},
    TEXT_IBM("otp_prompt", NULL, BOTH, CS_TEXT_OTP_PROMPT, "Enter OTP %C- ",
             "The prompt for a code."),
    TEXT("otp_prompt_correlation", NULL, CS_FROM_FILE, CS_TEXT_OTP_PROMPT_CORRELATION,
         "The prompt for a code that belongs to a request with a correlation."),
    TEXT("code_not_accepted", NULL, CS_FROM_FILE, CS_TEXT_CODE_NOT_ACCEPTED,
         "Stands before the prompt after a wrong code."),
    TEXT("recovery_left", NULL, CS_FROM_FILE, CS_TEXT_RECOVERY_LEFT,
         "The prompt after a recovery code was used."),
    TEXT("password_prompt", NULL, CS_FROM_FILE, CS_TEXT_PASSWORD_PROMPT,
         "The prompt for a password."),
    TEXT("password_not_accepted", NULL, CS_FROM_FILE, CS_TEXT_PASSWORD_NOT_ACCEPTED,
         "Stands before the prompt after a wrong password."),
    TEXT("totp_and_password", NULL, CS_FROM_FILE, CS_TEXT_TOTP_AND_PASSWORD,
         "The prompt of password-and-totp."),
    TEXT("password_and_totp", NULL, CS_FROM_FILE, CS_TEXT_PASSWORD_AND_TOTP,
         "The same with password_first."),
    TEXT("totp_and_password_or_device", NULL, CS_FROM_FILE, CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE,
         "The prompt of password-and-totp-or-device."),
    TEXT("password_and_totp_or_device", NULL, CS_FROM_FILE, CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE,
         "The same with password_first."),
    TEXT("not_accepted", NULL, CS_FROM_FILE, CS_TEXT_NOT_ACCEPTED,
         "Stands before such a prompt after a wrong answer."),
    TEXT("not_enrolled", NULL, CS_FROM_FILE, CS_TEXT_NOT_ENROLLED,
         "Says that nothing is registered that could be asked for."),
    TEXT_IBM("prompt_choice_start", NULL, BOTH, CS_TEXT_CHOICE_START, "Choose one of:\n",
             "Stands before a menu."),
    TEXT_IBM("prompt_choice_end", NULL, BOTH, CS_TEXT_CHOICE_END,
             "Your choice (1->%T):", "The prompt at the end of a menu."),
    TEXT("choice_more", NULL, CS_FROM_FILE, CS_TEXT_CHOICE_MORE,
         "The line of a menu that leads to its next page."),
    TEXT("choice_not_understood", NULL, CS_FROM_FILE, CS_TEXT_CHOICE_NOT_UNDERSTOOD,
         "Stands before a menu that is shown again."),
    TEXT_IBM("prompt_totp", NULL, BOTH, CS_TEXT_TOTP, "%I) TOTP\n",
             "The line of a menu for an authenticator app."),
    TEXT_IBM("prompt_sms", NULL, BOTH, CS_TEXT_SMS, "%I) %N\n",
             "The line of a menu for a text message."),
    TEXT_IBM("prompt_email", NULL, BOTH, CS_TEXT_EMAIL, "%I) %N\n",
             "The line of a menu for an email."),
    TEXT_IBM("prompt_voice", NULL, BOTH, CS_TEXT_VOICE, "%I) Voice %N\n",
             "The line of a menu for a phone call."),
    TEXT_IBM("prompt_trans_sms", NULL, BOTH, CS_TEXT_TRANS_SMS, "%I) Unvalidated SMS %N\n",
             "The line of a menu for a text message to a number of the directory."),
    TEXT_IBM("prompt_trans_email", NULL, BOTH, CS_TEXT_TRANS_EMAIL, "%I) Unvalidated email %N\n",
             "The line of a menu for an email to an address of the directory."),
    TEXT_IBM("prompt_device_presence", NULL, BOTH, CS_TEXT_DEVICE_PRESENCE, "%I) %N\n",
             "The line of a menu for an approval on a device."),
    TEXT_IBM("prompt_device_biometric", "prompt_device_biomertic", BOTH, CS_TEXT_DEVICE_BIOMETRIC,
             "%I) %N\n", "The line of a menu for an approval by fingerprint or face."),
    TEXT("prompt_u2f", NULL, BOTH, CS_TEXT_U2F,
         "The line of a menu for a security key; %N is its label, where the user has one key."),
    TEXT("sent_sms", NULL, CS_FROM_FILE, CS_TEXT_SENT_SMS, "Says that a text message was sent."),
    TEXT("sent_email", NULL, CS_FROM_FILE, CS_TEXT_SENT_EMAIL, "Says that an email was sent."),
    TEXT("sent_voice", NULL, CS_FROM_FILE, CS_TEXT_SENT_VOICE, "Says that a call is made."),
    TEXT("consent_sms", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_SMS,
         "The prompt before a text message is sent without a proven first factor."),
    TEXT("consent_email", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_EMAIL,
         "The prompt before an email is sent without a proven first factor."),
    TEXT("consent_voice", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_VOICE,
         "The prompt before a call is made without a proven first factor."),
    TEXT("consent_device", NULL, CS_FROM_FILE, CS_TEXT_CONSENT_DEVICE,
         "The prompt before a request is sent to a device without a proven first factor."),
    TEXT("device_prompt", NULL, BOTH, CS_TEXT_DEVICE_PROMPT,
         "Says that a request waits for approval on a device."),
    TEXT("device_number", NULL, CS_FROM_FILE, CS_TEXT_DEVICE_NUMBER,
         "Says which number to choose on the device."),
    TEXT("wait_enter", NULL, CS_FROM_FILE, CS_TEXT_WAIT_ENTER,
         "The prompt that asks for Enter after the approval."),
    TEXT("wait_countdown", NULL, CS_FROM_FILE, CS_TEXT_WAIT_COUNTDOWN,
         "Says how many seconds are left for the approval."),
    TEXT("wait_not_yet", NULL, CS_FROM_FILE, CS_TEXT_WAIT_NOT_YET,
         "Stands before the prompt when Enter came before the approval."),
    TEXT("wait_denied", NULL, CS_FROM_FILE, CS_TEXT_WAIT_DENIED,
         "Says that the request was refused on the device."),
    TEXT("wait_expired", NULL, CS_FROM_FILE, CS_TEXT_WAIT_EXPIRED,
         "Says that the request was not approved in time."),
    TEXT("u2f_prompt", NULL, BOTH, CS_TEXT_U2F_PROMPT,
         "The prompt for a security key elsewhere; the request stands behind it."),
    TEXT("u2f_enter", NULL, CS_FROM_FILE, CS_TEXT_U2F_ENTER,
         "Asks for Enter and a touch where texts are shown with the next prompt only."),
    TEXT("u2f_touch", NULL, CS_FROM_FILE, CS_TEXT_U2F_TOUCH,
         "Asks for a touch of a security key of this machine where they are shown at once."),
    TEXT("u2f_no_key", NULL, CS_FROM_FILE, CS_TEXT_U2F_NO_KEY,
         "Stands before the prompt where this machine has no such key."),
    TEXT("u2f_no_touch", NULL, CS_FROM_FILE, CS_TEXT_U2F_NO_TOUCH,
         "Says that the security key was not touched in time."),
    TEXT_IBM("verify_message", NULL, BOTH, CS_TEXT_VERIFY_MESSAGE,
             "Do you approve the request from %H?", "The question that is shown on the device."),
    {"login_timeout", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(login_timeout), "110",
     .min = 1, .max = 3600,
     .help = "Seconds that a login may take; keep it below sshd's LoginGraceTime."},
    {"lookup_timeout", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(lookup_timeout), "5",
     .min = 1, .max = 60,
     .help = "Seconds that a directory may take to answer for an account or its groups. Then "
             "nobody is exempt, and who has to be known cannot log in."},
    {"totp_window", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(totp_window), "1", .max = 10,
     .help = "Time steps before and after the expected one whose codes are accepted."},
    {"totp_drift", NULL, CS_OPTION_NUMBER, CS_SCOPE_LOGIN, BOTH, AT(totp_drift), "3", .max = 100,
     .help = "Time steps by which the window may follow a token whose clock is off; 0 switches "
             "this off."},
    {"throttle", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, CS_FROM_FILE, AT(throttle), "yes",
     .help = "Delays after failed tries. They are counted in any case."},
    FLAG("nowarn", CS_FROM_PAM, nowarn, "No warnings about arguments in the log."),
    {"debug", NULL, CS_OPTION_FLAG, CS_SCOPE_LOGIN, BOTH, AT(debug), "no",
     .help = "Logs each step. Never logs a secret or an answer."},
    {"ibm_auth_config", NULL, CS_OPTION_PATH, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, NULL,
     .help = "The file of IBM's gateway that is read in place of the configuration file; chooses "
             "the defaults of that product."},
    {"id", NULL, CS_OPTION_STRING, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, NULL,
     .ibm = "pam_ibm_auth",
     .help = "Which additional-args of that file are read, and what keeps several lines of one "
             "stack apart."},
    {"require_broker", "failifnoqueueserver", CS_OPTION_FLAG, CS_SCOPE_MODULE, CS_FROM_PAM,
     CS_NOT_STORED, "no", .help = "Refuses the login when no broker is running."},
    {"standalone", NULL, CS_OPTION_FLAG, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, "no",
     .help = "Starts a process of its own for each login and never asks the broker."},
    {"socket", NULL, CS_OPTION_PATH, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, CS_SOCKET_FILE,
     .help = "The broker's socket."},
    {"config", NULL, CS_OPTION_PATH, CS_SCOPE_MODULE, CS_FROM_PAM, CS_NOT_STORED, CS_CONFIG_FILE,
     .help = "The configuration file."},
    {"store", NULL, CS_OPTION_PATH, CS_SCOPE_BROKER, CS_FROM_FILE, AT(store), CS_STORE_FILE,
     .help = "The file of the local provider's factors."},
    {"key_file", NULL, CS_OPTION_PATH, CS_SCOPE_BROKER, CS_FROM_FILE, AT(key_file), CS_KEY_FILE,
     .help = "The keys that protect secrets in the store."},
    {"allow_unprivileged", NULL, CS_OPTION_FLAG, CS_SCOPE_BROKER, CS_FROM_FILE,
     AT(allow_unprivileged), "no",
     .help = "Serves programs that do not run as root (screen lockers), each for its own account "
             "only. Under systemd set SocketMode=0666 as well."},
    {"max_logins", NULL, CS_OPTION_NUMBER, CS_SCOPE_BROKER, CS_FROM_FILE, AT(max_logins), "2000",
     .min = 1, .max = 100000, .help = "Logins that the broker runs at once."},
    {"max_unprivileged", NULL, CS_OPTION_NUMBER, CS_SCOPE_BROKER, CS_FROM_FILE,
     AT(max_unprivileged), "16", .min = 1, .max = 1000,
     .help = "Of these, logins of peers that are not root; each account may use a quarter."},
};

const size_t cs_option_rows_count = CS_ARRAY_SIZE(cs_option_rows);
