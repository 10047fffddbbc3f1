#include "conversation/text.h"

#include <string.h>

#include "base/sanitise.h"

static const char *const built_in[CS_TEXTS] = {
    [CS_TEXT_OTP_PROMPT] = "Verification code: ",
    [CS_TEXT_NOT_ACCEPTED] = "That code was not accepted. Tries left: %L\\n",
    [CS_TEXT_RECOVERY_LEFT] = "Recovery codes left: %L\\nPress Enter to continue: ",
};

static void render_substitution(struct cs_buffer *out, char name,
                                const struct cs_text_values *values)
{
    switch (name) {
    case '%':
        cs_buffer_add(out, "%", 1);
        break;
    case 'L':
        cs_buffer_printf(out, "%u", values->left);
        break;
    case 'C': /* no method of today has a correlation */
        break;
    default: /* an administrator's text: literal */
        cs_buffer_add(out, "%", 1);
        cs_buffer_add(out, &name, name != '\0');
    }
}

static void render_escape(struct cs_buffer *out, char name)
{
    static const char names[] = "nt\\", values[] = "\n\t\\";
    const char *place = name != '\0' ? strchr(names, name) : NULL;

    if (place != NULL)
        cs_buffer_add(out, &values[place - names], 1);
    else
        cs_buffer_add(out, "\\", 1);
    if (place == NULL && name != '\0')
        cs_buffer_add(out, &name, 1);
}

void cs_text_render(struct cs_buffer *out, enum cs_text_key key, const char *own,
                    const struct cs_text_values *values)
{
    const char *text = own ? own : built_in[key];

    for (; *text != '\0'; text++) {
        if (*text != '%' && *text != '\\') {
            cs_buffer_add(out, text, 1);
            continue;
        }
        if (*text == '%')
            render_substitution(out, text[1], values);
        else
            render_escape(out, text[1]);
        if (text[1] == '\0')
            return;
        text++;
    }
}

enum cs_err cs_text_check(const char *own, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    size_t columns = 0;

    if (!cs_is_clean(own, strlen(own)))
        return cs_fail(
            error, CS_ERR_CONFIG,
            "the text holds control characters or is not UTF-8; write \\n for a new line");
    cs_text_render(&text, CS_TEXT_OTP_PROMPT, own, &(struct cs_text_values){0});
    if (text.failed)
        return cs_fail_nomem(error);
    if (text.length == 0 || text.length > CS_TEXT_OWN_BYTES_MAX)
        return cs_fail(error, CS_ERR_CONFIG, "the text has %zu bytes; 1 to %d are allowed",
                       text.length, CS_TEXT_OWN_BYTES_MAX);
    for (size_t i = 0; i < text.length; i++) {
        columns =
            text.text[i] == '\n' ? 0 : columns + (((unsigned char)text.text[i] & 0xc0) != 0x80);
        if (columns > CS_TEXT_COLUMNS_MAX)
            return cs_fail(error, CS_ERR_CONFIG, "a line of the text is longer than %d columns",
                           CS_TEXT_COLUMNS_MAX);
    }
    return CS_OK;
}
