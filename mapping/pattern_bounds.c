/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimates what a POSIX extended expression becomes inside regcomp, which writes repetitions out
 * and recurses over parts that can be empty. Without bounds a short pattern takes gigabytes, a
 * thread's whole stack, or years (a loop over a part that can be empty, `((a?)?){30,}`). The scan
 * need not understand everything, as long as it never counts less than regcomp does.
 */
#include <string.h>

#include "mapping/pattern_priv.h"

enum {
    REPEAT_MAX = 255,     /* RE_DUP_MAX of POSIX */
    SIZE_MAX_ATOMS = 512, /* characters, sets and groups, with repetitions written out */
    EDGE_ATOMS = 32,      /* for ^, $, \b and the like, for which regcomp copies what follows */
    GROUP_DEPTH_MAX = 16, /* nested groups */
    REPEAT_DEPTH_MAX = 3, /* nested repetitions, as in ((a+)*)? */
};

/* An open group, or the whole expression. */
struct level {
    size_t before;     /* size of all but the last item */
    size_t item;       /* size of the last item, which a repetition would multiply */
    size_t item_deep;  /* repetitions within it */
    size_t deep;       /* the largest item_deep so far */
    bool item_fills;   /* the last item takes at least one character */
    bool branch_fills; /* an earlier item since the last bar does */
    bool can_be_empty; /* a branch before the last bar can be empty */
};

struct scan {
    const char *at; /* the next byte */
    struct level levels[GROUP_DEPTH_MAX + 1];
    size_t depth; /* levels[depth] is the current one */
};

static const char *add_item(struct scan *scan, size_t size, size_t deep, bool fills)
{
    struct level *level = &scan->levels[scan->depth];

    level->before += level->item;
    level->branch_fills = level->branch_fills || level->item_fills;
    level->item = size;
    level->item_deep = deep;
    level->item_fills = fills;
    if (deep > level->deep)
        level->deep = deep;
    return level->before + level->item > SIZE_MAX_ATOMS
               ? "its repetitions come to more than 512 characters when written out"
               : NULL;
}

/* Repeats the last item, written out `copies` times. `optional`: it may be left out; `loops`: there
 * is no upper limit. */
static const char *repeat(struct scan *scan, size_t copies, bool optional, bool loops)
{
    struct level *level = &scan->levels[scan->depth];
    size_t size = level->item * copies + 1, deep = level->item_deep + 1;
    bool fills = level->item_fills;

    if (loops && !fills)
        return "an endless repetition of something that can be empty";
    if (deep > REPEAT_DEPTH_MAX)
        return "repetitions nested more than 3 deep";
    level->item = 0;
    level->item_fills = false;
    return add_item(scan, size, deep, fills && !optional);
}

static const char *bar(struct scan *scan)
{
    struct level *level = &scan->levels[scan->depth];
    const char *why = add_item(scan, 1, 0, false);

    level->can_be_empty = level->can_be_empty || !level->branch_fills;
    level->branch_fills = false;
    return why;
}

static const char *open_group(struct scan *scan)
{
    if (scan->depth == GROUP_DEPTH_MAX)
        return "groups nested more than 16 deep";
    scan->levels[++scan->depth] = (struct level){0};
    return NULL;
}

static const char *close_group(struct scan *scan)
{
    struct level inner = scan->levels[scan->depth];

    if (scan->depth == 0)
        return add_item(scan, 1, 0, true);
    scan->depth--;
    return add_item(scan, inner.before + inner.item + 2, inner.deep,
                    !inner.can_be_empty && (inner.branch_fills || inner.item_fills));
}

/* A number of at most three digits; 0 if there is none. */
static size_t number(struct scan *scan)
{
    size_t value = 0;

    for (int i = 0; i < 3 && *scan->at >= '0' && *scan->at <= '9'; i++)
        value = value * 10 + (size_t)(*scan->at++ - '0');
    return value;
}

/* Scans a repetition, after its opening brace. */
static const char *interval(struct scan *scan)
{
    bool starts = *scan->at >= '0' && *scan->at <= '9', loops = false;
    size_t least = number(scan), most = least;

    if (*scan->at == ',') {
        scan->at++;
        loops = *scan->at == '}';
        most = loops ? least : number(scan);
    }
    if (!starts || *scan->at != '}' || least > REPEAT_MAX || most > REPEAT_MAX)
        return "a repetition that is not {m}, {m,} or {m,n} with numbers up to 255";
    scan->at++;
    return repeat(scan, (most > least ? most : least) + 1, least == 0, loops);
}

/* Scans a set, after its opening bracket. In a set a backslash is an ordinary character. */
static const char *set(struct scan *scan)
{
    const char *at = scan->at;

    at += *at == '^';
    at += *at == ']';
    while (*at != '\0' && *at != ']') {
        if (at[0] == '[' && at[1] != '\0' && strchr(":.=", at[1]) != NULL) {
            const char closing[] = {at[1], ']', '\0'};
            const char *end = strstr(at + 2, closing);

            at = end ? end + 2 : at + 1;
        } else {
            at++;
        }
    }
    if (*at == '\0')
        return "a set without its ]";
    scan->at = at + 1;
    return add_item(scan, 1, 0, true);
}

/* Scans an escape, after its backslash. */
static const char *escape(struct scan *scan)
{
    if (*scan->at == '\0')
        return "a backslash at the end";
    /* An extension of the C library, and the only construct that takes exponential time. */
    if (*scan->at >= '1' && *scan->at <= '9')
        return "a back-reference, which extended expressions do not have";
    /* Word and text boundaries, also extensions, take no character. */
    if (strchr("bB<>`'", *scan->at++) != NULL)
        return add_item(scan, EDGE_ATOMS, 0, false);
    return add_item(scan, 1, 0, true);
}

static const char *step(struct scan *scan)
{
    switch (*scan->at++) {
    case '(':
        return open_group(scan);
    case ')':
        return close_group(scan);
    case '[':
        return set(scan);
    case '{':
        return interval(scan);
    case '\\':
        return escape(scan);
    case '|':
        return bar(scan);
    case '*':
        return repeat(scan, 1, true, true);
    case '?':
        return repeat(scan, 1, true, false);
    case '+':
        return repeat(scan, 2, false, true);
    case '^':
    case '$':
        return add_item(scan, EDGE_ATOMS, 0, false);
    default:
        return add_item(scan, 1, 0, true);
    }
}

const char *cs_pattern_beyond_bounds(const char *pattern)
{
    struct scan scan = {.at = pattern};
    const char *why = NULL;

    while (why == NULL && *scan.at != '\0')
        why = step(&scan);
    return why;
}
