/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/html.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/sanitise.h"

enum { SHA256_BYTES = 32, BASE64_SIZE = 48 };

static const char *escaped(char letter)
{
    static const struct {
        char letter;
        const char *text;
    } rows[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        if (rows[i].letter == letter)
            return rows[i].text;
    }
    return NULL;
}

void cs_html_text(struct cs_buffer *page, const char *text)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_sanitise(&clean, text, strlen(text));
    page->failed = page->failed || clean.failed;
    for (size_t i = 0; i < clean.length; i++) {
        const char *better = escaped(clean.text[i]);

        if (better != NULL)
            cs_buffer_text(page, better);
        else
            cs_buffer_add(page, &clean.text[i], 1);
    }
}

/* CSP Level 3, section 2.3.1: 'sha256-' and the base64 of the hash of what is between the tags. */
static enum cs_err hash(const char *style, char ret_base64[BASE64_SIZE], struct cs_error *error)
{
    unsigned char digest[SHA256_BYTES];

    if (EVP_Digest(style, strlen(style), digest, NULL, EVP_sha256(), NULL) != 1)
        return cs_fail(error, CS_ERR_CRYPTO, "SHA-256 is not available");
    (void)EVP_EncodeBlock((unsigned char *)ret_base64, digest, sizeof digest);
    return CS_OK;
}

enum cs_err cs_html_begin(struct cs_buffer *page, const char *title, const char *style,
                          struct cs_error *error)
{
    char base64[BASE64_SIZE];
    enum cs_err result = hash(style, base64, error);

    if (result != CS_OK)
        return result;
    cs_buffer_printf(page,
                     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"referrer\" content=\"no-referrer\">\n"
                     "<meta name=\"robots\" content=\"noindex\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
                     base64);
    cs_html_text(page, title);
    cs_buffer_printf(page, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
    return CS_OK;
}

void cs_html_end(struct cs_buffer *page)
{
    cs_buffer_text(page, "</body>\n</html>\n");
}
