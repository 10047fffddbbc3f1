/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation/ascii.h"

#include <string.h>

#include "base/attributes.h"
#include "base/sanitise.h"

/* Latin-1, Latin Extended-A and the punctuation of our translations, in the order of their codes.
 */
static const struct {
    unsigned short code;
    char ascii[4];
} table[] = {
    {0x00a0, " "},  {0x00a1, ""},   {0x00ab, "\""}, {0x00b7, "."}, {0x00bb, "\""},  {0x00bf, ""},
    {0x00c0, "A"},  {0x00c1, "A"},  {0x00c2, "A"},  {0x00c3, "A"}, {0x00c4, "A"},   {0x00c5, "A"},
    {0x00c6, "AE"}, {0x00c7, "C"},  {0x00c8, "E"},  {0x00c9, "E"}, {0x00ca, "E"},   {0x00cb, "E"},
    {0x00cc, "I"},  {0x00cd, "I"},  {0x00ce, "I"},  {0x00cf, "I"}, {0x00d0, "D"},   {0x00d1, "N"},
    {0x00d2, "O"},  {0x00d3, "O"},  {0x00d4, "O"},  {0x00d5, "O"}, {0x00d6, "O"},   {0x00d8, "O"},
    {0x00d9, "U"},  {0x00da, "U"},  {0x00db, "U"},  {0x00dc, "U"}, {0x00dd, "Y"},   {0x00de, "Th"},
    {0x00df, "ss"}, {0x00e0, "a"},  {0x00e1, "a"},  {0x00e2, "a"}, {0x00e3, "a"},   {0x00e4, "a"},
    {0x00e5, "a"},  {0x00e6, "ae"}, {0x00e7, "c"},  {0x00e8, "e"}, {0x00e9, "e"},   {0x00ea, "e"},
    {0x00eb, "e"},  {0x00ec, "i"},  {0x00ed, "i"},  {0x00ee, "i"}, {0x00ef, "i"},   {0x00f0, "d"},
    {0x00f1, "n"},  {0x00f2, "o"},  {0x00f3, "o"},  {0x00f4, "o"}, {0x00f5, "o"},   {0x00f6, "o"},
    {0x00f8, "o"},  {0x00f9, "u"},  {0x00fa, "u"},  {0x00fb, "u"}, {0x00fc, "u"},   {0x00fd, "y"},
    {0x00fe, "th"}, {0x00ff, "y"},  {0x0100, "A"},  {0x0101, "a"}, {0x0102, "A"},   {0x0103, "a"},
    {0x0104, "A"},  {0x0105, "a"},  {0x0106, "C"},  {0x0107, "c"}, {0x0108, "C"},   {0x0109, "c"},
    {0x010a, "C"},  {0x010b, "c"},  {0x010c, "C"},  {0x010d, "c"}, {0x010e, "D"},   {0x010f, "d"},
    {0x0110, "D"},  {0x0111, "d"},  {0x0112, "E"},  {0x0113, "e"}, {0x0114, "E"},   {0x0115, "e"},
    {0x0116, "E"},  {0x0117, "e"},  {0x0118, "E"},  {0x0119, "e"}, {0x011a, "E"},   {0x011b, "e"},
    {0x011c, "G"},  {0x011d, "g"},  {0x011e, "G"},  {0x011f, "g"}, {0x0120, "G"},   {0x0121, "g"},
    {0x0122, "G"},  {0x0123, "g"},  {0x0124, "H"},  {0x0125, "h"}, {0x0126, "H"},   {0x0127, "h"},
    {0x0128, "I"},  {0x0129, "i"},  {0x012a, "I"},  {0x012b, "i"}, {0x012c, "I"},   {0x012d, "i"},
    {0x012e, "I"},  {0x012f, "i"},  {0x0130, "I"},  {0x0131, "i"}, {0x0132, "IJ"},  {0x0133, "ij"},
    {0x0134, "J"},  {0x0135, "j"},  {0x0136, "K"},  {0x0137, "k"}, {0x0138, "k"},   {0x0139, "L"},
    {0x013a, "l"},  {0x013b, "L"},  {0x013c, "l"},  {0x013d, "L"}, {0x013e, "l"},   {0x0141, "L"},
    {0x0142, "l"},  {0x0143, "N"},  {0x0144, "n"},  {0x0145, "N"}, {0x0146, "n"},   {0x0147, "N"},
    {0x0148, "n"},  {0x0149, "'n"}, {0x014a, "N"},  {0x014b, "n"}, {0x014c, "O"},   {0x014d, "o"},
    {0x014e, "O"},  {0x014f, "o"},  {0x0150, "O"},  {0x0151, "o"}, {0x0152, "OE"},  {0x0153, "oe"},
    {0x0154, "R"},  {0x0155, "r"},  {0x0156, "R"},  {0x0157, "r"}, {0x0158, "R"},   {0x0159, "r"},
    {0x015a, "S"},  {0x015b, "s"},  {0x015c, "S"},  {0x015d, "s"}, {0x015e, "S"},   {0x015f, "s"},
    {0x0160, "S"},  {0x0161, "s"},  {0x0162, "T"},  {0x0163, "t"}, {0x0164, "T"},   {0x0165, "t"},
    {0x0166, "T"},  {0x0167, "t"},  {0x0168, "U"},  {0x0169, "u"}, {0x016a, "U"},   {0x016b, "u"},
    {0x016c, "U"},  {0x016d, "u"},  {0x016e, "U"},  {0x016f, "u"}, {0x0170, "U"},   {0x0171, "u"},
    {0x0172, "U"},  {0x0173, "u"},  {0x0174, "W"},  {0x0175, "w"}, {0x0176, "Y"},   {0x0177, "y"},
    {0x0178, "Y"},  {0x0179, "Z"},  {0x017a, "z"},  {0x017b, "Z"}, {0x017c, "z"},   {0x017d, "Z"},
    {0x017e, "z"},  {0x017f, "s"},  {0x0218, "S"},  {0x0219, "s"}, {0x021a, "T"},   {0x021b, "t"},
    {0x2009, " "},  {0x2013, "-"},  {0x2014, "-"},  {0x2018, "'"}, {0x2019, "'"},   {0x201a, "'"},
    {0x201c, "\""}, {0x201d, "\""}, {0x201e, "\""}, {0x2022, "*"}, {0x2026, "..."}, {0x202f, " "},
    {0x2068, ""},   {0x2069, ""},
};

/* Where a language has a spelling of its own without its letters. */
static const struct {
    char language[3];
    unsigned short code;
    char ascii[4];
} spellings[] = {
    {"de", 0x00c4, "Ae"}, {"de", 0x00d6, "Oe"}, {"de", 0x00dc, "Ue"}, {"de", 0x00e4, "ae"},
    {"de", 0x00f6, "oe"}, {"de", 0x00fc, "ue"}, {"it", 0x00c0, "A'"}, {"it", 0x00c8, "E'"},
    {"it", 0x00c9, "E'"}, {"it", 0x00cc, "I'"}, {"it", 0x00d2, "O'"}, {"it", 0x00d9, "U'"},
    {"it", 0x00e0, "a'"}, {"it", 0x00e8, "e'"}, {"it", 0x00e9, "e'"}, {"it", 0x00ec, "i'"},
    {"it", 0x00f2, "o'"}, {"it", 0x00f9, "u'"},
};

static const char *find_spelling(const char *language, unsigned long code)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(spellings); i++) {
        if (spellings[i].code == code && strncmp(spellings[i].language, language, 2) == 0 &&
            (language[2] == '\0' || language[2] == '_'))
            return spellings[i].ascii;
    }
    return NULL;
}

static const char *find(unsigned long code)
{
    size_t low = 0, high = CS_ARRAY_SIZE(table);

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (table[middle].code == code)
            return table[middle].ascii;
        if (table[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool cs_to_ascii(struct cs_buffer *out, const char *language, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        unsigned long code = 0;
        size_t size = cs_utf8_decode(text + i, length - i, &code);
        const char *ascii = size > 1 ? find_spelling(language, code) : NULL;

        if (ascii == NULL && size > 1)
            ascii = find(code);
        if (size == 1)
            cs_buffer_add(out, text + i, 1);
        else if (ascii != NULL)
            cs_buffer_text(out, ascii);
        else
            return false;
        i += size;
    }
    return true;
}
