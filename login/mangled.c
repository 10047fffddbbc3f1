/* SPDX-License-Identifier: Apache-2.0 */
#include "login/mangled.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/lower.h"
#include "login/options.h"

/* Words as the translated pages have them. Blanks, hyphens and underscores are the same. */
static const struct {
    const char *found, *meant;
} arguments[] =
    {
        {"débogage", "debug"},
        {"debogage", "debug"},
        {"depuración", "debug"},
        {"voix_primaire", "prompt_voice"},
        {"présence_du_dispositif_de_primaire", "prompt_device_presence"},
        {"nom_utilisateur_attr", "user_name_attr"},
        {"ignore_isvalidé", "ignore_isvalidated"},
        {"méthode_auth", "auth_method"},
},
  methods[] = {
      {"mot de passe", "password"},
      {"kennwort", "password"},
      {"contraseña", "password"},
      {"périphérique", "device"},
      {"dispositif", "device"},
      {"gerät", "device"},
      {"dispositivo", "device"},
      {"mot de passe-puis-voiceotp", "password-then-voiceotp"},
      {"mot de passe-et-totp-ou-dispositif", "password-and-totp-or-device"},
};

/* Of names up to SHORT_NAME bytes one letter may be wrong, of longer ones two. */
enum { SHORT_NAME = 5, NAME_MAX_BYTES = 64 };

static char folded(char letter)
{
    if (letter == ' ' || letter == '-')
        return '_';
    return cs_lower(letter);
}

static bool same_words(const char *known, const char *given, size_t length)
{
    if (strlen(known) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (folded(known[i]) != folded(given[i]))
            return false;
    }
    return true;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

/* Letters to insert, leave out, replace or swap with their neighbour, until one is the other. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_MAX_BYTES + 1];

    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            bool same = folded(a[i - 1]) == folded(b[j - 1]);

            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]) && second[j - 2] + 1 < row[j])
                row[j] = second[j - 2] + 1;
        }
    }
    return rows[a_length % 3][b_length];
}

/* The nearest name so far. */
struct nearest {
    const char *given;
    size_t length;
    const char *name;
    size_t distance;
    bool tie; /* another one is as near: then neither is meant */
};

static void consider(struct nearest *nearest, const char *name)
{
    size_t length = name ? strlen(name) : 0;
    size_t found;

    if (length == 0 || length > NAME_MAX_BYTES)
        return;
    found = distance(nearest->given, nearest->length, name, length);
    if (found == nearest->distance && nearest->name != NULL)
        nearest->tie = true;
    if (found >= nearest->distance)
        return;
    nearest->name = name;
    nearest->distance = found;
    nearest->tie = false;
}

static struct nearest start(const char *given, size_t length)
{
    return (struct nearest){
        .given = given, .length = length, .distance = length <= SHORT_NAME ? 2 : 3};
}

static const char *result(const struct nearest *nearest)
{
    return nearest->tie ? NULL : nearest->name;
}

const char *cs_meant_option(const char *name, size_t length)
{
    struct nearest nearest = start(name, length);

    for (size_t i = 0; i < CS_ARRAY_SIZE(arguments); i++) {
        if (same_words(arguments[i].found, name, length))
            return arguments[i].meant;
    }
    if (length < 2 || length > NAME_MAX_BYTES)
        return NULL;
    for (size_t i = 0; i < cs_option_rows_count; i++) {
        consider(&nearest, cs_option_rows[i].name);
        consider(&nearest, cs_option_rows[i].inverse);
    }
    return result(&nearest);
}

const char *cs_meant_value(const struct cs_option *option, const char *value)
{
    size_t length = strlen(value);
    struct nearest nearest = start(value, length);
    const char *allowed;

    for (size_t i = 0; i < CS_ARRAY_SIZE(methods); i++) {
        if (strcmp(option->name, "auth_method") == 0 && same_words(methods[i].found, value, length))
            return methods[i].meant;
    }
    if (length < 2 || length > NAME_MAX_BYTES)
        return NULL;
    for (size_t i = 0; (allowed = cs_option_value(option, i)) != NULL; i++)
        consider(&nearest, allowed);
    return result(&nearest);
}
