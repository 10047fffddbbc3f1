/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "doctor/pam_module.h"
#include "doctor/sshd_case.h"

/* The first line of ours counts; what it says decides. */
static enum cs_err take(const struct cs_pam_stack *stack, struct cs_sshd_stack *ret_stack)
{
    enum cs_err result = CS_OK;

    for (size_t i = 0; i < stack->count && !ret_stack->named && result == CS_OK; i++) {
        const struct cs_pam_entry *entry = stack->items[i];

        ret_stack->named = cs_pam_is_ours(entry);
        ret_stack->proven =
            ret_stack->proven || cs_pam_module_of(entry)->role == CS_PAM_ROLE_PASSWORD;
        for (size_t j = 0; ret_stack->named && j < entry->arguments.count && result == CS_OK; j++)
            result = cs_strlist_add(&ret_stack->arguments, entry->arguments.items[j],
                                    strlen(entry->arguments.items[j]));
    }
    return result;
}

void cs_sshd_stack_clear(struct cs_sshd_stack *stack)
{
    cs_strlist_free(&stack->arguments);
    *stack = (struct cs_sshd_stack){0};
}

static void free_stack(struct cs_pam_stack **stack)
{
    free(*stack);
}

enum cs_err cs_sshd_stack_read(const char *root, const char *service,
                               struct cs_sshd_stack *ret_stack, struct cs_error *error)
{
    const struct cs_pam_source source = {.root = root};
    CS_AUTO(cs_pam_service_clear) struct cs_pam_service read = {0};
    CS_AUTO(free_stack) struct cs_pam_stack *stack = calloc(1, sizeof *stack);
    enum cs_err result =
        stack != NULL ? cs_pam_service_read(&source, service, &read) : CS_ERR_NOMEM;

    if (result == CS_OK) {
        cs_pam_stack_of(&read, CS_PAM_AUTH, stack);
        result = take(stack, ret_stack);
    }
    return result == CS_OK ? CS_OK : cs_fail_nomem(error);
}
