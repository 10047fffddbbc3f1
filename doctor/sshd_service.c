/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/sshd_service.h"

#include <ctype.h>

void cs_sshd_service(const struct cs_sshd_text *text, struct cs_buffer *ret_name)
{
    const struct cs_sshd_line *line = cs_sshd_text_find(text, 0, "pamservicename");

    cs_buffer_text(ret_name, line != NULL && line->value[0] != '\0' ? line->value : "sshd");
    for (size_t i = 0; i < ret_name->length; i++)
        ret_name->text[i] = (char)tolower((unsigned char)ret_name->text[i]);
}

enum cs_err cs_sshd_service_of(const char *root, struct cs_buffer *ret_name)
{
    CS_AUTO(cs_sshd_text_clear) struct cs_sshd_text text = {0};

    if (cs_sshd_text_read(root, &text, NULL) != CS_OK)
        cs_buffer_text(ret_name, "sshd");
    else
        cs_sshd_service(&text, ret_name);
    return ret_name->failed ? CS_ERR_NOMEM : CS_OK;
}
