/* SPDX-License-Identifier: Apache-2.0 */
/* A PAM module that returns what the test says: its first argument is a place in PAM_RUSER, and the
 * character there is the value, 'A' for 0. */
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int pam_sm_authenticate(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    const void *script = NULL;
    size_t place;

    (void)flags;
    if (argc < 1 || pam_get_item(pam, PAM_RUSER, &script) != PAM_SUCCESS || script == NULL)
        return PAM_SYSTEM_ERR;
    place = strtoul(argv[0], NULL, 10);
    return place < strlen(script) ? ((const char *)script)[place] - 'A' : PAM_SYSTEM_ERR;
}

EXPORTED int pam_sm_setcred(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    (void)pam;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
