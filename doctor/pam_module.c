/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_module.h"

#include <security/_pam_types.h>
#include <string.h>

#include "doctor/pam_walk.h"

#define ANYTHING CS_PAM_MAY_ALL
#define NO_SUCCESS (CS_PAM_MAY_ALL & ~CS_PAM_MAY(PAM_SUCCESS))
#define ONLY(code) CS_PAM_MAY(code)
#define NOTHING (CS_PAM_MAY(PAM_IGNORE))

static const struct cs_pam_module modules[] = {
    {CS_PAM_OURS_NAME, CS_PAM_ROLE_OURS, ANYTHING, false},
    /* the same, always */
    {"pam_permit", CS_PAM_ROLE_HELPER, ONLY(PAM_SUCCESS), false},
    {"pam_deny", CS_PAM_ROLE_HELPER, ONLY(PAM_AUTH_ERR), false},
    {"pam_echo", CS_PAM_ROLE_HELPER, NOTHING, false},
    {"pam_faildelay", CS_PAM_ROLE_HELPER, NOTHING, false},
    {"pam_issue", CS_PAM_ROLE_HELPER, NOTHING, false},
    {"pam_mail", CS_PAM_ROLE_HELPER, NOTHING, false},
    {"pam_motd", CS_PAM_ROLE_HELPER, NOTHING, false},
    {"pam_warn", CS_PAM_ROLE_HELPER, NOTHING, false},
    {"pam_nologin", CS_PAM_ROLE_HELPER, NO_SUCCESS, false},
    /* what goes with a login */
    {"pam_cap", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_env", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_faillock", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_gnome_keyring", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_group", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_kwallet5", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_securetty", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_shells", CS_PAM_ROLE_HELPER, ANYTHING, false},
    {"pam_tally2", CS_PAM_ROLE_HELPER, ANYTHING, false},
    /* whom the administrator treats otherwise */
    {"pam_access", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_exec", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_listfile", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_localuser", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_rhosts", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_rootok", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_succeed_if", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_time", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_timestamp", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_usertype", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    {"pam_wheel", CS_PAM_ROLE_CONDITION, ANYTHING, false},
    /* passwords */
    {"pam_ccreds", CS_PAM_ROLE_PASSWORD, ANYTHING, false},
    {"pam_krb5", CS_PAM_ROLE_PASSWORD, ANYTHING, true},
    {"pam_ldap", CS_PAM_ROLE_PASSWORD, ANYTHING, true},
    {"pam_pwdfile", CS_PAM_ROLE_PASSWORD, ANYTHING, true},
    {"pam_sss", CS_PAM_ROLE_PASSWORD, ANYTHING, true},
    {"pam_unix", CS_PAM_ROLE_PASSWORD, ANYTHING, false},
    {"pam_userdb", CS_PAM_ROLE_PASSWORD, ANYTHING, false},
    {"pam_winbind", CS_PAM_ROLE_PASSWORD, ANYTHING, true},
    /* second factors of others, and what stands for one */
    {"pam_duo", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_fprintd", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_google_authenticator", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_oath", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_p11", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_pkcs11", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_ssh_agent_auth", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_u2f", CS_PAM_ROLE_FACTOR, ANYTHING, false},
    {"pam_yubico", CS_PAM_ROLE_FACTOR, ANYTHING, false},
};
static const struct cs_pam_module unknown = {"", CS_PAM_ROLE_UNKNOWN, ANYTHING, false};

const char *cs_pam_file_name(const struct cs_pam_entry *entry)
{
    const char *slash;

    if (entry->module == NULL || entry->handling != CS_PAM_CALL)
        return "";
    slash = strrchr(entry->module, '/');
    return slash != NULL ? slash + 1 : entry->module;
}

const struct cs_pam_module *cs_pam_module_of(const struct cs_pam_entry *entry)
{
    const char *name = cs_pam_file_name(entry);
    size_t length = strlen(name);

    if (length < 3 || strcmp(name + length - 3, ".so") != 0)
        return &unknown;
    for (size_t i = 0; i < CS_ARRAY_SIZE(modules); i++) {
        if (strlen(modules[i].name) == length - 3 &&
            strncmp(modules[i].name, name, length - 3) == 0)
            return &modules[i];
    }
    return &unknown;
}

bool cs_pam_is_ours(const struct cs_pam_entry *entry)
{
    return cs_pam_module_of(entry)->role == CS_PAM_ROLE_OURS;
}

bool cs_pam_has_argument(const struct cs_pam_entry *entry, const char *argument)
{
    return cs_strlist_contains(&entry->arguments, argument);
}
