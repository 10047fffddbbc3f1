/* SPDX-License-Identifier: Apache-2.0 */
#include "login/other_modules.h"

/* What several modules have under different names. */
#define NOT_ENROLLED                                                                               \
    "users who are not enrolled are refused; accept_on_missing_auth_method lets them in"
#define EARLIER_PASSWORD                                                                           \
    "a plan that begins with the password, such as auth_method=password-then-totp, first tries "   \
    "the one that an earlier module asked for"
#define HAND_ON                                                                                    \
    "an accepted password is always handed on to the modules that follow; for password and code "  \
    "in one line set auth_method=password-and-totp"
#define FROM_GOOGLE                                                                                \
    "secrets are in the store; 'countersign import google-authenticator' takes them over"
#define FROM_OATH "secrets are in the store; 'countersign import oath FILE' takes them over"
#define KEY_STORE "keys are in the store; 'countersign import pam-u2f FILE' takes them over"
#define NO_ALWAYS "nothing lets every user in; take the module out of the stack instead"
#define CONTROL "the control of the PAM line says what follows from a refusal or an outage"
#define FILE_RULES "the owner and mode of our files are fixed; 'countersign check' reports them"
#define TOUCH "a security key is always asked for a touch"
#define VERIFICATION                                                                               \
    "set u2f_verification=required if every key must be asked for its PIN or a finger"
#define NO_COUNTERPART "there is no counterpart here; leave it out"
#define LOG_MORE "set debug; the log is syslog's"

const struct cs_setting_mistake cs_other_module_words[] = {
    /* many */
    {"use_first_pass", EARLIER_PASSWORD},
    {"try_first_pass", EARLIER_PASSWORD},
    {"forward_pass", HAND_ON},
    {"use_authtok", EARLIER_PASSWORD},
    {"alwaysok", NO_ALWAYS},
    {"authfile", KEY_STORE},
    {"prompt", "the texts of prompts are options of their own: otp_prompt, password_prompt, "
               "u2f_prompt"},
    {"conf", "the file is named by config=, and has to be one of ours"},
    {"no_warn", "set nowarn"},
    {"debug_file", LOG_MORE},
    {"debug_level", LOG_MORE},
    {"verbose", LOG_MORE},

    /* google-authenticator */
    {"nullok", NOT_ENROLLED},
    {"secret", FROM_GOOGLE},
    {"echo_verification_code", "set otp_echo"},
    {"authtok_prompt", "set otp_prompt"},
    {"user", "secrets are read by the broker, as the account countersign"},
    {"no_strict_owner", FILE_RULES},
    {"allowed_perm", FILE_RULES},
    {"allow_readonly", "used codes are always noted, or nobody is let in"},
    {"noskewadj", "set totp_drift=0"},
    {"no_increment_hotp", "there are no codes by counter (HOTP), only by time (TOTP)"},
    {"grace_period", "every login is asked for a second factor, unless exempt_group exempts it"},

    /* pam_oath */
    {"usersfile", FROM_OATH},
    {"digits",
     "each factor has its own: 'countersign import oath FILE', 'enroll totp --digits NUMBER'"},
    {"window", "set totp_window"},

    /* pam_u2f */
    {"nouserok", NOT_ENROLLED},
    {"appid",
     "only keys of before pam_u2f 1.1 belong to it: 'countersign import pam-u2f --app-id'; "
     "set u2f_app_id to what most keys were registered for"},
    {"origin", "set u2f_app_id; u2f_origins are the names by which ssh calls this host"},
    {"cue", "the user is always told when to touch the key; the text is u2f_touch"},
    {"cue_prompt", "set u2f_touch"},
    {"interactive", "the user is always told when to touch the key; the text is u2f_touch"},
    {"userpresence", TOUCH},
    {"userverification", VERIFICATION},
    {"pinverification", VERIFICATION},
    {"max_devices", "a user may have up to eight security keys"},
    {"manual", "a key at the user's own machine answers with countersign-touch"},
    {"openasuser", KEY_STORE},
    {"authpending_file", NO_COUNTERPART},
    {"nodetect", NO_COUNTERPART},
    {"expand", KEY_STORE},
    {"sshformat", "keys of ssh-keygen answer only for 'ssh:'; 'countersign enroll u2f' registers "
                  "others"},

    /* duo_unix */
    {"failmode", "set failmode_insecure to let users in while the provider cannot be reached"},
    {"prompts", "set retry, the number of tries after the first"},

    /* pam_radius_auth, pam_yubico */
    {"localifdown", CONTROL},
    {"skip_passwd", "set auth_method to a plan without a password, such as totp"},
    {"force_prompt", "set auth_method to a plan without a password, such as totp"},
    {0},
};
