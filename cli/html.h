/* SPDX-License-Identifier: Apache-2.0 */
/* A page of HTML that needs nothing else: no script, nothing from elsewhere. */
#ifndef CS_CLI_HTML_H
#define CS_CLI_HTML_H

#include "base/buffer.h"

/* Adds text from outside: sanitised, and with nothing in it that HTML would take for markup, within
 * quotes or without. */
void cs_html_text(struct cs_buffer *page, const char *text);

/* Adds everything up to the page's content. Its policy allows this style and nothing else, so that
 * markup which slipped in could load nothing and run nothing. */
enum cs_err cs_html_begin(struct cs_buffer *page, const char *title, const char *style,
                          struct cs_error *error) CS_MUST_USE;
void cs_html_end(struct cs_buffer *page);

#endif
