/* SPDX-License-Identifier: Apache-2.0 */
#include "paths.h"
#include "providers/local/key_names.h"
#include "providers/local/local.h"
#include "providers/local/local_priv.h"

#define AT(member) offsetof(struct cs_local_settings, member)
#define BOTH (CS_FROM_PAM | CS_FROM_FILE)

static const struct cs_setting rows[] = {
    {.name = "store",
     .type = CS_SETTING_PATH,
     .scope = CS_SCOPE_BROKER,
     .where = CS_FROM_FILE,
     .offset = AT(store),
     .fallback = CS_STORE_FILE,
     .help = "The file of the local provider's factors."},
    {.name = "key_file",
     .type = CS_SETTING_PATH,
     .scope = CS_SCOPE_BROKER,
     .where = CS_FROM_FILE,
     .offset = AT(key_file),
     .fallback = CS_KEY_FILE,
     .help = "The keys that protect secrets in the store."},
    {.name = "totp_window",
     .type = CS_SETTING_NUMBER,
     .where = BOTH,
     .offset = AT(totp_window),
     .by_login = true,
     .fallback = "1",
     .max = 10,
     .help = "Time steps before and after the expected one whose codes are accepted."},
    {.name = "totp_drift",
     .type = CS_SETTING_NUMBER,
     .where = BOTH,
     .offset = AT(totp_drift),
     .by_login = true,
     .fallback = "3",
     .max = 100,
     .help = "Time steps by which the window may follow a device whose clock is off; 0 switches "
             "this off."},
    {.name = "hotp_window",
     .type = CS_SETTING_NUMBER,
     .where = BOTH,
     .offset = AT(hotp_window),
     .by_login = true,
     .fallback = "10",
     .min = 1,
     .max = 100,
     .help = "How many of the next codes of a HOTP device are accepted: one more than it may have "
             "been pressed in vain."},
    {.name = "hotp_resync",
     .type = CS_SETTING_NUMBER,
     .where = BOTH,
     .offset = AT(hotp_resync),
     .by_login = true,
     .fallback = "100",
     .max = 1000,
     .help = "Among how many of the next codes of a HOTP device two in a row are accepted, if it "
             "was pressed more often than hotp_window allows; 0 switches this off."},
    {.name = "throttle",
     .type = CS_SETTING_FLAG,
     .where = CS_FROM_FILE,
     .offset = AT(throttle),
     .by_login = true,
     .fallback = "yes",
     .help = "Delays after failed tries, which are counted in any case."},
    {.name = "uid_check",
     .type = CS_SETTING_FLAG,
     .where = CS_FROM_FILE,
     .offset = AT(uid_check),
     .by_login = true,
     .fallback = "yes",
     .help = "What is enrolled counts only for an account with the uid that it was enrolled for, "
             "so that a new account does not inherit what an earlier one of its name had. Turn it "
             "off where a directory gives accounts other uids."},
    {.name = "u2f_app_id",
     .type = CS_SETTING_STRING,
     .where = BOTH,
     .offset = AT(u2f_app_id),
     .by_login = true,
     .check = cs_check_app_id,
     .help = "The application that security keys are registered for; changing it makes every "
             "registered key useless. By default pam:// and the name of this host, in lower case."},
    {.name = "u2f_origins",
     .type = CS_SETTING_LIST,
     .where = BOTH,
     .offset = AT(u2f_origins),
     .by_login = true,
     .check = cs_check_origins,
     .help = "What a security key's answer may name as the place of the login: at most eight "
             "names, separated by commas. A key plugged into this machine signs for the first. By "
             "default pam:// and the name of this host, in lower case."},
    {.name = "u2f_verification",
     .type = CS_SETTING_CHOICE,
     .where = BOTH,
     .offset = AT(u2f_verification),
     .by_login = true,
     .fallback = "discouraged",
     .values = {"discouraged", "preferred", "required"},
     .help = "Whether a security key must make sure of who touches it, by its PIN or a "
             "fingerprint. required: an answer without it is refused, and so is a key that knows "
             "U2F only. preferred: the PIN is asked for if the key has one. discouraged: no PIN, "
             "unless the key insists. A key that was registered with its PIN or a fingerprint is "
             "never accepted without."},
    {0},
};

_Static_assert(sizeof(struct cs_local_settings) <= CS_PROVIDER_SETTINGS_MAX, "a login has room");

const struct cs_provider_kind cs_local_kind = {
    .name = "local",
    .rows = rows,
    .size = sizeof(struct cs_local_settings),
    .open = cs_local_open,
};
