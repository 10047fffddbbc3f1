/* SPDX-License-Identifier: Apache-2.0 */
/* bench-render MO-FOLDER LANGUAGE COUNT: the median of COUNT renderings of a menu of 25 entries,
 * all pages, in nanoseconds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "conversation/menu.h"
#include "i18n/mo.h"

enum { ENTRIES = 25, COUNT_MAX = 100000 };

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return (x > y) - (x < y);
}

static struct cs_mo *load(const char *folder, const char *language, struct cs_catalogue *catalogue)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    CS_AUTO(cs_fd_close) int fd = -1;
    struct cs_error error = {0};
    struct cs_mo *mo = NULL;
    char path[512];

    (void)snprintf(path, sizeof path, "%s/%s.mo", folder, language);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || cs_read_all(fd, path, CS_MO_BYTES_MAX, &content, &error) != CS_OK ||
        cs_mo_parse(path, content.data, content.length, &mo, &error) != CS_OK)
        return NULL;
    cs_catalogue_english(catalogue);
    for (size_t key = 0; key < CS_TEXTS; key++) {
        const struct cs_plural *plural;
        const char *text = cs_catalogue_find(mo, language, (enum cs_text)key, &plural);

        if (text == NULL)
            continue;
        catalogue->texts[key] = text;
        catalogue->plurals[key] = plural;
    }
    return mo;
}

static void render(const struct cs_phrasebook *book)
{
    struct cs_menu_entry entries[ENTRIES];
    const struct cs_menu menu = {entries, ENTRIES};
    size_t first = 0;

    for (size_t i = 0; i < ENTRIES; i++)
        entries[i] = (struct cs_menu_entry){.text = i % 2 ? CS_TEXT_SMS : CS_TEXT_EMAIL,
                                            .name = i % 2 ? "+15551234567" : "alice@example.com",
                                            .is_address = true};
    do {
        CS_AUTO(cs_buffer_free) struct cs_buffer page = {0};

        cs_menu_render(book, &menu, first, 0, &page, &first);
    } while (first != 0);
}

int main(int argc, char **argv)
{
    static long times[COUNT_MAX];
    size_t count = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    struct cs_catalogue catalogue;
    struct cs_phrasebook book = {.catalogue = &catalogue};
    CS_AUTO(cs_mo_free) struct cs_mo *mo = NULL;

    if (count == 0 || count > COUNT_MAX)
        return 2;
    mo = load(argv[1], argv[2], &catalogue);
    if (mo == NULL)
        return 1;
    for (size_t i = 0; i < count; i++) {
        long start = now();

        render(&book);
        times[i] = now() - start;
    }
    qsort(times, count, sizeof times[0], compare);
    (void)printf("%ld\n", times[count / 2]);
    return 0;
}
