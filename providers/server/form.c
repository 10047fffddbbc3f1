/* SPDX-License-Identifier: Apache-2.0 */
#include "providers/server/form.h"

#include <string.h>

#include "base/percent.h"

void cs_form_add(struct cs_buffer *form, const char *name, const char *value)
{
    if (value == NULL)
        return;
    cs_buffer_printf(form, "%s%s=", form->length > 0 ? "&" : "", name);
    cs_percent_encode(form, value, strlen(value), "");
}
