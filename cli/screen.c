/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/attributes.h"

enum { COLUMNS_USUAL = 80 };

static unsigned find_columns(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                           : COLUMNS_USUAL;
}

/* A locale that this machine lacks still says what the terminal shows: ssh passes the name on. */
static bool is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* POSIX: the first counts */
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    const char *name = NULL;
    bool found;

    if (locale != (locale_t)0) {
        found = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
        freelocale(locale);
        return found;
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(names) && (name == NULL || name[0] == '\0'); i++)
        name = getenv(names[i]);
    return name != NULL &&
           (strcasestr(name, ".utf-8") != NULL || strcasestr(name, ".utf8") != NULL);
}

/* Those that have none are known by name; there are few left. */
static bool has_colours(void)
{
    static const char *const without[] = {"dumb", "unknown", "vt1", "vt2", "vt3", "vt5"};
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");

    if (term == NULL || term[0] == '\0' || (no_colour != NULL && no_colour[0] != '\0'))
        return false;
    for (size_t i = 0; i < CS_ARRAY_SIZE(without); i++) {
        if (strncmp(term, without[i], strlen(without[i])) == 0)
            return false;
    }
    return true;
}

struct cs_screen cs_screen_look(void)
{
    if (isatty(STDOUT_FILENO) != 1)
        return (struct cs_screen){.utf8 = true};
    return (struct cs_screen){
        .columns = find_columns(), .utf8 = is_utf8(), .colours = has_colours()};
}
