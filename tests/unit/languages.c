/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/languages.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

const char *const languages[] = {CS_LINGUAS};
const size_t languages_count = CS_ARRAY_SIZE(languages);

void read_catalogue_file(const char *language, struct cs_secret *ret_content)
{
    char path[512];
    struct cs_error error = {0};
    CS_AUTO(cs_fd_close) int fd = -1;

    (void)snprintf(path, sizeof path, "%s/%s.mo", CS_MO_DIR, language);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || cs_read_all(fd, path, CS_MO_BYTES_MAX, ret_content, &error) != CS_OK)
        fail_msg("%s: %s", path, error.text);
}

void speak(const char *language, struct cs_catalogue *ret_catalogue, struct cs_mo **ret_mo)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct cs_error error = {0};

    read_catalogue_file(language, &content);
    if (cs_mo_parse(language, content.data, content.length, ret_mo, &error) != CS_OK)
        fail_msg("%s", error.text);
    cs_catalogue_english(ret_catalogue);
    assert_true(cs_language_parse(language, ret_catalogue->language));
    assert_true(cs_language_parse(language, ret_catalogue->translation));
    ret_catalogue->rtl = cs_language_is_rtl(language);
    for (size_t key = 0; key < CS_TEXTS; key++) {
        ret_catalogue->texts[key] =
            cs_catalogue_find(*ret_mo, language, (enum cs_text)key, &ret_catalogue->plurals[key]);
        if (ret_catalogue->texts[key] == NULL)
            fail_msg("%s: %s is not translated", language, cs_texts[key].key);
    }
}
