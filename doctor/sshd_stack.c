/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/buffer.h"
#include "doctor/root.h"
#include "doctor/sshd_case.h"

static enum cs_err take_line(const char *line, struct cs_sshd_stack *stack)
{
    static const char *const proofs[] = {"pam_unix", "pam_sss", "pam_ldap", "pam_krb5",
                                         "pam_winbind"};
    const char *module = strstr(line, "pam_countersign.so");
    CS_AUTO(cs_strlist_free) struct cs_strlist words = {0};
    enum cs_err result;

    if (strncmp(line + strspn(line, " \t-"), "auth", 4) != 0 || stack->named)
        return CS_OK;
    for (size_t i = 0; i < CS_ARRAY_SIZE(proofs); i++)
        stack->proven = stack->proven || strstr(line, proofs[i]) != NULL;
    if (module == NULL)
        return CS_OK;
    stack->named = true;
    result = cs_sshd_words(module, &words);
    for (size_t i = 1; i < words.count && result == CS_OK; i++)
        result = cs_strlist_add(&stack->arguments, words.items[i], strlen(words.items[i]));
    return result;
}

enum cs_err cs_sshd_stack_read(const char *root, const char *service,
                               struct cs_sshd_stack *ret_stack, struct cs_error *error)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
    enum cs_err result;

    cs_buffer_printf(&path, "/etc/pam.d/%s", service);
    if (path.failed)
        return cs_fail_nomem(error);
    result = cs_root_read(root, path.text, &content, error);
    if (result != CS_OK)
        return result == CS_ERR_NOT_FOUND ? CS_OK : result;
    for (char *next = content.data; next != NULL && result == CS_OK;) {
        char *newline = strchr(next, '\n');

        if (newline != NULL)
            *newline = '\0';
        result = take_line(next, ret_stack);
        next = newline != NULL ? newline + 1 : NULL;
    }
    return result;
}
